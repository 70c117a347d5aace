/*
 * A Nordic Power Profiler Kit II on this machine: a pty that speaks its commands, metadata and samples, in real time.
 *
 *   ppk2 [OPTION ...]
 *     --marker FIFO          '1' and '0' read from it are edges of the pin that D0 sees
 *     --sleep-ma X           current while the pin is low, 0.002 unless given; of a DUT that has power
 *     --active-ma X          and while it is high, 5 unless given
 *     --script MA:MS,MA:MS   currents one after the other, and again from the first, whatever the pin does
 *     --noise N              of so many steps of the converter, either way
 *     --seed N               which noise
 *     --fixed-range N        measures in this range alone, and saturates
 *     --rate HZ              samples a second, 100000 unless given
 *     --keep-blocks N        of samples are kept for a host that does not read, 28 unless given, which is little on a
 * busy machine; 200 at most and what real ones were seen to do:
 *     --firmware V           1.0 (metadata in other order, fewer digits) or 1.2, which is the default
 *     --uncalibrated         says so, with all its constants, as real ones do
 *     --metadata FILE        is told instead
 *     --banner TEXT          before its metadata
 *     --no-end               after its metadata
 *     --pieces N             metadata comes N bytes at a time, 2 ms apart
 *     --streaming            from when it is opened, as one that was left alone while it measured
 *     --stop-delay-ms N      goes on so long after it was stopped
 *     --never-stops
 *     --lose N:M             N samples are lost after every M; their numbers are used up
 *     --drop-byte N          of every N bytes one is lost
 *     --impossible-after S   from then on the converter is at its end, in the range of --impossible-range (4)
 *     --impossible-range N
 *     --dead-after S         of streaming: says and hears nothing more
 *     --vanish-after S       the port goes
 *     --deaf                 never answers
 *
 * Samples come as the firmware has them: 512 at a time, and what the host does not take is dropped by such blocks,
 * which the samples' 6-bit counter cannot show. Prints the pty's path, then `command 0d 0c e4` for each command, and at
 * its end how many samples it made, lost besides, and dropped of the first since nobody took them. Ends on SIGTERM and
 * with its parent.
 *
 * https://github.com/NordicSemiconductor/pc-nrfconnect-ppk: src/device/serialDevice.ts; the text of firmware 1.2.4.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum {
  BLOCK = 512,
  MOST_BLOCKS = 200,
  STEPS = 32,
  NEVER = 1000000000,
  AWAY_NS = 5000000, /* how often to look whether somebody has opened the port */
};

static struct {
  const char *marker, *metadata, *banner, *firmware;
  double sleep_ma, active_ma, rate, impossible_after, dead_after, vanish_after;
  uint32_t noise, lose, lose_every, drop_every, pieces, stop_delay_ms, impossible_range, keep_blocks;
  int fixed_range;
  uint64_t seed;
  bool is_uncalibrated, has_no_end, is_streaming, never_stops, is_deaf;
  double script_ma[STEPS], script_ms[STEPS];
  int steps;
} options = {.firmware = "1.2",
             .banner = "",
             .sleep_ma = 0.002,
             .active_ma = 5,
             .rate = 100000,
             .impossible_after = NEVER,
             .impossible_range = 4,
             .keep_blocks = 28, /* a USB port of Linux keeps 64 KiB for its reader, a pty 8: what is between */
             .dead_after = NEVER,
             .vanish_after = NEVER,
             .fixed_range = -1,
             .seed = 1};

/* Of the size that real ones have. */
static const double R[] = {1003.3506, 101.5865, 10.3027, 0.9636, 0.0564}, GS[] = {0, 112.789, 18.0115, 2.4217, 0.0729},
                    GI[] = {1, 0.9695, 0.9609, 0.9519, 0.9582}, O[] = {112.942, 75.4627, 64.602, 50.4983, 87.2177},
                    S[] = {4.8e-8, 5.96e-7, 5.281e-6, 6.2577e-5, 0.002940743},
                    I[] = {-1.04e-7, -1.443e-6, 3.6439e-5, -3.74119e-4, -0.009388455}, UG[] = {1, 1, 1.02, 1, 1};
