/*
 * A serial line on this machine, as slow as a real one: a pty for the host, and a program behind it, on its stdin and
 * stdout, for a DUT.
 *
 *   line [OPTION ...] -- PROGRAM [ARGUMENT ...]
 *     --baud N            10 bits a byte, both ways at once; 115200 unless given
 *     --buffer N          bytes that the bridge takes from the host ahead of the wire; 4096 unless given
 *     --usb-latency-ms N  bytes for the host go over 62 at a time, or N ms after the first of them, as an FTDI does
 *     --host-delay-us N   what the host writes sets out on the wire so much later
 *     --drop RATE         of the bytes, in each direction, are lost
 *     --flip RATE         of them have one bit wrong
 *     --seed N            which ones: the same for the same seed, by their place in the stream
 *     --reset-on-open     the DUT starts again whenever the port is opened, as on boards that wire DTR to reset
 *
 * Prints the pty's path, and once it ends how many bytes went each way and what befell them. The port may be closed and
 * opened again: what the DUT says while it is closed is lost, as with a USB bridge. Ends when the program does, with
 * its exit code, after its last byte is over; on SIGTERM or SIGINT; and with its parent.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum {
  QUEUE_BYTES = 1 << 16,
  SINK_BYTES = 1 << 16, /* what a tty keeps for a host that does not read; then bytes are lost */
  PACKET_BYTES = 62,    /* a USB packet of an FTDI, without its two bytes of status */
  AWAY_NS = 5000000,    /* how often to look whether somebody has opened the port */
  GRACE_MS = 500,       /* for a DUT to end by itself once its stdin is closed, and a host to read its last words */
};
static const double burst_ns = 500e3; /* bytes that end within it are moved together */

typedef struct {
  uint8_t byte;
  double ready_ns; /* when it may set out */
} waiting;

/* One direction: a queue in front of the wire, and behind it what its reader has not taken yet. */
typedef struct {
  const char *name;
  waiting queue[QUEUE_BYTES];
  uint32_t first, count, most; /* of the queue */
  double free_ns;              /* when the wire is done with the byte before the first */
  uint8_t sink[SINK_BYTES];
  uint32_t sink_count;
  double packet_ns; /* when the first byte of the sink that was not handed over came in */
  uint64_t random, moved, dropped, flipped, overrun;
} direction;

static struct {
  double baud, usb_latency_ms, host_delay_us, drop, flip;
  uint32_t buffer;
  uint64_t seed;
  bool reset_on_open;
  char **program;
} options = {.baud = 115200, .buffer = 4096, .seed = 1};

static direction to_dut = {.name = "to the DUT"}, to_host = {.name = "to the host"};
static int master, dut_in = -1, dut_out = -1;
static pid_t dut;
static bool is_open; /* by a host */
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

static void sleep_ms(void) { nanosleep(&(struct timespec){0, 1000000}, NULL); }

static double later(double a, double b) { return a > b ? a : b; }
static double sooner(double a, double b) { return a < b ? a : b; }
static double byte_ns(void) { return 10e9 / options.baud; }

/* [0, 1): xorshift64*, Vigna 2016. */
static double chance(direction *d) {
  d->random ^= d->random >> 12;
  d->random ^= d->random << 25;
  d->random ^= d->random >> 27;
  return (double)(d->random * 0x2545f4914f6cdd1d >> 11) / 9007199254740992.0;
}

/* Three draws for each byte, whatever befalls it: the next ones do not depend on it. */
static bool survives(direction *d, uint8_t *byte) {
  const bool is_dropped = chance(d) < options.drop, is_flipped = chance(d) < options.flip;
  const int bit = (int)(chance(d) * 8);
  d->moved++;
  d->dropped += is_dropped;
  if (is_flipped && !is_dropped) d->flipped++, *byte ^= (uint8_t)(1 << bit);
  return !is_dropped;
}

static const waiting *at(const direction *d, uint32_t index) { return &d->queue[(d->first + index) % QUEUE_BYTES]; }

static double end_of(double free_ns, const waiting *w) { return later(free_ns, w->ready_ns) + byte_ns(); }

static void deliver(direction *d, uint8_t byte, double ns) {
  if (!survives(d, &byte)) return;
  if (d->sink_count == SINK_BYTES) {
    d->overrun++;
    return;
  }
  if (d->sink_count == 0) d->packet_ns = ns;
  d->sink[d->sink_count++] = byte;
}

/* Moves what is over by now. */
static void run_wire(direction *d, double now) {
  while (d->count > 0 && end_of(d->free_ns, at(d, 0)) <= now) {
    d->free_ns = end_of(d->free_ns, at(d, 0));
    deliver(d, at(d, 0)->byte, d->free_ns);
    d->first = (d->first + 1) % QUEUE_BYTES;
    d->count--;
  }
}

