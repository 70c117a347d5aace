#include "../common/hooks.h"
#include "core.h"

/* Tests with interrupts off, so that a byte cannot come between the test and the sleep: WAITI lets them in as it falls
 * asleep. */
void sleep_while(bool (*is_idle)(void)) {
  forbid_interrupts();
  while (is_idle()) {
    __asm__ volatile("waiti 0" ::: "memory");
    forbid_interrupts();
  }
  allow_interrupts();
}