static const double most_ma[] = {0.05, 0.5, 5, 50};
static const double adc_volts = 1.8 / 163840;

static int master, marker = -1;
static bool is_open, is_measuring, has_power, is_active, is_dead;
static uint32_t mode = 2, vdd_mv = 3000;
static double start_ns, stop_ns;
static uint64_t due, made, lost, dropped, bytes_sent, noise_state;
static uint8_t block[BLOCK * 4], unsent[MOST_BLOCKS * BLOCK * 4];
static uint32_t in_block, unsent_bytes;
static volatile sig_atomic_t is_told_to_end;

static void fail(const char *what) {
  perror(what);
  exit(2);
}

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* ---- Samples ---- */

/* xorshift64*, Vigna 2016. */
static int noise(void) {
  if (options.noise == 0) return 0;
  noise_state ^= noise_state >> 12;
  noise_state ^= noise_state << 25;
  noise_state ^= noise_state >> 27;
  return (int)((noise_state * 0x2545f4914f6cdd1d >> 33) % (2 * options.noise + 1)) - (int)options.noise;
}

static double current_ma(uint64_t sample) {
  if (!has_power) return 0;
  if (options.steps == 0) return is_active ? options.active_ma : options.sleep_ma;
  double cycle_ms = 0;
  for (int i = 0; i < options.steps; i++) cycle_ms += options.script_ms[i];
  double ms = fmod((double)sample * 1000 / options.rate, cycle_ms);
  int step = 0;
  while (step < options.steps - 1 && ms >= options.script_ms[step]) ms -= options.script_ms[step++];
  return options.script_ma[step];
}

static uint32_t range_for(double ma) {
  if (options.fixed_range >= 0) return (uint32_t)options.fixed_range;
  uint32_t range = 0;
  while (range < 4 && ma > most_ma[range]) range++;
  return range;
}

/* What the converter reads at this current: the host's formula, solved for it. */
static double adc_of(double ma, uint32_t r) {
  const double linear = ma / 1000 / UG[r] - S[r] * vdd_mv / 1000 - I[r];
  const double x = GS[r] == 0 ? linear / GI[r] : (sqrt(GI[r] * GI[r] + 4 * GS[r] * linear) - GI[r]) / (2 * GS[r]);
  return (x / (adc_volts / R[r]) + O[r]) / 4;
}

static uint32_t word_of(uint64_t sample) {
  const double ma = current_ma(sample);
  uint32_t range = range_for(ma);
  long adc = lround(adc_of(ma, range)) + noise();
  if ((double)sample >= options.impossible_after * options.rate) adc = 16383, range = options.impossible_range;
  const uint32_t value = adc < 0 ? 0 : adc > 16383 ? 16383 : (uint32_t)adc;
  return value | range << 14 | (uint32_t)(sample & 63) << 18 | (uint32_t)(is_active && has_power) << 24;
}

/* What is not taken is dropped by whole blocks. */
static void queue_block(void) {
  const uint32_t bytes = in_block * 4;
  if (unsent_bytes + bytes > options.keep_blocks * BLOCK * 4) {
    dropped += in_block;
  } else if (options.drop_every == 0) {
    memcpy(unsent + unsent_bytes, block, bytes);
    unsent_bytes += bytes;
  } else {
    for (uint32_t i = 0; i < bytes; i++)
      if (++bytes_sent % options.drop_every != 0) unsent[unsent_bytes++] = block[i];
  }
  in_block = 0;
}

static void make_sample(void) {
  const uint32_t word = word_of(due);
  const bool is_lost = options.lose > 0 && due % (options.lose_every + options.lose) >= options.lose_every;
  due++;
  if (is_lost) {
    lost++;
    return;
  }
  for (int i = 0; i < 4; i++) block[in_block * 4 + i] = (uint8_t)(word >> 8 * i);
  made++;
  if (++in_block == BLOCK) queue_block();
}

static double streamed_s(double now) { return is_measuring ? (now - start_ns) / 1e9 : 0; }

static void measure_until(double now) {
  if (!is_measuring) return;
  const double until = now < stop_ns ? now : stop_ns;
  while (start_ns + (double)due * 1e9 / options.rate <= until) make_sample();
  if (now < stop_ns) return;
  queue_block();
  is_measuring = false;
}

