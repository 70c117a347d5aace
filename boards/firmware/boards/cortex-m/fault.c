/* The end of a program that did what a program must not do: says so, and sleeps. */
#include <stdarg.h>

#include "../../agent/tickmark_dut.h"
#include "../../support/format.h"
#include "core.h"

static void describe(char *text, size_t size, const char *pattern, ...) {
  va_list values;
  va_start(values, pattern);
  format(text, size, pattern, values);
  va_end(values);
}

/* `stacked` is what the core saved as it took the exception: r0-r3, r12, lr, pc, xpsr. */
void report_fault(const uint32_t stacked[8]) {
  char text[64];
#ifdef __ARM_ARCH_6M__
  describe(text, sizeof text, "HardFault pc=0x%x lr=0x%x", stacked[6], stacked[5]);
#else
  describe(text, sizeof text, "HardFault pc=0x%x lr=0x%x cfsr=0x%x", stacked[6], stacked[5], REGISTER(CFSR));
#endif
  tickmark_fault(text);
  for (;;) __asm__ volatile("wfi");
}
