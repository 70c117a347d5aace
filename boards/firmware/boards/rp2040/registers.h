/* The peripherals that this port touches, with the datasheet's names. RP2040 datasheet, chapters 2 and 4. */
#ifndef TICKMARK_RP2040_REGISTERS_H
#define TICKMARK_RP2040_REGISTERS_H

#include "../cortex-m/core.h"

#define CLEAR_ALIAS 0x3000 /* writes here clear the bits written; not for the core's own registers */

#define RESETS_RESET 0x4000c000
#define RESETS_RESET_DONE 0x4000c008
enum { RESETS_IO_BANK0 = 1 << 5, RESETS_PADS_BANK0 = 1 << 8, RESETS_PLL_SYS = 1 << 12, RESETS_UART0 = 1 << 22 };

#define XOSC_CTRL 0x40024000
#define XOSC_STATUS 0x40024004
#define XOSC_STARTUP 0x4002400c

#define PLL_SYS_CS 0x40028000
#define PLL_SYS_PWR 0x40028004
#define PLL_SYS_FBDIV_INT 0x40028008
#define PLL_SYS_PRIM 0x4002800c

#define CLK_REF_CTRL 0x40008030
#define CLK_REF_SELECTED 0x40008038
#define CLK_SYS_CTRL 0x4000803c
#define CLK_SYS_SELECTED 0x40008044
#define CLK_PERI_CTRL 0x40008048

#define GPIO0_CTRL 0x40014004
#define GPIO1_CTRL 0x4001400c

#define PSM_WDSEL 0x40010008

#define WATCHDOG_CTRL 0x40058000
#define WATCHDOG_REASON 0x40058008

#define CHIP_RESET 0x40064008

#define UART0_DR 0x40034000
#define UART0_FR 0x40034018
#define UART0_IBRD 0x40034024
#define UART0_FBRD 0x40034028
#define UART0_LCR_H 0x4003402c
#define UART0_CR 0x40034030
#define UART0_IMSC 0x40034038

#endif
