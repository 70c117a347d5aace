/*
 * MLPerf Tiny firmware on this machine, between stdin and stdout: the text protocol to the byte, its oddities included
 * (mlcommons/tiny, benchmark/api/internally_implemented.cpp at 1afd2c9, and the four reference submissions), and a
 * stand-in for a model. Behind line.c it is a board.
 *
 *   mlperf-dut [OPTION ...]
 *     --model ID           kws01 (490 bytes in, 12 scores), ic01 (3072, 10), vww01 (27648, 2) or ad01 (2560, 1); kws01
 *     --says ID            what `profile` says of it: another, for firmware with the wrong model in it
 *     --vendor TEXT        of `name`; unspecified
 *     --energy             a build for energy: a timestamp is a pulse down on the marker pin (marker.h)
 *     --infer-us N         time of one inference; 0
 *     --uart-baud N        printing blocks, 10 bits a byte, also inside the timed region; 115200. 0: it takes no time
 *     --clock-us N         of its clock at boot: near 2^32 it wraps soon; 0
 *     --boot-ms N          silence before the boot text; 0
 *     --cmd-size N         of the command buffer; 80
 *     --results FILE       scores by input, lines of `HASH SCORE ...`: FNV-1a of the bytes as sent, 8 hex digits, then
 *                          a number for each score. An input that is not in it gets the stand-in's.
 *   Misbehaviours for as long as it runs:
 *     --echo               every byte comes back
 *     --noise N            so many bytes of any value before the boot text
 *     --sized              says `Input db has` also of an input of the right length, as some vendors do
 *     --still              its clock stands still
 *     --late               answers each command with the answer to the one before, the first with m-ready alone
 *     --stale              infers what was loaded before the last input; the first as it should
 *   At one command, the first unless --at N says another:
 *     --reset              it boots again in place of an answer, and all that was loaded is gone
 *     --mute               it is not answered, nor is any after it
 *     --half-utf8          a line that ends amid a character comes before the answer
 *     --flood BYTES        so many letters without a newline come before the answer
 *   A power meter that supplies it says so in a FIFO, whose path is in the environment as TICKMARK_SUPPLY: '1' and it boots,
 *   '0' and it is gone until then. Without it there is always power.
 *
 * The stand-in: h is FNV-1a (32 bits) of the input bytes. Of n classes h mod n scores (128 + h/256 mod 100) / 256, the
 * one after it the rest, all others 0; ad01 scores (h mod 40000) / 1000.
 *
 * What arrives while it prints or computes is taken as by an interrupt, which writes into the buffer that the parser
 * still reads: who sends between a % and the end of m-ready damages the command. Its clock counts what it does by the
 * figures above, to the microsecond, however late this machine wakes it. A lone % is a null pointer in the original:
 * here it is silence for good. Bytes loaded beyond the buffer, which there overwrite what follows, are lost.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "marker.h"

enum { CMD_MOST = 4096, INPUT_MOST = 27648, SCORES_MOST = 12, RESULTS_MOST = 1 << 14, REPLY_MOST = 1 << 18, PULSE_NS = 200000 };

typedef enum { AS_INTEGERS, AS_FLOATS, WITH_TRAILING_COMMA } format;

/* `buffer` is what `db load` allows, `input` what an inference wants; `unit` is how the firmware counts it. */
typedef struct {
  const char *id;
  uint32_t buffer, input, unit;
  int scores;
  format results;
} model;

static const model models[] = {
    {"kws01", 490, 490, 1, 12, AS_INTEGERS},
    {"ic01", 3072, 3072, 1, 10, AS_FLOATS},
    {"vww01", 27648, 27648, 1, 2, WITH_TRAILING_COMMA},
    {"ad01", 5120, 2560, 4, 1, AS_FLOATS},
};

typedef struct {
  uint32_t hash;
  float scores[SCORES_MOST];
} known;

static struct {
  const model *model;
  const char *says, *vendor, *results;
  bool energy, echo, sized, still, late, stale, reset, mute, half_utf8;
  uint32_t infer_us, uart_baud, clock_us, boot_ms, cmd_size, noise, at, flood;
} options = {.model = models, .vendor = "unspecified", .uart_baud = 115200, .cmd_size = 80, .at = 1};

static known results[RESULTS_MOST];
static int results_count;

