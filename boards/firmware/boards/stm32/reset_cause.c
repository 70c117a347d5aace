/* RCC_CSR: RM0090, 7.3.21 (F4); RM0385, 5.3.21 (F7). RCC_CSR2: RM0444, 5.4.24 (G0). Flags stay until they are removed.
 */
#include "../common/hooks.h"
#include "../cortex-m/core.h"
#include "port.h"

enum { PIN = 1 << 26, POWER = 1 << 27, SOFTWARE = 1 << 28, INDEPENDENT_WATCHDOG = 1 << 29, WINDOW_WATCHDOG = 1 << 30 };

/* A reset by power sets the flags of brown-out and pin as well; each of the others that of the pin, which it pulls. */
const char *port_reset_cause(void) {
  const uint32_t flags = REGISTER(RCC_CSR);
  REGISTER(RCC_CSR) = flags | REMOVE_FLAGS;
  if (flags & POWER) return "power-on";
  if (flags & BROWN_OUT) return "brown-out";
  if (flags & (INDEPENDENT_WATCHDOG | WINDOW_WATCHDOG)) return "watchdog";
  if (flags & SOFTWARE) return "software";
  return flags & PIN ? "pin" : "";
}
