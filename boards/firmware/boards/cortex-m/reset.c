/* Of a port that has nothing of its own. ARMv6-M and ARMv7-M manuals, B3.2.6: AIRCR. */
#include "../common/hooks.h"
#include "core.h"

static void request_reset(void) {
  enum { KEY = 0x05fa << 16, SYSRESETREQ = 1 << 2 };
  REGISTER(AIRCR) = KEY | SYSRESETREQ;
  for (;;) __asm__ volatile("dsb");
}

__attribute__((weak)) void (*const port_reset)(void) = request_reset;

__attribute__((weak)) const char *port_reset_cause(void) { return ""; }
