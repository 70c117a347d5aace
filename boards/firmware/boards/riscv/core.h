/* The core's own registers, with the names of the RISC-V privileged architecture, 3.1. */
#ifndef TICKMARK_CORE_H
#define TICKMARK_CORE_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define INTERRUPT_HANDLER __attribute__((interrupt))

enum { MSTATUS_MIE = 1 << 3, MIE_MEIE = 1 << 11 };

static inline void allow_interrupts(void) { __asm__ volatile("csrsi mstatus, %0" ::"i"(MSTATUS_MIE) : "memory"); }

static inline void forbid_interrupts(void) { __asm__ volatile("csrci mstatus, %0" ::"i"(MSTATUS_MIE) : "memory"); }

/* The line that devices reach the core by. */
static inline void enable_external_interrupt(void) {
  __asm__ volatile("csrs mie, %0" ::"r"(MIE_MEIE));
  allow_interrupts();
}

#endif
