/* What a Cortex-M has whatever the chip around it: a reset, and from Armv7-M on a counter of its cycles. */
#ifndef TICKMARK_CORTEX_M_H
#define TICKMARK_CORTEX_M_H

#include <stdbool.h>
#include <stdint.h>

static inline volatile uint32_t *tickmark_register(uint32_t address) { return (volatile uint32_t *)(uintptr_t)address; }

/* Armv6-M and Armv7-M Architecture Reference Manuals, B3.2.6. */
static inline void tickmark_reset(void) {
  *tickmark_register(0xe000ed0c) = 0x05fa0000u | 1u << 2; /* AIRCR: its key, SYSRESETREQ */
  for (;;) __asm__ volatile("dsb");
}

/*
 * The cycle counter in the debug unit (DWT) of Cortex-M3, M4, M7, M33, M55 and M85. Armv7-M Architecture Reference
 * Manual, C1.6 and C1.8. An M0+ or M23 has none. It wraps at 2^32, after 25 s at 168 MHz.
 */
#if defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_7EM__) || defined(__ARM_ARCH_8M_MAIN__) || \
    defined(__ARM_ARCH_8_1M_MAIN__)
#define TICKMARK_HAS_DWT 1

static inline uint32_t tickmark_dwt(void) { return *tickmark_register(0xe0001004); /* DWT_CYCCNT */ }

/* False where it does not count: a chip was made without it, or the Secure side keeps it to itself. */
static inline bool tickmark_dwt_start(void) {
  *tickmark_register(0xe000edfc) |= 1u << 24;  /* DEMCR.TRCENA: without it the unit is dead */
  *tickmark_register(0xe0001fb0) = 0xc5acce55; /* DWT_LAR: a Cortex-M7's is locked, elsewhere it is ignored */
  *tickmark_register(0xe0001000) |= 1;         /* DWT_CTRL.CYCCNTENA */
  const uint32_t before = tickmark_dwt();
  return tickmark_dwt() != before;
}
#endif

#endif
