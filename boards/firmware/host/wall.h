/* Time of this machine, for DUTs that a meter watches. */
#ifndef TICKMARK_HOST_WALL_H
#define TICKMARK_HOST_WALL_H

#include <stdint.h>

/* Of the monotonic clock. */
uint64_t wall_us(void);

void wall_wait_until(uint64_t us);

#endif
