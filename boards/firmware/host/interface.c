/*
 * MLPerf Tiny's interface board on this machine: between stdin and stdout, with a host there, and a DUT that is a program.
 * mlcommons/tiny, benchmark/interface at 1afd2c9: its commands of text, and what its queues do to a DUT that speaks unasked.
 *
 *   mlperf-interface [OPTION ...] -- PROGRAM [ARGUMENT ...]
 *     --baud N        what it was last set to; 9600
 *     --dut-baud N    the rate of the DUT: at another neither hears the other; 9600
 *     --reset-ms N    it is deaf so long after `setbaud`; 800
 *     --mute          it answers nothing
 *
 * `dut X%` goes to the DUT as `X%`, and what the DUT says until its m-ready comes back, a prefix before each line. Nothing
 * is taken from the DUT at other times: up to 100 bytes wait, the rest is lost, and what waits answers the next command.
 * While the DUT has not said m-ready the board hears nobody.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "wall.h"

enum { COMMAND_MOST = 256, QUEUE_MOST = 100, LINE_MOST = 4096 };

static struct {
  uint32_t baud, dut_baud, reset_ms;
  bool mute;
} options = {.baud = 9600, .dut_baud = 9600, .reset_ms = 800};

static int dut_in, dut_out;

static void put(int fd, const char *bytes, size_t count) {
  while (count > 0) {
    const ssize_t written = write(fd, bytes, count);
    if (written <= 0) exit(0); /* nobody is there any more */
    bytes += written;
    count -= (size_t)written;
  }
}

static void say(const char *format, ...) {
  char text[LINE_MOST + 64];
  va_list arguments;
  va_start(arguments, format);
  const int count = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (!options.mute) put(STDOUT_FILENO, text, count < (int)sizeof text ? (size_t)count : sizeof text - 1);
}

static void start_dut(char **program) {
  int in[2], out[2];
  if (pipe(in) != 0 || pipe(out) != 0) exit((perror("pipe"), 2));
  if (fork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    for (int i = 0; i < 2; i++) close(in[i]), close(out[i]);
    execvp(program[0], program);
    perror(program[0]);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  dut_in = in[1];
  dut_out = out[0];
}

/* --- From the DUT. --- */

static char queue[QUEUE_MOST];
static size_t queued;

/* What a UART makes of another rate. */
static char heard(char byte) { return options.baud == options.dut_baud ? byte : (char)(byte * 37 + 128); }

/* Takes what has come; beyond the queue's room it is lost. */
static void take_from_dut(void) {
  char bytes[LINE_MOST];
  const ssize_t count = read(dut_out, bytes, sizeof bytes);
  if (count <= 0) exit(0);
  for (ssize_t i = 0; i < count && queued < sizeof queue; i++) queue[queued++] = heard(bytes[i]);
}

static char next_from_dut(void) {
  while (queued == 0) take_from_dut();
  const char byte = queue[0];
  memmove(queue, queue + 1, --queued);
  return byte;
}

/* A line without its end, which is both characters. */
static void line_from_dut(char *line) {
  size_t length = 0;
  bool has_returned = false;
  for (;;) {
    const char byte = next_from_dut();
    if (has_returned && byte == '\n') break;
    if (has_returned && length < LINE_MOST - 2) line[length++] = '\r';
    has_returned = byte == '\r';
    if (!has_returned && length < LINE_MOST - 2) line[length++] = byte;
  }
  line[length] = '\0';
}

/* --- Commands. --- */

static void send_to_dut(const char *command) {
  const size_t count = strlen(command);
  uint64_t due = wall_us();
  for (size_t i = 0; i <= count; i++) {
    const char byte = heard(i < count ? command[i] : '%');
    put(dut_in, &byte, 1);
    wall_wait_until(due += 10000000 / options.baud);
  }
}

static void pass_through(const char *command) {
  char line[LINE_MOST];
  say("m-dut-passthrough(%s)\r\nm-ready\r\n", command);
  send_to_dut(command);
  do {
    line_from_dut(line);
    say("[dut]: %s\r\n", line);
  } while (strcmp(line, "m-ready") != 0);
}

static void reset(void) {
  char bytes[LINE_MOST];
  const uint64_t until = wall_us() + options.reset_ms * 1000;
  while (wall_us() < until) {
    struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {dut_out, POLLIN, 0}};
    if (poll(fds, 2, 10) <= 0) continue;
    if (fds[0].revents && read(STDIN_FILENO, bytes, sizeof bytes) <= 0) exit(0);
    if (fds[1].revents && read(dut_out, bytes, sizeof bytes) <= 0) exit(0);
  }
  queued = 0;
}

static void set_baud(const char *number) {
  options.baud = (uint32_t)strtoul(number, NULL, 10);
  say("set baud to: %s\nm-ready\r\n", number);
  reset();
}

/* By its first letters, as the board does: `dutx` is neither its command nor refused. */
static void obey(const char *command) {
  if (strncmp(command, "dut", 3) == 0) {
    if (command[3] == ' ') pass_through(command + 4);
  } else if (strcmp(command, "name") == 0) {
    say("tinyML Enhanced Interface Board\r\nm-ready\r\n");
  } else if (strncmp(command, "setbaud ", 8) == 0) {
    set_baud(command + 8);
  } else if (strcmp(command, "checkbaud") == 0) {
    say("baud is: %u\nm-ready\r\n", options.baud);
  } else {
    say("m-ready\r\n");
  }
}

static void hear(void) {
  static char command[COMMAND_MOST];
  static size_t length;
  char byte;
  if (read(STDIN_FILENO, &byte, 1) <= 0) exit(0);
  if (byte != '%') {
    if (length < sizeof command - 1) command[length++] = byte;
    return;
  }
  command[length] = '\0';
  length = 0;
  obey(command);
}

static void refuse(const char *what) {
  fprintf(stderr, "mlperf-interface: not understood: %s\n", what ? what : "no program");
  exit(2);
}

static char **read_options(char **argv) {
  for (; *argv && strcmp(*argv, "--") != 0; argv++) {
    if (strcmp(*argv, "--mute") == 0) {
      options.mute = true;
      continue;
    }
    uint32_t *number = strcmp(*argv, "--baud") == 0       ? &options.baud
                       : strcmp(*argv, "--dut-baud") == 0 ? &options.dut_baud
                       : strcmp(*argv, "--reset-ms") == 0 ? &options.reset_ms
                                                          : NULL;
    if (number == NULL || argv[1] == NULL) refuse(*argv);
    *number = (uint32_t)strtoul(*++argv, NULL, 10);
  }
  if (*argv == NULL || argv[1] == NULL) refuse(NULL);
  return argv + 1;
}

int main(int argc, char **argv) {
  (void)argc;
  start_dut(read_options(argv + 1));
  for (;;) {
    struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {dut_out, POLLIN, 0}};
    if (poll(fds, 2, -1) < 0) return 2;
    if (fds[1].revents) take_from_dut();
    if (fds[0].revents) hear();
  }
}