/* All that a reset takes away. */
static struct {
  char cmd[CMD_MOST + 1];
  uint32_t cmd_at;
  volatile bool is_ready;
  bool is_parsing; /* since m-init-done */
  uint8_t db[INPUT_MOST];
  uint32_t db_size, db_at;
  uint8_t input[INPUT_MOST], input_before[INPUT_MOST];
  bool was_loaded;
  float scores[SCORES_MOST];
} dut;

static uint32_t commands;
static bool is_mute, has_pin;

/* --- Time: the clock of this machine while it waits for a command, its own figures while it does something. --- */

static int64_t clock_ns, busy_until_ns, seen_ns;

static int64_t wall_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Idle until now. */
static void come_to_now(void) {
  const int64_t now = wall_ns();
  if (now > busy_until_ns) busy_until_ns = now;
  if (busy_until_ns > seen_ns) clock_ns += busy_until_ns - seen_ns;
  seen_ns = busy_until_ns;
}

static void hear(bool is_busy);

/* --- Its supply. --- */

static int supply = -1;
static jmp_buf power_on;

static void open_supply(void) {
  const char *path = getenv("TICKMARK_SUPPLY");
  if (!path || !*path) return;
  if (mkfifo(path, 0600) != 0 && errno != EEXIST) exit((perror(path), 2));
  supply = open(path, O_RDWR | O_CLOEXEC); /* by both ends: it never ends */
  if (supply < 0) exit((perror(path), 2));
}

