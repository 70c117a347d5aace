#ifndef TICKMARK_STM32_PLL_H
#define TICKMARK_STM32_PLL_H

/*
 * STM32F4 and F7: crystal, PLL, 168 MHz for the core, 42 MHz for APB1, 84 MHz for APB2, with the flash's wait states
 * at 3.3 V. Without the crystal, from the internal 16 MHz. An emulator that does not model the RCC keeps the clocks
 * that it has.
 */
void pll_start(void);

#endif