/* When there is something to move: at the end of the last byte that waits, but no later than a burst takes. */
static double next_move_ns(const direction *d) {
  double ns = d->free_ns;
  for (uint32_t i = 0; i < d->count; i++) {
    const double end = end_of(ns, at(d, i));
    if (i > 0 && end - end_of(d->free_ns, at(d, 0)) > burst_ns) break;
    ns = end;
  }
  return d->count > 0 ? ns : 1e300;
}

/* Takes what the source has, as far as there is room; false at its end. */
static bool fill(direction *d, int source, double ready_ns) {
  uint8_t bytes[4096];
  const uint32_t room = d->most - d->count;
  const ssize_t count = read(source, bytes, room < sizeof bytes ? room : sizeof bytes);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  for (ssize_t i = 0; i < count; i++) d->queue[(d->first + d->count++) % QUEUE_BYTES] = (waiting){bytes[i], ready_ns};
  return count > 0;
}

static void hand_over(direction *d, int fd, uint32_t most) {
  const ssize_t count = write(fd, d->sink, most);
  if (count < 0 && errno == EPIPE) d->sink_count = 0;
  if (count <= 0) return; /* full: it waits here */
  d->sink_count -= (uint32_t)count;
  memmove(d->sink, d->sink + count, d->sink_count);
}

/* Bytes of the sink that a host may see by now. */
static uint32_t visible(const direction *d, double now) {
  if (now >= d->packet_ns + options.usb_latency_ms * 1e6) return d->sink_count;
  return d->sink_count / PACKET_BYTES * PACKET_BYTES;
}

static void serve_host(double now) {
  if (!is_open) to_host.sink_count = 0;
  const uint32_t count = visible(&to_host, now);
  if (count == 0) return;
  hand_over(&to_host, master, count);
  if (to_host.sink_count < count) to_host.packet_ns = now;
}

/* What is due and still here found no room: it is tried again. */
static double next_packet_ns(double now) {
  if (to_host.sink_count == 0) return 1e300;
  return visible(&to_host, now) > 0 ? now + burst_ns : to_host.packet_ns + options.usb_latency_ms * 1e6;
}

/* With a pipe as short as there is: a DUT that says much waits for the line. */
static void start_dut(void) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) fail("pipe");
  dut = fork();
  if (dut < 0) fail("fork");
  if (dut == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    execvp(options.program[0], options.program);
    perror(options.program[0]);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  dut_in = in[1];
  dut_out = out[0];
  fcntl(dut_out, F_SETPIPE_SZ, 4096);
  fcntl(dut_in, F_SETFL, O_NONBLOCK);
  fcntl(dut_out, F_SETFL, O_NONBLOCK);
}

/* Its exit code. */
static int stop_dut(void) {
  int status = 0;
  close(dut_in);
  close(dut_out);
  for (int ms = 0; ms < GRACE_MS; ms++) {
    if (waitpid(dut, &status, WNOHANG) == dut) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    sleep_ms();
  }
  kill(dut, SIGKILL);
  waitpid(dut, &status, 0);
  return 128 + SIGKILL;
}

static void reset_dut(void) {
  kill(dut, SIGKILL);
  stop_dut();
  to_host.count = to_host.sink_count = to_dut.count = to_dut.sink_count = 0;
  start_dut();
}

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
  struct termios mode;
  if (tcgetattr(slave, &mode) != 0) fail("tcgetattr");
  cfmakeraw(&mode);
  mode.c_cflag |= CLOCAL;
  if (tcsetattr(slave, TCSANOW, &mode) != 0) fail("tcsetattr");
  close(slave);
}

/* What nobody has read is not for whoever comes next. */
static void forget_unread(void) {
  const int slave = open_slave();
  tcflush(slave, TCIFLUSH);
  close(slave);
}

static void notice_host(bool is_there) {
  if (is_there == is_open) return;
  is_open = is_there;
  if (!is_open)
    forget_unread();
  else if (options.reset_on_open)
    reset_dut();
}

/* Until there is something to do; what can be read is told. */
static void wait_until(double deadline_ns, bool *from_host, bool *from_dut) {
  const bool may_take = to_host.count < to_host.most && dut_out >= 0;
  struct pollfd fds[] = {{is_open && to_dut.count < to_dut.most ? master : -1, POLLIN, 0},
                         {may_take ? dut_out : -1, POLLIN, 0},
                         {to_dut.sink_count > 0 ? dut_in : -1, POLLOUT, 0}};
  const double left = later(0, sooner(deadline_ns - now_ns(), is_open ? 1e9 : AWAY_NS));
  const struct timespec timeout = {(time_t)(left / 1e9), (long)left % 1000000000};
  sigset_t none;
  sigemptyset(&none);
  if (ppoll(fds, 3, &timeout, &none) < 0 && errno != EINTR) fail("poll");
  struct pollfd host = {master, POLLIN, 0}; /* also what was written by a host that has closed the port since */
  poll(&host, 1, 0);
  *from_host = host.revents & POLLIN && to_dut.count < to_dut.most;
  *from_dut = fds[1].revents;
  notice_host(!(host.revents & POLLHUP));
}

