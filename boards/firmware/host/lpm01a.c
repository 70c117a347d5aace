/*
 * An X-NUCLEO-LPM01A on this machine, between stdin and stdout: commands, both formats and their timestamps as ST UM2269
 * Rev 6 and the runner of mlcommons/tiny have them, in real time. Behind line.c at 3686400 baud it is on a port.
 *
 *   lpm01a-meter [OPTION ...]
 *     --marker FIFO     '1' and '0' read from it are edges of the pin on D7, and '+' and '-' say when the DUT is busy: marker.h
 *     --pulses          that alone says it: the pin has pulses, as of an MLPerf Tiny build for energy
 *     --supply FIFO     '1' and '0' are written to it as the DUT gets its power and loses it
 *     --sleep-ma X      current outside windows, 0.002 unless given; without power there is none
 *     --active-ma X     current in a window, 5 unless given
 *     --noise X         share of the current by which samples differ, either way; the same ones each time
 *     --firmware V      1.0.6 unless given
 *   and what goes wrong:
 *     --streaming       measures from the start on, as one that was left alone
 *     --lose-at N, --lose N   that many samples are lost from sample N on
 *     --head-at N       the line of sample N has lost its first two characters
 *     --tail-at N       ... its last three, and its end: it runs into the next. Binary data lose a byte at either
 *     --impossible-at N the sample is 9333 A (or J)
 *     --overrun-at N    its buffer is full there: it says so, and ends the acquisition
 *     --silent-at N     it says nothing from there on
 *     --late N          so many samples more come after the end of an acquisition, and as many when the next one is started
 *     --refuse WORD     commands that begin so are refused
 *     --banner TEXT     it is something else, which answers all with that
 *     --mute            it answers nothing
 *
 * A falling edge is said as `event NN ris` before the sample in which it lies, as the real one does, and in binary data
 * as an information message, which is a guess: UM2269 has no events. Samples are of the current over the time that they
 * are of, as energies are.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wall.h"

enum { LINE_MOST = 256, BLOCK = 1000, STEP_US = 1000 };

static struct {
  const char *marker, *supply, *firmware, *refuse, *banner;
  double sleep_ma, active_ma, noise;
  int64_t lose_at, lose, head_at, tail_at, impossible_at, overrun_at, silent_at, late;
  bool pulses, streaming, mute;
} options = {.firmware = "1.0.6",
             .sleep_ma = 0.002,
             .active_ma = 5,
             .lose_at = INT64_MAX,
             .lose = 1,
             .head_at = INT64_MAX,
             .tail_at = INT64_MAX,
             .impossible_at = INT64_MAX,
             .overrun_at = INT64_MAX,
             .silent_at = INT64_MAX};

/* What it was set to. */
static double rate = 100, volts = 3.3;
static bool is_binary, is_energy, is_controlled, has_power, is_power_automatic = true, has_events;

static bool is_measuring, is_silent, is_active;
static uint64_t start_us;
static int64_t sample;
static uint32_t events;
static int marker = -1, supply = -1;

/* --- What it says. --- */

static void put(const void *bytes, size_t count) {
  if (is_silent) return;
  for (const char *at = bytes; count > 0;) {
    const ssize_t written = write(STDOUT_FILENO, at, count);
    if (written <= 0) exit(0); /* nobody is there any more */
    at += written;
    count -= (size_t)written;
  }
}

static void say(const char *format, ...) {
  char line[LINE_MOST];
  va_list arguments;
  va_start(arguments, format);
  const int count = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  put(line, count < (int)sizeof line ? (size_t)count : sizeof line - 1);
}

static void say_metadata(uint8_t tag, const void *content, size_t count) {
  uint8_t bytes[LINE_MOST] = {0xf0, tag};
  memcpy(bytes + 2, content, count);
  bytes[2 + count] = bytes[3 + count] = 0xff;
  put(bytes, 4 + count);
}

