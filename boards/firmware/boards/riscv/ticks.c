/* Ticks of mcycle, the core's own counter; TICK_HZ of port.h says what it counts where the port runs. */
#include "../common/ticks.h"

const char tick_source[] = "mcycle";

static uint64_t first;

/* The halves are read one after the other: again, if the low one wrapped in between. */
static uint64_t mcycle(void) {
  uint32_t high, low, again;
  do {
    __asm__ volatile("csrr %0, mcycleh\n\tcsrr %1, mcycle\n\tcsrr %2, mcycleh" : "=r"(high), "=r"(low), "=r"(again));
  } while (high != again);
  return (uint64_t)high << 32 | low;
}

void ticks_start(void) { first = mcycle(); }

uint64_t ticks_now(void) { return mcycle() - first; }

uint32_t ticks_now32(void) { return (uint32_t)ticks_now(); }

/* mcycle wakes nobody, so it may run on. */
uint64_t ticks_stop(void) { return ticks_now(); }
