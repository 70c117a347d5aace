/* The end of a program that did what a program must not do: says so, and sleeps. */
#include <stdint.h>

#include "../common/fault.h"

/* By start-up, on its own stack: the trap's cause, where it was, and the address or instruction that it was about. */
void report_fault(uint32_t mcause, uint32_t mepc, uint32_t mtval) {
  tell_fault("trap mcause=0x%x mepc=0x%x mtval=0x%x", mcause, mepc, mtval);
  for (;;) __asm__ volatile("wfi");
}
