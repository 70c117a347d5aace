/* SysTick on the core's clock: one tick a cycle, 24 bits in hardware, the rest counted by interrupt. */
#include "../common/ticks.h"
#include "core.h"

const char tick_source[] = "systick";

enum { ENABLE = 1, INTERRUPT = 2, CORE_CLOCK = 4, LONGEST = 0xffffff, CLEAR_PENDING = 1 << 25, MOST_POLLS = 1000 };

static volatile uint32_t wraps;
static uint32_t first; /* the counter counts down from here */

/*
 * The counter is loaded on the tick after the write that zeroes it. rp2040js pends an exception for that write, so the
 * interrupt is let in only once the counter runs.
 */
void ticks_start(void) {
  REGISTER(SYST_CSR) = 0;
  REGISTER(SYST_RVR) = LONGEST;
  REGISTER(SYST_CVR) = 0;
  REGISTER(SYST_CSR) = ENABLE | CORE_CLOCK;
  for (uint32_t polls = 0; REGISTER(SYST_CVR) == 0 && polls < MOST_POLLS; polls++) {
  }
  wraps = 0;
  REGISTER(ICSR) = CLEAR_PENDING;
  REGISTER(SYST_CSR) = ENABLE | INTERRUPT | CORE_CLOCK;
  first = REGISTER(SYST_CVR);
}

void systick_interrupt(void) { wraps++; }

uint64_t ticks_now(void) {
  uint32_t whole, count;
  do {
    whole = wraps;
    count = REGISTER(SYST_CVR);
  } while (whole != wraps); /* it wrapped between the two readings */
  return ((uint64_t)whole << 24) + first - count;
}

uint32_t ticks_now32(void) { return (uint32_t)ticks_now(); }

uint64_t ticks_stop(void) {
  const uint64_t ticks = ticks_now();
  REGISTER(SYST_CSR) = 0;
  return ticks;
}
