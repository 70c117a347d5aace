#ifndef TICKMARK_RP2040_CLOCKS_H
#define TICKMARK_RP2040_CLOCKS_H

/* 12 MHz crystal, PLL, 125 MHz for core and peripherals. A clock that does not come up leaves its predecessor running.
 */
void clocks_start(void);

/* Takes blocks out of reset. */
void unreset(unsigned blocks);

#endif