/* What it is sent meanwhile is heard by nobody. */
static void await_power(void) {
  for (char edge = '0', byte; edge != '1';) {
    struct pollfd fds[] = {{supply, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    poll(fds, 2, -1);
    if (fds[1].revents && read(STDIN_FILENO, &byte, 1) <= 0) exit(0);
    if ((fds[0].revents & POLLIN) && read(supply, &edge, 1) != 1) exit(2);
  }
}

static void notice_supply(void) {
  struct pollfd fd = {supply, POLLIN, 0};
  char edge;
  if (supply < 0 || poll(&fd, 1, 0) <= 0 || read(supply, &edge, 1) != 1 || edge == '1') return;
  await_power();
  longjmp(power_on, 1);
}

/* Busy for so long, and interrupted by what arrives. */
static void pass(int64_t ns) {
  clock_ns += ns;
  busy_until_ns += ns;
  seen_ns = busy_until_ns;
  for (int64_t left; (left = busy_until_ns - wall_ns()) > 0; hear(true)) {
    struct pollfd in[] = {{STDIN_FILENO, POLLIN, 0}, {supply, POLLIN, 0}};
    ppoll(in, 2, &(struct timespec){left / 1000000000, left % 1000000000}, NULL);
  }
}

/* --- The UART. --- */

static void put(const char *bytes, size_t count) {
  while (count > 0) {
    const ssize_t written = write(STDOUT_FILENO, bytes, count);
    if (written <= 0) exit(0); /* nobody is there any more */
    bytes += written;
    count -= (size_t)written;
  }
}

/* Blocks until the last byte is over. */
static void transmit(const char *bytes, size_t count) {
  if (is_mute) return;
  put(bytes, count);
  if (options.uart_baud > 0) pass((int64_t)(count * 10e9 / options.uart_baud));
}

static char reply[REPLY_MOST], reply_before[REPLY_MOST];
static size_t reply_count, reply_before_count;
static bool is_kept; /* the answer waits for the next command */

static void print(const char *text, ...) {
  char line[CMD_MOST + 64];
  va_list arguments;
  va_start(arguments, text);
  const int wanted = vsnprintf(line, sizeof line, text, arguments);
  va_end(arguments);
  const size_t count = wanted < (int)sizeof line ? (size_t)wanted : sizeof line - 1;
  if (!is_kept) {
    transmit(line, count);
    return;
  }
  if (count > sizeof reply - reply_count) return;
  memcpy(reply + reply_count, line, count);
  reply_count += count;
}

static void answer_the_one_before(void) {
  static const char ready[] = "m-ready\r\n";
  if (reply_before_count > 0)
    transmit(reply_before, reply_before_count);
  else
    transmit(ready, sizeof ready - 1);
  memcpy(reply_before, reply, reply_count);
  reply_before_count = reply_count;
  reply_count = 0;
}

/* The interrupt for one byte. An over-long command goes on in the last place. */
static void receive(char c) {
  if (options.echo) put(&c, 1);
  if (c == '%') {
    dut.cmd[dut.cmd_at] = '\0';
    dut.is_ready = true;
    dut.cmd_at = 0;
  } else {
    dut.cmd[dut.cmd_at] = c;
    if (dut.cmd_at < options.cmd_size) dut.cmd_at++;
  }
}

/* Takes what has arrived; when nothing else is to be done only up to a command, which is then seen to first. */
static void hear(bool is_busy) {
  static char bytes[4096];
  static ssize_t count, at;
  for (;;) {
    for (; at < count; at++) {
      if (dut.is_ready && !is_busy) return;
      receive(bytes[at]);
    }
    if (dut.is_ready && !is_busy) return;
    struct pollfd in[] = {{STDIN_FILENO, POLLIN, 0}, {supply, POLLIN, 0}};
    const int waiting = poll(in, 2, is_busy ? 0 : -1);
    notice_supply();
    if (waiting <= 0) return;
    if (!in[0].revents) continue;
    at = 0;
    count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count <= 0) exit(0);
  }
}

/* --- The model. --- */

static uint32_t fnv1a(const uint8_t *bytes, uint32_t count) {
  uint32_t hash = 2166136261u;
  while (count--) hash = (hash ^ *bytes++) * 16777619u;
  return hash;
}

static void stand_in(uint32_t hash) {
  const int n = options.model->scores;
  memset(dut.scores, 0, sizeof dut.scores);
  if (n == 1) {
    dut.scores[0] = (float)(hash % 40000) / 1000;
    return;
  }
  const int of_256 = 128 + (int)(hash / 256 % 100);
  dut.scores[hash % (uint32_t)n] = (float)of_256 / 256;
  dut.scores[(hash + 1) % (uint32_t)n] = (float)(256 - of_256) / 256;
}

static void infer_once(void) {
  const uint32_t hash = fnv1a(dut.input, options.model->input);
  pass((int64_t)options.infer_us * 1000);
  for (int i = 0; i < results_count; i++)
    if (results[i].hash == hash) {
      memcpy(dut.scores, results[i].scores, sizeof dut.scores);
      return;
    }
  stand_in(hash);
}

/* Of a wrong length: it says so, and goes on with what lay there. */
static void load_tensor(void) {
  const model *m = options.model;
  const uint32_t loaded = dut.db_at < m->input ? dut.db_at : m->input;
  const bool is_right = loaded / m->unit == m->input / m->unit;
  if (!is_right || options.sized)
    print("Input db has %u elemented, expected %u\n", loaded / m->unit, m->input / m->unit);
  if (!is_right) return;
  memcpy(dut.input, options.stale && dut.was_loaded ? dut.input_before : dut.db, m->input);
  memcpy(dut.input_before, dut.db, m->input);
  dut.was_loaded = true;
}

/* kws prints digits by integers, which makes 0.1000 of a one; vww counts to three and prints two. */
static void print_results(void) {
  const model *m = options.model;
  print("m-results-[");
  for (int i = 0; i < m->scores; i++) {
    const float score = dut.scores[i];
    if (m->results == AS_INTEGERS) {
      print("0.%d", (int)(score * 10));
      print("%d", (int)(score * 100) % 10);
      print("%d", (int)(score * 1000) % 10);
    } else {
      print("%0.3f", (double)score);
    }
    if (i < m->scores - 1 || m->results == WITH_TRAILING_COMMA) print(",");
  }
  print("]\r\n");
}

/* --- The commands. --- */

static uint32_t now_us(void) { return options.clock_us + (options.still ? 0 : (uint32_t)(clock_ns / 1000)); }

/* The pin is low for the time of the benchmark's reference firmware, some hundred microseconds. */
static void timestamp(void) {
  if (!options.energy) {
    print("m-lap-us-%u\r\n", now_us());
    return;
  }
  if (!has_pin) return;
  marker_set(false);
  pass(PULSE_NS);
  marker_set(true);
}

static void draw(bool is_busy) {
  if (has_pin) marker_draw(is_busy);
}

static void infer(int n, int warmups) {
  load_tensor();
  print("m-warmup-start-%d\r\n", warmups);
  draw(true);
  while (warmups-- > 0) infer_once();
  draw(false);
  print("m-warmup-done\r\n");
  print("m-infer-start-%d\r\n", n);
  draw(true);
  timestamp();
  while (n-- > 0) infer_once();
  timestamp();
  draw(false);
  print("m-infer-done\r\n");
  print_results();
}

static void parse_infer(void) {
  const char *n_text = strtok(NULL, " "), *warmups_text = n_text ? strtok(NULL, " ") : NULL;
  const int n = n_text ? atoi(n_text) : 1, warmups = warmups_text ? atoi(warmups_text) : 10;
  if (n <= 0)
    print("e-[Inference iterations must be >0]\r\n");
  else if (warmups < 0)
    print("e-[Inference warmup must be >=0]\r\n");
  else
    infer(n, warmups);
}

static void db_load(const char *text) {
  if (text == NULL) {
    print("e-[Command 'db load' requires the # of bytes]\r\n");
    return;
  }
  dut.db_size = (uint32_t)atoi(text);
  if (dut.db_size == 0) {
    print("e-[Command 'db load' must be >0 bytes]\r\n");
    return;
  }
  dut.db_at = 0;
  if (dut.db_size > options.model->buffer)
    print("Supplied buffer size %d exceeds maximum of %d\n", (int)dut.db_size, (int)options.model->buffer);
  else
    print("m-[Expecting %d bytes]\r\n", (int)dut.db_size);
}

/* Ends a last line that is not full twice. */
static void db_print(void) {
  uint32_t i = 0;
  for (; i < dut.db_size; i++) {
    if (i % 8 == 0) print("m-buffer-");
    print("%02x", i < sizeof dut.db ? dut.db[i] : 0u);
    print((i + 1) % 8 == 0 || i + 1 == dut.db_size ? "\r\n" : "-");
  }
  if (i % 8 != 0) print("\r\n");
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void db_bytes(const char *digits) {
  const size_t count = strlen(digits);
  if (count % 2 != 0) {
    print("e-[Insufficent number of hex digits]\r\n");
    return;
  }
  for (size_t i = 0; i < count; i += 2) {
    const int high = hex_digit(digits[i]), low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) {
      print("e-[Invalid hex digit '%.2s']\r\n", digits + i);
      return;
    }
    if (dut.db_at < sizeof dut.db) dut.db[dut.db_at] = (uint8_t)(high << 4 | low);
    dut.db_at++;
    if (dut.db_at == dut.db_size) {
      print("m-load-done\r\n");
      return;
    }
  }
}

static void parse_db(void) {
  const char *sub = strtok(NULL, " ");
  if (sub == NULL)
    print("e-[Command 'db' requires a subcommand]\r\n");
  else if (strcmp(sub, "load") == 0)
    db_load(strtok(NULL, " "));
  else if (strcmp(sub, "print") == 0)
    db_print();
  else
    db_bytes(sub);
}

static const char firmware[] = "ULPMark for tinyML Firmware V0.0.1";

static void profile(void) {
  print("m-profile-[%s]\r\n", firmware);
  print("m-model-[%s]\r\n", options.says ? options.says : options.model->id);
}

static void help(void) {
  static const char *const lines[] = {
      "",
      "help         : Print this information",
      "name         : Print the name of the device",
      "timestsamp   : Generate a timetsamp",
      "db SUBCMD    : Manipulate a generic byte buffer",
      "  load N     : Allocate N bytes and set load counter",
      "  db HH[HH]* : Load 8-bit hex byte(s) until N bytes",
      "  print [N=16] [offset=0]",
      "             : Print N bytes at offset as hex",
      "infer N [W=0]: Load input, execute N inferences after W warmup loops",
      "results      : Return the result fp32 vector",
  };
  print("%s\r\n", firmware);
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) print("%s\r\n", lines[i]);
}