static void start_measuring(void) {
  if (!is_measuring) start_ns = now_ns(), due = 0;
  stop_ns = INFINITY;
  is_measuring = true;
}

static void stop_measuring(void) {
  const double ns = now_ns() + options.stop_delay_ms * 1e6;
  if (!options.never_stops && ns < stop_ns) stop_ns = ns;
}

/* ---- What it says and hears ---- */

static void say(const char *text) {
  const size_t most = options.pieces ? options.pieces : strlen(text);
  sigset_t none;
  sigemptyset(&none);
  for (size_t left = strlen(text); left > 0 && !is_told_to_end;) {
    const ssize_t count = write(master, text, left < most ? left : most);
    if (count < 0 && errno != EAGAIN) return;
    struct pollfd room = {master, POLLOUT, 0};
    if (count < 0 && ppoll(&room, 1, &(struct timespec){1, 0}, &none) != 1) return; /* nobody reads */
    if (count > 0) left -= (size_t)count, text += count;
    if (options.pieces) nanosleep(&(struct timespec){0, 2000000}, NULL);
  }
}

static char *metadata_text;
static size_t metadata_bytes;

static void family(FILE *text, const char *name, const double *values) {
  const int digits = strcmp(options.firmware, "1.0") == 0 ? 9 : 20;
  for (int i = 0; i < 5; i++) fprintf(text, "%s%d: %.*f\n", name, i, digits, values[i]);
}

static void write_metadata(FILE *text) {
  const bool is_old = strcmp(options.firmware, "1.0") == 0;
  fprintf(text, "%sCalibrated: %d\n", options.banner, options.is_uncalibrated ? 0 : 1);
  family(text, "R", R), family(text, "GS", GS), family(text, "GI", GI), family(text, "O", O);
  if (!is_old) fprintf(text, "VDD: %u\nHW: 49625\nmode: %u\n", vdd_mv, mode);
  family(text, "S", S), family(text, "I", I), family(text, "UG", UG);
  if (is_old) fprintf(text, "VDD: %u\nHW: 9173\nmode: %u\n", vdd_mv, mode);
  fprintf(text, "IA: 56\n%s", options.has_no_end ? "" : "END\n");
}

static void tell_metadata(void) {
  free(metadata_text);
  FILE *text = open_memstream(&metadata_text, &metadata_bytes);
  if (options.metadata == NULL) {
    write_metadata(text);
  } else {
    FILE *file = fopen(options.metadata, "r");
    if (file == NULL) fail(options.metadata);
    for (int c; (c = fgetc(file)) != EOF;) fputc(c, text);
    fclose(file);
  }
  fclose(text);
  say(metadata_text);
}

static uint32_t arguments_of(uint8_t command) {
  switch (command) {
    case 0x01: return 3; /* TRIGGER_SET */
    case 0x0c: return 1; /* DEVICE_RUNNING_SET */
    case 0x0d: return 2; /* REGULATOR_SET */
    case 0x11: return 1; /* SET_POWER_MODE */
    case 0x25: return 5; /* SET_USER_GAINS */
    default: return 0;
  }
}

static void obey(const uint8_t *command) {
  switch (command[0]) {
    case 0x06: start_measuring(); break;
    case 0x07: stop_measuring(); break;
    case 0x0c: has_power = command[1] != 0; break;
    case 0x0d: vdd_mv = (uint32_t)command[1] << 8 | command[2]; break;
    case 0x11: mode = command[1]; break;
    case 0x19: tell_metadata(); break;
    default: break;
  }
}

static void hear(uint8_t byte) {
  static uint8_t command[8];
  static uint32_t length;
  command[length++] = byte;
  if (length <= arguments_of(command[0])) return;
  printf("command");
  for (uint32_t i = 0; i < length; i++) printf(" %02x", command[i]);
  printf("\n");
  fflush(stdout);
  length = 0;
  if (!options.is_deaf) obey(command);
}

static void hear_host(void) {
  uint8_t bytes[256];
  const ssize_t count = read(master, bytes, sizeof bytes);
  for (ssize_t i = 0; i < count && !is_dead; i++) hear(bytes[i]);
}

