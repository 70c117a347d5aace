/* By the watchdog, which resets all but the oscillators: the core's own request leaves the peripherals as they are.
 * Datasheet 4.7, "Watchdog", and 2.12.8, CHIP_RESET; the latter stays as it is in a reset by the watchdog. */
#include "../common/hooks.h"
#include "registers.h"

static void trigger_watchdog(void) {
  enum { ALL = 0x1ffff, OSCILLATORS = 3 };
  REGISTER(PSM_WDSEL) = ALL & ~OSCILLATORS;
  REGISTER(WATCHDOG_CTRL) = 1u << 31;
  for (;;) __asm__ volatile("dsb");
}

void (*const port_reset)(void) = trigger_watchdog;

const char *port_reset_cause(void) {
  enum { BY_TIMER = 1 << 0, FORCED = 1 << 1 };
  enum { POWER = 1 << 8, RUN_PIN = 1 << 16, DEBUGGER = 1 << 20, RESCUE = 1 << 24 };
  const uint32_t watchdog = REGISTER(WATCHDOG_REASON), chip = REGISTER(CHIP_RESET);
  if (chip & ~(uint32_t)(POWER | RUN_PIN | DEBUGGER | RESCUE)) return ""; /* an emulator that has no such register */
  if (watchdog & FORCED) return "software";
  if (watchdog & BY_TIMER) return "watchdog";
  if (chip & POWER) return "power-on"; /* or brown-out: the chip does not tell them apart */
  return chip & RUN_PIN ? "pin" : "";
}
