/* The core's own registers, with the names of the Xtensa ISA reference manual, 4.4 and 5. */
#ifndef TICKMARK_CORE_H
#define TICKMARK_CORE_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* Start-up's exception vector saves what C may change. */
#define INTERRUPT_HANDLER

/* Interrupts of level 1, which is all there are. */
static inline void allow_interrupts(void) {
  uint32_t before;
  __asm__ volatile("rsil %0, 0" : "=r"(before)::"memory");
}

static inline void forbid_interrupts(void) {
  uint32_t before;
  __asm__ volatile("rsil %0, 1" : "=r"(before)::"memory");
}

static inline void enable_interrupt(uint32_t number) {
  __asm__ volatile("wsr.intenable %0\n\trsync" ::"r"(1u << number));
  allow_interrupts();
}

#endif
