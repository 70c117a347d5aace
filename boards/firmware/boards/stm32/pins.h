#ifndef TICKMARK_STM32_PINS_H
#define TICKMARK_STM32_PINS_H

#include <stdint.h>

/* Switches a peripheral's clock on, by its bit in one of RCC's enable registers. */
void enable_clock(uint32_t enable_register, uint32_t bit);

/* Gives pin 0 ... 15 of the GPIO port at `gpio` to one of its alternate functions, pulled up: a UART line that nobody
 * drives is idle, not noise. RM0090, 8.4; alike on F7 and G0. */
void pin_to_function(uint32_t gpio, unsigned pin, uint32_t function);

/* Drives pin 0 ... 15 of that port, low until it is told otherwise. */
void pin_to_output(uint32_t gpio, unsigned pin);

#endif
