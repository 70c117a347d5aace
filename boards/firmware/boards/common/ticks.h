/* The tick timer of a port's core: TICK_HZ of port.h is its rate. */
#ifndef TICKMARK_TICKS_H
#define TICKMARK_TICKS_H

#include <stdint.h>

/* Its name in the protocol. */
extern const char tick_source[];

void ticks_start(void);

/* Ticks since ticks_start. */
uint64_t ticks_now(void);
uint32_t ticks_now32(void);

/* Ticks since ticks_start, and stops: an idle core is not woken. */
uint64_t ticks_stop(void);

#endif