static void hear_marker(void) {
  char edges[256];
  const ssize_t count = read(marker, edges, sizeof edges);
  measure_until(now_ns()); /* what was before the edge */
  for (ssize_t i = 0; i < count; i++) is_active = edges[i] == '1';
}

static void send_unsent(void) {
  if (!is_open) unsent_bytes = 0;
  if (unsent_bytes == 0) return;
  const ssize_t count = write(master, unsent, unsent_bytes);
  if (count <= 0) return;
  unsent_bytes -= (uint32_t)count;
  memmove(unsent, unsent + count, unsent_bytes);
}

/* ---- The port ---- */

static int open_slave(void) {
  const int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave < 0) fail(ptsname(master));
  return slave;
}

/* Opened and closed once, the pty tells whether somebody has it open: only then does it hang up. */
static void open_pty(void) {
  master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) fail("pty");
  const int slave = open_slave();
  struct termios raw;
  if (tcgetattr(slave, &raw) != 0) fail("tcgetattr");
  cfmakeraw(&raw);
  raw.c_cflag |= CLOCAL;
  if (tcsetattr(slave, TCSANOW, &raw) != 0) fail("tcsetattr");
  close(slave);
}

static void notice_host(bool is_there) {
  if (is_there == is_open) return;
  is_open = is_there;
  if (is_open && options.is_streaming) start_measuring();
  if (is_open) return;
  const int slave = open_slave(); /* what nobody has read is not for whoever comes next */
  tcflush(slave, TCIFLUSH);
  close(slave);
}

/* When the block that is being filled will be full. */
static double next_ns(void) {
  if (!is_measuring || is_dead) return INFINITY;
  const double full = start_ns + (double)(due + BLOCK - in_block) * 1e9 / options.rate;
  return full < stop_ns ? full : stop_ns;
}

static void wait_for_something(void) {
  struct pollfd fds[] = {{is_open ? master : -1, (short)(POLLIN | (unsent_bytes > 0 ? POLLOUT : 0)), 0},
                         {marker, POLLIN, 0}};
  double left = next_ns() - now_ns();
  if (left > (is_open ? 1e8 : AWAY_NS)) left = is_open ? 1e8 : AWAY_NS;
  if (left < 0) left = 0;
  const struct timespec timeout = {0, (long)left};
  sigset_t none;
  sigemptyset(&none);
  if (ppoll(fds, 2, &timeout, &none) < 0 && errno != EINTR) fail("poll");
  struct pollfd host = {master, POLLIN, 0};
  poll(&host, 1, 0);
  if (fds[1].revents & POLLIN) hear_marker();
  if (host.revents & POLLIN) hear_host();
  notice_host(!(host.revents & POLLHUP));
}

static void serve(void) {
  while (!is_told_to_end) {
    wait_for_something();
    const double now = now_ns();
    if (streamed_s(now) >= options.vanish_after) return;
    if (streamed_s(now) >= options.dead_after) is_dead = true;
    if (is_dead) unsent_bytes = 0;
    if (is_dead) continue;
    measure_until(now);
    send_unsent();
  }
}

/* ---- Options ---- */

static void usage(const char *why) {
  fprintf(stderr, "ppk2: %s\nsee the top of boards/firmware/host/ppk2.c for its options\n", why);
  exit(2);
}

static double number_of(const char *text, char end) {
  char *after;
  const double value = text == NULL ? 0 : strtod(text, &after);
  if (text == NULL || after == text || (*after != '\0' && *after != end))
    usage(text ? text : "an option without its value");
  return value;
}

static void read_script(const char *text) {
  for (; text != NULL; text = strchr(text, ',')) {
    if (*text == ',') text++;
    const char *ms = strchr(text, ':');
    if (ms == NULL || options.steps == STEPS) usage("--script MA:MS,MA:MS");
    options.script_ma[options.steps] = number_of(text, ':');
    options.script_ms[options.steps++] = number_of(ms + 1, ',');
  }
}

