/* The end of a program that did what a program must not do: says so, and sleeps. */
#include <stdint.h>

#include "../common/fault.h"

/* By start-up, on its own stack: the exception's cause, where it was, and the address that it was about. */
void report_fault(uint32_t exccause, uint32_t epc, uint32_t excvaddr) {
  tell_fault("exception exccause=0x%x epc=0x%x excvaddr=0x%x", exccause, epc, excvaddr);
  for (;;) __asm__ volatile("waiti 15");
}