static void parse(char *command) {
  const char *word = strtok(command, " ");
  if (word == NULL) {
    is_mute = true;
    return;
  }
  if (strcmp(word, "name") == 0)
    print("m-name-%s-[%s]\r\n", "dut", options.vendor);
  else if (strcmp(word, "timestamp") == 0)
    timestamp();
  else if (strcmp(word, "profile") == 0)
    profile();
  else if (strcmp(word, "help") == 0)
    help();
  else if (strcmp(word, "db") == 0)
    parse_db();
  else if (strcmp(word, "infer") == 0)
    parse_infer();
  else if (strcmp(word, "results") == 0)
    print_results();
  else
    print("e-[Unknown command: %s]\r\n", word);
  print("m-ready\r\n");
}

/* --- Boot, misbehaviour, and the loop. --- */

static void make_noise(uint32_t count) {
  uint32_t state = 1;
  while (count--) {
    state = state * 1664525 + 1013904223;
    const char byte = (char)(state >> 24);
    transmit(&byte, 1);
  }
}

static void boot(void) {
  memset(&dut, 0, sizeof dut);
  clock_ns = 0;
  pass((int64_t)options.boot_ms * 1000000);
  make_noise(options.noise);
  print("m-timestamp-mode-%s\r\n", options.energy ? "energy" : "performance");
  timestamp();
  print("m-init-done\r\n");
  dut.is_parsing = true;
  dut.is_ready = false;
  print("m-ready\r\n");
}