static void read_loss(const char *text) {
  const char *every = strchr(text, ':');
  if (every == NULL) usage("--lose N:M");
  options.lose = (uint32_t)number_of(text, ':');
  options.lose_every = (uint32_t)number_of(every + 1, '\0');
}

static bool read_flag(const char *name) {
  const struct {
    const char *name;
    bool *flag;
  } flags[] = {{"--uncalibrated", &options.is_uncalibrated},
               {"--no-end", &options.has_no_end},
               {"--streaming", &options.is_streaming},
               {"--never-stops", &options.never_stops},
               {"--deaf", &options.is_deaf}};
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
    if (strcmp(name, flags[i].name) == 0) return *flags[i].flag = true;
  return false;
}

static bool read_text(const char *name, const char *value) {
  const struct {
    const char *name, **text;
  } texts[] = {{"--marker", &options.marker},
               {"--metadata", &options.metadata},
               {"--banner", &options.banner},
               {"--firmware", &options.firmware}};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (strcmp(name, texts[i].name) == 0) return *texts[i].text = value, true;
  return false;
}

static bool read_number(const char *name, const char *value) {
  const struct {
    const char *name;
    double *real;
    uint32_t *whole;
  } numbers[] = {{"--sleep-ma", &options.sleep_ma, NULL},
                 {"--active-ma", &options.active_ma, NULL},
                 {"--rate", &options.rate, NULL},
                 {"--impossible-after", &options.impossible_after, NULL},
                 {"--dead-after", &options.dead_after, NULL},
                 {"--vanish-after", &options.vanish_after, NULL},
                 {"--noise", NULL, &options.noise},
                 {"--drop-byte", NULL, &options.drop_every},
                 {"--pieces", NULL, &options.pieces},
                 {"--stop-delay-ms", NULL, &options.stop_delay_ms},
                 {"--impossible-range", NULL, &options.impossible_range},
                 {"--keep-blocks", NULL, &options.keep_blocks}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    if (strcmp(name, numbers[i].name) != 0) continue;
    if (numbers[i].real)
      *numbers[i].real = number_of(value, '\0');
    else
      *numbers[i].whole = (uint32_t)number_of(value, '\0');
    return true;
  }
  return false;
}

static void read_options(char **argv) {
  for (; *argv; argv++) {
    if (read_flag(*argv)) continue;
    const char *name = *argv++;
    if (*argv == NULL) usage(name);
    if (read_text(name, *argv) || read_number(name, *argv)) continue;
    if (strcmp(name, "--script") == 0)
      read_script(*argv);
    else if (strcmp(name, "--lose") == 0)
      read_loss(*argv);
    else if (strcmp(name, "--fixed-range") == 0)
      options.fixed_range = (int)number_of(*argv, '\0');
    else if (strcmp(name, "--seed") == 0)
      options.seed = (uint64_t)number_of(*argv, '\0');
    else
      usage(name);
  }
  if (options.keep_blocks > MOST_BLOCKS) usage("--keep-blocks");
}

static void tell_to_end(int signal_number) {
  (void)signal_number;
  is_told_to_end = 1;
}

/* Signals come only while it waits. */
static void catch_signals(void) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  sigprocmask(SIG_BLOCK, &ends, NULL);
  sigaction(SIGTERM, &(struct sigaction){.sa_handler = tell_to_end}, NULL);
  sigaction(SIGINT, &(struct sigaction){.sa_handler = tell_to_end}, NULL);
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
}

int main(int argc, char **argv) {
  (void)argc;
  read_options(argv + 1);
  noise_state = options.seed * 2 + 1;
  catch_signals();
  open_pty();
  /* Open at both ends: it neither waits for the DUT nor ends with it. */
  if (options.marker != NULL && (marker = open(options.marker, O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0)
    fail(options.marker);
  prctl(PR_SET_TIMERSLACK, 1);
  sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK,
                     &(struct sched_param){.sched_priority = 1}); /* where it may */
  printf("%s\n", ptsname(master));
  fflush(stdout);
  serve();
  close(master); /* the host sees it hang up */
  printf("samples %llu, lost %llu, dropped %llu\n", (unsigned long long)made, (unsigned long long)lost,
         (unsigned long long)dropped);
  return 0;
}