static void serve(void) {
  bool is_running = true;
  while (!is_told_to_end && (is_running || to_host.count > 0 || (is_open && to_host.sink_count > 0))) {
    bool from_host, from_dut;
    double now = now_ns();
    wait_until(sooner(sooner(next_move_ns(&to_dut), next_move_ns(&to_host)), next_packet_ns(now)), &from_host,
               &from_dut);
    now = now_ns();
    if (from_host) fill(&to_dut, master, now + options.host_delay_us * 1e3);
    if (from_dut && !fill(&to_host, dut_out, now)) is_running = false, to_host.most = 0;
    run_wire(&to_dut, now);
    run_wire(&to_host, now);
    if (to_dut.sink_count > 0) hand_over(&to_dut, dut_in, to_dut.sink_count);
    serve_host(now);
  }
}

/* A pty that hangs up takes with it what the host has not read; the kernel takes a moment to show it to the host. */
static void let_host_read(void) {
  const int slave = open_slave();
  int unread = 0;
  for (int ms = 0; ms < GRACE_MS && (ms < 5 || unread > 0); ms++) {
    sleep_ms();
    if (ioctl(slave, FIONREAD, &unread) != 0) break;
  }
  close(slave);
}

static void report(const direction *d) {
  printf("%s %llu bytes, %llu lost, %llu flipped, %llu unread\n", d->name, (unsigned long long)d->moved,
         (unsigned long long)d->dropped, (unsigned long long)d->flipped, (unsigned long long)d->overrun);
}

static void tell_to_end(int signal_number) {
  (void)signal_number;
  is_told_to_end = 1;
}

/* Signals come only while the line waits. */
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

static void usage(const char *why) {
  fprintf(stderr,
          "line: %s\nusage: line [--baud N] [--buffer N] [--usb-latency-ms N] [--host-delay-us N] [--drop RATE] "
          "[--flip RATE] [--seed N] [--reset-on-open] -- PROGRAM [ARGUMENT ...]\n",
          why);
  exit(2);
}

static double number_of(const char *text) {
  char *end;
  if (text == NULL) usage("an option without its number");
  const double value = strtod(text, &end);
  if (end == text || *end != '\0' || !(value >= 0)) usage(text);
  return value;
}

static void read_options(char **argv) {
  for (; *argv && strcmp(*argv, "--") != 0; argv++) {
    const char *name = *argv;
    if (strcmp(name, "--reset-on-open") == 0) {
      options.reset_on_open = true;
      continue;
    }
    const double value = number_of(*++argv);
    if (strcmp(name, "--baud") == 0)
      options.baud = value;
    else if (strcmp(name, "--buffer") == 0)
      options.buffer = (uint32_t)value;
    else if (strcmp(name, "--usb-latency-ms") == 0)
      options.usb_latency_ms = value;
    else if (strcmp(name, "--host-delay-us") == 0)
      options.host_delay_us = value;
    else if (strcmp(name, "--drop") == 0)
      options.drop = value;
    else if (strcmp(name, "--flip") == 0)
      options.flip = value;
    else if (strcmp(name, "--seed") == 0)
      options.seed = (uint64_t)value;
    else
      usage(name);
  }
  if (*argv == NULL || argv[1] == NULL) usage("no program after --");
  if (options.baud <= 0) usage("a line of 0 baud carries nothing");
  if (options.buffer < 1 || options.buffer > QUEUE_BYTES) usage("--buffer: 1 to 65536");
  options.program = argv + 1;
}

/* A line is always in time where it may be; where it may not, the others share the machine with it. */
static void keep_time(void) {
  prctl(PR_SET_TIMERSLACK, 1);
  sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &(struct sched_param){.sched_priority = 1});
}

int main(int argc, char **argv) {
  (void)argc;
  read_options(argv + 1);
  to_dut.most = options.buffer;
  to_host.most = 64; /* a UART's, and little of it: the DUT's pipe holds the rest */
  to_dut.random = options.seed * 2 + 1;
  to_host.random = ~to_dut.random;
  catch_signals();
  open_pty();
  keep_time();
  start_dut();
  printf("%s\n", ptsname(master));
  fflush(stdout);
  serve();
  if (is_open && !is_told_to_end) let_host_read();
  close(master); /* the host sees it hang up */
  const int code = stop_dut();
  report(&to_dut);
  report(&to_host);
  return is_told_to_end ? 0 : code;
}
