#include "pins.h"

#include "../cortex-m/core.h"

static void replace(uint32_t address, uint32_t mask, uint32_t bits) {
  REGISTER(address) = (REGISTER(address) & ~mask) | bits;
}

/* The reading takes the two cycles that a peripheral needs after its clock came on. ES0182. */
void enable_clock(uint32_t enable_register, uint32_t bit) {
  REGISTER(enable_register) |= bit;
  (void)REGISTER(enable_register);
}

enum { MODER = 0x00, OUTPUT = 1, ALTERNATE = 2 };

void pin_to_output(uint32_t gpio, unsigned pin) { replace(gpio + MODER, 3u << 2 * pin, (uint32_t)OUTPUT << 2 * pin); }

void pin_to_function(uint32_t gpio, unsigned pin, uint32_t function) {
  enum { PUPDR = 0x0c, AFRL = 0x20, PULL_UP = 1 };
  const unsigned at = pin % 8 * 4;
  replace(gpio + AFRL + pin / 8 * 4, 15u << at, function << at);
  replace(gpio + PUPDR, 3u << 2 * pin, (uint32_t)PULL_UP << 2 * pin);
  replace(gpio + MODER, 3u << 2 * pin, (uint32_t)ALTERNATE << 2 * pin);
}
