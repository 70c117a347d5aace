#include "../common/hooks.h"
#include "core.h"

/* Tests with interrupts off, so that a byte cannot come between the test and the sleep: WFI wakes for it all the same.
 */
void sleep_while(bool (*is_idle)(void)) {
  forbid_interrupts();
  while (is_idle()) {
    __asm__ volatile("wfi" ::: "memory");
    allow_interrupts();
    forbid_interrupts();
  }
  allow_interrupts();
}