static void flood(uint32_t count) {
  char letters[1024];
  memset(letters, 'x', sizeof letters);
  for (uint32_t left = count; left > 0;) {
    const uint32_t some = left < sizeof letters ? left : (uint32_t)sizeof letters;
    transmit(letters, some);
    left -= some;
  }
}

static void see_to_command(void) {
  if (++commands == options.at) {
    if (options.mute) is_mute = true;
    if (options.flood) flood(options.flood);
    if (options.half_utf8) print("21 \xc2\r\n");
    if (options.reset) {
      boot();
      return;
    }
  }
  is_kept = options.late;
  parse(dut.cmd);
  is_kept = false;
  if (options.late) answer_the_one_before();
}

static void serve(void) {
  for (;;) {
    hear(false);
    come_to_now();
    dut.is_ready = false;
    if (dut.is_parsing) see_to_command();
  }
}

/* --- Options. --- */

static void refuse(const char *what) {
  fprintf(stderr, "mlperf-dut: not understood: %s\n", what);
  exit(2);
}

static const model *model_of(const char *id) {
  for (size_t i = 0; i < sizeof models / sizeof *models; i++)
    if (strcmp(models[i].id, id) == 0) return &models[i];
  refuse(id);
  return NULL;
}

static void read_results(const char *path) {
  FILE *in = fopen(path, "r");
  if (in == NULL) exit((perror(path), 2));
  for (char line[1024]; results_count < RESULTS_MOST && fgets(line, sizeof line, in); results_count++) {
    char *at = line;
    results[results_count].hash = (uint32_t)strtoul(at, &at, 16);
    for (int i = 0; i < options.model->scores; i++) results[results_count].scores[i] = strtof(at, &at);
  }
  fclose(in);
}

static bool *switch_of(const char *name) {
  const struct {
    const char *name;
    bool *is_on;
  } switches[] = {
      {"--energy", &options.energy}, {"--echo", &options.echo}, {"--sized", &options.sized},
      {"--still", &options.still},   {"--late", &options.late}, {"--stale", &options.stale},
      {"--reset", &options.reset},   {"--mute", &options.mute}, {"--half-utf8", &options.half_utf8},
  };
  for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
    if (strcmp(switches[i].name, name) == 0) return switches[i].is_on;
  return NULL;
}

static uint32_t *number_of(const char *name) {
  const struct {
    const char *name;
    uint32_t *value;
  } numbers[] = {
      {"--infer-us", &options.infer_us},
      {"--uart-baud", &options.uart_baud},
      {"--clock-us", &options.clock_us},
      {"--boot-ms", &options.boot_ms},
      {"--cmd-size", &options.cmd_size},
      {"--noise", &options.noise},
      {"--at", &options.at},
      {"--flood", &options.flood},
  };
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (strcmp(numbers[i].name, name) == 0) return numbers[i].value;
  return NULL;
}

static void read_options(char **argv) {
  for (; *argv; argv++) {
    const char *name = *argv;
    bool *is_on = switch_of(name);
    uint32_t *number = number_of(name);
    if (is_on) {
      *is_on = true;
      continue;
    }
    const char *value = *++argv;
    if (value == NULL) refuse(name);
    if (number)
      *number = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(name, "--model") == 0)
      options.model = model_of(value);
    else if (strcmp(name, "--says") == 0)
      options.says = value;
    else if (strcmp(name, "--vendor") == 0)
      options.vendor = value;
    else if (strcmp(name, "--results") == 0)
      options.results = value;
    else
      refuse(name);
  }
  if (options.cmd_size > CMD_MOST) refuse("--cmd-size");
  if (options.results) read_results(options.results);
}

int main(int argc, char **argv) {
  (void)argc;
  read_options(argv + 1);
  prctl(PR_SET_TIMERSLACK, 1);
  has_pin = options.energy && marker_open();
  open_supply();
  if (supply >= 0) await_power();
  setjmp(power_on);
  busy_until_ns = seen_ns = wall_ns();
  boot();
  serve();
}
