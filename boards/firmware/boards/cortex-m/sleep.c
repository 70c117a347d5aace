#include "../common/hooks.h"

/* Tests with interrupts off, so that a byte cannot come between the test and the sleep: WFI wakes for it all the same.
 */
void sleep_while(bool (*is_idle)(void)) {
  __asm__ volatile("cpsid i" ::: "memory");
  while (is_idle()) __asm__ volatile("wfi\n\tcpsie i\n\tisb\n\tcpsid i" ::: "memory");
  __asm__ volatile("cpsie i" ::: "memory");
}
