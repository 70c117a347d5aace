/* RESETREAS. Product specification, "POWER": flags stay until a 1 is written; none is the on-chip reset's, by power or
 * by brown-out. */
#include "../common/hooks.h"
#include "../cortex-m/core.h"

#define RESETREAS 0x40000400

const char *port_reset_cause(void) {
  enum { PIN = 1 << 0, WATCHDOG = 1 << 1, SOFTWARE = 1 << 2 };
  const uint32_t flags = REGISTER(RESETREAS);
  REGISTER(RESETREAS) = flags;
  if (flags == 0) return "power-on";
  if (flags & WATCHDOG) return "watchdog";
  if (flags & SOFTWARE) return "software";
  return flags & PIN ? "pin" : "";
}