static void say_in_stream(uint8_t tag, const char *format, ...) {
  char line[LINE_MOST - 8];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (is_binary)
    say_metadata(tag, line, strlen(line));
  else
    say("\r\n%s", line);
}

static void say_time(int buffer_percent) {
  const uint32_t ms = (uint32_t)((double)sample * 1000 / rate + 0.5);
  const uint8_t content[] = {ms >> 24, ms >> 16, ms >> 8, ms, (uint8_t)buffer_percent};
  if (is_binary)
    say_metadata(0xf3, content, sizeof content);
  else
    say("\r\nTimeStamp: %03us %03ums, buff %02d%%\r\n", ms / 1000 % 1000, ms % 1000, buffer_percent);
}

/* Four digits that count, where it has them. */
static void say_decimal(double value) {
  int exponent = value > 0 ? (int)floor(log10(value)) - 3 : -10;
  if (lround(value / pow(10, exponent)) > 9999) exponent++;
  if (exponent < -12) exponent = -12;
  char line[64];
  snprintf(line, sizeof line, "%04ld%+03d\r\n", lround(value / pow(10, exponent)), exponent);
  if (sample == options.head_at)
    say("%s", line + 2);
  else if (sample == options.tail_at)
    say("%.4s", line);
  else
    say("%s", line);
}

static void say_binary(double value) {
  int exponent = 0;
  while (exponent < 14 && value * pow(16, exponent + 1) < 4095.5) exponent++;
  const uint32_t mantissa = (uint32_t)lround(value * pow(16, exponent)) & 0xfff;
  const uint8_t bytes[] = {(uint8_t)(exponent << 4 | mantissa >> 8), (uint8_t)mantissa};
  put(bytes, sample == options.head_at || sample == options.tail_at ? 1 : 2);
}

/* --- What it measures. --- */

/* [-1, 1): xorshift64*, Vigna 2016. */
static double noise(void) {
  static uint64_t state = 1;
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (double)(int64_t)(state * 0x2545f4914f6cdd1d) / 9223372036854775808.0;
}

static double current_ma(void) {
  if (!has_power) return 0;
  return (is_active ? options.active_ma : options.sleep_ma) * (1 + options.noise * noise());
}

/* Since the sample at hand began: charge in mA x samples, and how far it is. */
static double gathered, gathered_to;

/* Brings the sample at hand to a place within it [0, 1]. */
static void gather_to(double place) {
  if (place <= gathered_to) return;
  gathered += (place - gathered_to) * current_ma();
  gathered_to = place;
}

static bool has_ended;

static void say_late(void) {
  for (int64_t i = 0; i < options.late; i++) say("7777-07\r\n");
  has_ended = true;
}

static void end_acquisition(void) {
  is_measuring = false;
  if (is_binary)
    say_metadata(0xf4, "", 0);
  else
    say("\r\nend\r\n");
  say_in_stream(0xf2, "summary beg\r\n0001-09\r\n9999-06\r\nsummary end\r\n");
  say("PowerShield > Acquisition completed\r\n");
  say_late();
}

static void overrun(void) {
  say_time(99);
  say_in_stream(0xf1, "error buffer overflow\r\n");
  end_acquisition();
}

static void end_sample(void) {
  gather_to(1);
  double value = gathered / 1000; /* A */
  if (is_energy) value *= volts / rate;
  gathered = gathered_to = 0;
  if (sample == options.impossible_at) value = is_binary ? 4000 : 9333;
  const bool is_lost = sample >= options.lose_at && sample < options.lose_at + options.lose;
  if (!is_lost) (is_binary ? say_binary : say_decimal)(value);
  sample++;
  if (sample == options.silent_at) is_silent = true;
  if (sample == options.overrun_at)
    overrun();
  else if (sample % BLOCK == 0)
    say_time(0);
}

static double samples_at(uint64_t us) { return (double)(us - start_us) * rate / 1e6; }

static void measure_until(uint64_t us) {
  while (is_measuring && samples_at(us) >= (double)sample + 1) end_sample();
  if (is_measuring) gather_to(samples_at(us) - (double)sample);
}

