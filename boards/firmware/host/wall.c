#define _GNU_SOURCE
#include "wall.h"

#include <errno.h>
#include <sys/prctl.h>
#include <time.h>

uint64_t wall_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void wall_wait_until(uint64_t us) {
  const struct timespec end = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
  prctl(PR_SET_TIMERSLACK, 1);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR) continue;
}
