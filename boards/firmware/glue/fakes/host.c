#define _POSIX_C_SOURCE 199309L /* clock_gettime */
#define _DEFAULT_SOURCE         /* FIONREAD */
#include "host.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

void host_send(const void *bytes, uint32_t count) {
  const char *at = bytes;
  while (count > 0) {
    const ssize_t sent = write(STDOUT_FILENO, at, count);
    if (sent <= 0) exit(1);
    at += sent;
    count -= (uint32_t)sent;
  }
}

uint32_t host_waiting(void) {
  int count = 0;
  ioctl(STDIN_FILENO, FIONREAD, &count);
  return (uint32_t)count;
}

uint32_t host_take(void *bytes, uint32_t room) {
  const ssize_t count = read(STDIN_FILENO, bytes, room);
  if (count <= 0) exit(0);
  return (uint32_t)count;
}

bool host_wait(int ms) {
  struct pollfd in = {STDIN_FILENO, POLLIN, 0};
  return poll(&in, 1, ms) > 0;
}

void host_reset(void) { exit(77); }

static uint64_t advanced_ns;

void host_advance(uint32_t us) { advanced_ns += us * 1000u; }

static uint64_t host_ns(void) {
  if (advanced_ns > 0) return advanced_ns;
  static struct timespec first;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (first.tv_sec == 0 && first.tv_nsec == 0) first = now;
  return (uint64_t)(now.tv_sec - first.tv_sec) * 1000000000u + (uint64_t)now.tv_nsec - (uint64_t)first.tv_nsec;
}

uint64_t host_us(void) { return host_ns() / 1000; }

uint32_t host_cycles(uint32_t mhz) { return (uint32_t)(UINT32_MAX - 1000u + host_ns() * mhz / 1000u); }