static void start_acquisition(void) {
  if (is_power_automatic) has_power = true;
  start_us = wall_us();
  sample = 0;
  events = 0;
  gathered = gathered_to = 0;
  is_measuring = true;
  say_time(0);
}

static void hear_marker(void) {
  char edges[64];
  const ssize_t count = read(marker, edges, sizeof edges);
  measure_until(wall_us()); /* what was before them */
  for (ssize_t i = 0; i < count; i++) {
    const bool is_fall = edges[i] == '0', is_edge = is_fall || edges[i] == '1';
    if (is_measuring && has_events && is_fall) say_in_stream(0xf2, "event %02u ris\r\n", events++ % 100);
    if (is_edge != options.pulses) is_active = edges[i] == (is_edge ? '1' : '+');
  }
}

/* --- What it is told. --- */

static void set_power(bool is_on) {
  measure_until(wall_us());
  has_power = is_on;
  is_power_automatic = is_active = false;
  const char edge = is_on ? '1' : '0';
  if (supply >= 0 && write(supply, &edge, 1) < 0) perror("supply");
}

/* Numbers come with a unit's letter: 3300m, 100k. */
static double number_of(const char *text) {
  char *end;
  const double value = strtod(text, &end);
  return *end == 'm' ? value / 1000 : *end == 'k' ? value * 1000 : *end == 'u' ? value / 1e6 : value;
}

static bool begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

static bool is_rate(double hz) {
  for (double decade = 1; decade <= 1e5; decade *= 10)
    if (hz == decade || hz == 2 * decade || hz == 5 * decade) return hz <= 1e5;
  return false;
}

/* Why not; NULL when it was done. */
static const char *set_to(const char *command) {
  const char *value = strchr(command, ' ');
  if (value == NULL) return "Command not recognized";
  value++;
  if (begins(command, "volt ")) {
    volts = number_of(value);
    return volts >= 1.8 && volts <= 3.3 ? NULL : "Voltage out of range";
  }
  if (begins(command, "freq ")) {
    rate = number_of(value);
    return is_rate(rate) ? NULL : "Frequency not in list";
  }
  if (begins(command, "output ")) return is_energy = strcmp(value, "energy") == 0, NULL;
  if (begins(command, "format ")) return is_binary = strcmp(value, "bin_hexa") == 0, NULL;
  if (begins(command, "eventsrc ")) return has_events = strcmp(value, "d7 fal") == 0, NULL;
  if (begins(command, "pwr on")) return set_power(true), NULL;
  if (begins(command, "pwr off")) return set_power(false), NULL;
  static const char *const others[] = {"acqtime ", "acqmode ", "funcmode ", "trigsrc ", "trigdelay ", "lcd ", "pwrend "};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (begins(command, others[i])) return NULL;
  return "Command not recognized";
}

static void refuse(const char *command, const char *why) {
  say("PowerShield > error %s\r\nError detail: %s\r\n", command, why);
}

static bool is_for_all(const char *command) {
  return strcmp(command, "version") == 0 || strcmp(command, "powershield") == 0 || strcmp(command, "htc") == 0;
}

static void obey(const char *command) {
  measure_until(wall_us());
  if (options.mute) return;
  if (options.banner)
    say("%s\r\n", options.banner);
  else if (options.refuse && begins(command, options.refuse))
    refuse(command, "It will not");
  else if (strcmp(command, "stop") == 0 && is_measuring)
    end_acquisition();
  else if (!is_controlled && !is_for_all(command))
    refuse(command, "Not controlled by host");
  else if (strcmp(command, "version") == 0)
    say("PowerShield > ack version: %s\r\n", options.firmware);
  else if (strcmp(command, "powershield") == 0)
    say("PowerShield > ack powershield 540619864-1110659081-4784204\r\n");
  else if (strcmp(command, "htc") == 0 || strcmp(command, "hrc") == 0)
    is_controlled = command[0] == 'h' && command[1] == 't', say("PowerShield > ack %s\r\n", command);
  else if (strcmp(command, "start") == 0) {
    if (has_ended) say_late();
    say("PowerShield > ack start\r\n");
    start_acquisition();
  } else {
    const char *why = set_to(command);
    if (why)
      refuse(command, why);
    else
      say("PowerShield > ack %s\r\n", command);
  }
}

