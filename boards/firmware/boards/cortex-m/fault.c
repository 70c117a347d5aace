/* The end of a program that did what a program must not do: says so, and sleeps. */
#include "../common/fault.h"
#include "../common/stack.h"
#include "core.h"

static void tell_where(const uint32_t stacked[8]) {
#ifdef __ARM_ARCH_6M__
  tell_fault("HardFault pc=0x%x lr=0x%x", stacked[6], stacked[5]);
#else
  tell_fault("HardFault pc=0x%x lr=0x%x cfsr=0x%x", stacked[6], stacked[5], REGISTER(CFSR));
#endif
}

/* `stacked` is what the core saved as it took the exception: r0-r3, r12, lr, pc, xpsr. Below the stack it saved
 * nothing. */
void report_fault(const uint32_t stacked[8]) {
  if ((const uint8_t *)stacked < stack_region().base) {
    tell_fault("stack overflow sp=0x%x", (uint32_t)(uintptr_t)stacked);
  } else {
    tell_where(stacked);
  }
  for (;;) __asm__ volatile("wfi");
}
