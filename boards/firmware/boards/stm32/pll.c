/* RM0090 (F4): 3.5.1 wait states, 7.3 RCC; RM0385 (F7): 3.3.2, 5.3. What is used here is alike on both. */
#include "pll.h"

#include <stdbool.h>

#include "../cortex-m/core.h"
#include "port.h"

#define RCC_CR 0x40023800
#define RCC_PLLCFGR 0x40023804
#define RCC_CFGR 0x40023808
#define FLASH_ACR 0x40023c00

enum { HSE_ON = 1 << 16, HSE_READY = 1 << 17, PLL_ON = 1 << 24, PLL_READY = 1 << 25, FROM_HSE = 1 << 22 };

/* At 16 MHz: 10 ms and more, where a crystal takes 2 and the PLL 0.3. An end, where an emulator models no such flag. */
enum { MOST_POLLS = 20000 };

__extension__ _Static_assert(HSE_MHZ >= 4 && HSE_MHZ <= 26, "the crystals that these chips take");
__extension__ _Static_assert(TICK_HZ == 168000000, "pll_start makes 168 MHz, and no other rate");

static bool wait_for(uint32_t address, uint32_t mask, uint32_t bits) {
  for (uint32_t polls = 0; polls < MOST_POLLS; polls++) {
    if ((REGISTER(address) & mask) == bits) return true;
  }
  return false;
}

/* To 1 MHz, x 336 for the VCO, / 2 for the core, / 7 for the 48 MHz that USB wants. */
static bool start_pll(uint32_t source_mhz, uint32_t source) {
  enum { N = 336 << 6, P_2 = 0 << 16, Q = 7 << 24, RESERVED = 1 << 29 };
  REGISTER(RCC_PLLCFGR) = source_mhz | N | P_2 | source | Q | RESERVED;
  REGISTER(RCC_CR) |= PLL_ON;
  return wait_for(RCC_CR, PLL_READY, PLL_READY);
}

void pll_start(void) {
  enum { APB1_4 = 5 << 10, APB2_2 = 4 << 13, FROM_PLL = 2, SWITCH = 3 << 2, IS_PLL = 2 << 2, WAIT_STATES = 15 };
  REGISTER(RCC_CR) |= HSE_ON;
  if (!(REGISTER(RCC_CR) & HSE_ON)) return;
  const bool has_crystal = wait_for(RCC_CR, HSE_READY, HSE_READY);
  if (!(has_crystal ? start_pll(HSE_MHZ, FROM_HSE) : start_pll(16, 0))) return;
  REGISTER(FLASH_ACR) = FLASH_ACCESS;
  wait_for(FLASH_ACR, WAIT_STATES, FLASH_ACCESS & WAIT_STATES);
  REGISTER(RCC_CFGR) = APB1_4 | APB2_2 | FROM_PLL;
  wait_for(RCC_CFGR, SWITCH, IS_PLL);
}