static void hear(void) {
  static char command[LINE_MOST];
  static size_t length;
  char bytes[256];
  const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
  if (count <= 0) exit(0);
  for (ssize_t i = 0; i < count; i++) {
    if (bytes[i] != '\r' && bytes[i] != '\n') {
      if (length < sizeof command - 1) command[length++] = bytes[i];
      continue;
    }
    command[length] = '\0';
    if (length > 0) obey(command);
    length = 0;
  }
}

static void serve(void) {
  for (;;) {
    struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {marker, POLLIN, 0}};
    const struct timespec step = {0, STEP_US * 1000};
    if (ppoll(fds, 2, is_measuring ? &step : NULL, NULL) < 0 && errno != EINTR) exit((perror("poll"), 2));
    if (fds[1].revents & POLLIN) hear_marker();
    if (fds[0].revents & (POLLIN | POLLHUP)) hear();
    measure_until(wall_us());
  }
}

/* --- Options. --- */

static void refuse_option(const char *what) {
  fprintf(stderr, "lpm01a-meter: not understood: %s\n", what);
  exit(2);
}

static int open_fifo(const char *path) {
  if (mkfifo(path, 0600) != 0 && errno != EEXIST) exit((perror(path), 2));
  const int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC); /* by both ends: it never ends */
  if (fd < 0) exit((perror(path), 2));
  return fd;
}

static bool read_switch(const char *name) {
  if (strcmp(name, "--pulses") == 0) return options.pulses = true;
  if (strcmp(name, "--streaming") == 0) return options.streaming = true;
  if (strcmp(name, "--mute") == 0) return options.mute = true;
  return false;
}

static void read_value(const char *name, const char *value) {
  const struct {
    const char *name;
    const char **text;
    double *number;
    int64_t *count;
  } values[] = {
      {"--marker", &options.marker, NULL, NULL},        {"--supply", &options.supply, NULL, NULL},
      {"--firmware", &options.firmware, NULL, NULL},    {"--refuse", &options.refuse, NULL, NULL},
      {"--banner", &options.banner, NULL, NULL},        {"--sleep-ma", NULL, &options.sleep_ma, NULL},
      {"--active-ma", NULL, &options.active_ma, NULL},  {"--noise", NULL, &options.noise, NULL},
      {"--lose-at", NULL, NULL, &options.lose_at},      {"--lose", NULL, NULL, &options.lose},
      {"--head-at", NULL, NULL, &options.head_at},      {"--tail-at", NULL, NULL, &options.tail_at},
      {"--late", NULL, NULL, &options.late},            {"--impossible-at", NULL, NULL, &options.impossible_at},
      {"--silent-at", NULL, NULL, &options.silent_at},  {"--overrun-at", NULL, NULL, &options.overrun_at},
  };
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    if (strcmp(values[i].name, name) != 0) continue;
    if (values[i].text) *values[i].text = value;
    if (values[i].number) *values[i].number = strtod(value, NULL);
    if (values[i].count) *values[i].count = strtoll(value, NULL, 10);
    return;
  }
  refuse_option(name);
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    if (read_switch(argv[i])) continue;
    if (i + 1 == argc) refuse_option(argv[i]);
    read_value(argv[i], argv[i + 1]);
    i++;
  }
  prctl(PR_SET_TIMERSLACK, 1);
  if (options.marker) marker = open_fifo(options.marker);
  if (options.supply) supply = open_fifo(options.supply);
  if (options.streaming) rate = 1000, start_acquisition();
  serve();
}
