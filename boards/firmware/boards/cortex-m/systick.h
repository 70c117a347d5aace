/* SysTick on the core's clock: one tick a cycle, 24 bits in hardware, the rest counted by interrupt. */
#ifndef TICKMARK_SYSTICK_H
#define TICKMARK_SYSTICK_H

#include <stdint.h>

void systick_start(void);

/* Ticks since systick_start. */
uint64_t systick_now(void);
uint32_t systick_now32(void);

/* Ticks since systick_start, and stops: an idle core is not woken. */
uint64_t systick_stop(void);

#endif
