/* The core's own registers, with the names of the ARMv6-M, v7-M and v8-M manuals, B3. */
#ifndef TICKMARK_CORE_H
#define TICKMARK_CORE_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define SYST_CSR 0xe000e010
#define SYST_RVR 0xe000e014
#define SYST_CVR 0xe000e018
#define NVIC_ISER 0xe000e100
#define ICSR 0xe000ed04
#define AIRCR 0xe000ed0c
#define CFSR 0xe000ed28 /* from ARMv7-M on: what kind of fault it was */

static inline void enable_interrupt(unsigned irq) { REGISTER(NVIC_ISER + irq / 32 * 4) = 1u << irq % 32; }

#endif
