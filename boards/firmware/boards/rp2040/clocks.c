#include "clocks.h"

#include <stdbool.h>

#include "registers.h"

/* Long enough for the crystal's 1 ms at any clock up to 125 MHz; an end, where an emulator models no such flag. */
enum { MOST_POLLS = 200000 };

static bool wait_for(uint32_t address, uint32_t bits) {
  for (uint32_t polls = 0; polls < MOST_POLLS; polls++) {
    if ((REGISTER(address) & bits) == bits) return true;
  }
  return false;
}

void unreset(unsigned blocks) {
  REGISTER(RESETS_RESET + CLEAR_ALIAS) = blocks;
  wait_for(RESETS_RESET_DONE, blocks);
}

/* Datasheet 2.16: range 1 to 15 MHz; a startup delay of 1 ms in units of 256 crystal cycles. */
static bool start_crystal(void) {
  REGISTER(XOSC_STARTUP) = 47;
  REGISTER(XOSC_CTRL) = 0xfabaa0;
  return wait_for(XOSC_STATUS, 1u << 31);
}

/* Datasheet 2.18: 12 MHz x 125 = 1500 MHz, / 6 / 2 = 125 MHz. */
static bool start_pll(void) {
  enum { POWER_DOWN = 1 << 0, POST_DIVIDER_DOWN = 1 << 3, VCO_DOWN = 1 << 5 };
  unreset(RESETS_PLL_SYS);
  REGISTER(PLL_SYS_CS) = 1;
  REGISTER(PLL_SYS_FBDIV_INT) = 125;
  REGISTER(PLL_SYS_PWR + CLEAR_ALIAS) = POWER_DOWN | VCO_DOWN;
  if (!wait_for(PLL_SYS_CS, 1u << 31)) return false;
  REGISTER(PLL_SYS_PRIM) = 6 << 16 | 2 << 12;
  REGISTER(PLL_SYS_PWR + CLEAR_ALIAS) = POST_DIVIDER_DOWN;
  return true;
}

void clocks_start(void) {
  enum { SYS_FROM_REF = 0, SYS_FROM_AUX = 1, REF_FROM_XOSC = 2, PERI_FROM_SYS = 1 << 11 };
  REGISTER(CLK_SYS_CTRL) = SYS_FROM_REF; /* off the PLL, should a reset have left it there */
  wait_for(CLK_SYS_SELECTED, 1 << SYS_FROM_REF);
  if (start_crystal()) {
    REGISTER(CLK_REF_CTRL) = REF_FROM_XOSC;
    wait_for(CLK_REF_SELECTED, 1 << REF_FROM_XOSC);
    if (start_pll()) {
      REGISTER(CLK_SYS_CTRL) = SYS_FROM_AUX; /* the auxiliary source 0 is PLL_SYS */
      wait_for(CLK_SYS_SELECTED, 1 << SYS_FROM_AUX);
    }
  }
  REGISTER(CLK_PERI_CTRL) = PERI_FROM_SYS;
}
