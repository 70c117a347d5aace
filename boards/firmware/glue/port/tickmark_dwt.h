/*
 * The cycle counter in the debug unit (DWT) of Armv7-M and Armv8-M Mainline cores: Cortex-M3, M4, M7, M33, M55, M85.
 * Armv7-M Architecture Reference Manual, C1.6 and C1.8. An M0+ or M23 has none. It wraps at 2^32, 25 s at 168 MHz.
 */
#ifndef TICKMARK_DWT_H
#define TICKMARK_DWT_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__ARM_ARCH_7M__) || defined(__ARM_ARCH_7EM__) || defined(__ARM_ARCH_8M_MAIN__) || \
    defined(__ARM_ARCH_8_1M_MAIN__)
#define TICKMARK_HAS_DWT 1

static inline volatile uint32_t *tickmark_register(uint32_t address) { return (volatile uint32_t *)address; }

/* False on a chip that was made without the counter. */
static inline bool tickmark_dwt_start(void) {
  *tickmark_register(0xe000edfc) |= 1u << 24;  /* DEMCR.TRCENA: without it DWT's registers are dead */
  *tickmark_register(0xe0001fb0) = 0xc5acce55; /* DWT_LAR: the Cortex-M7's are locked, elsewhere this is ignored */
  *tickmark_register(0xe0001000) |= 1;         /* DWT_CTRL.CYCCNTENA */
  return !(*tickmark_register(0xe0001000) & 1u << 25); /* NOCYCCNT */
}

static inline uint32_t tickmark_dwt(void) { return *tickmark_register(0xe0001004); /* DWT_CYCCNT */ }
#endif

#endif
