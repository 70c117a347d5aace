/*
 * Ticks of timer 0 of timer group 0: 64 bits, zeroed and read as a whole. ESP32 Technical
 * Reference Manual, "64-bit Timers".
 */
#include "../common/ticks.h"

#include "core.h"

const char tick_source[] = "timg0";

#define T0CONFIG 0x3ff5f000
#define T0LO 0x3ff5f004
#define T0HI 0x3ff5f008
#define T0UPDATE 0x3ff5f00c
#define T0LOADLO 0x3ff5f018
#define T0LOADHI 0x3ff5f01c
#define T0LOAD 0x3ff5f020

void ticks_start(void) {
  enum { INCREASE = 1 << 30, BY_TWO = 2 << 13 };
  REGISTER(T0CONFIG) = 0;
  REGISTER(T0LOADLO) = 0;
  REGISTER(T0LOADHI) = 0;
  REGISTER(T0LOAD) = 1;
  REGISTER(T0CONFIG) = 1u << 31 | INCREASE | BY_TWO;
}

uint64_t ticks_now(void) {
  REGISTER(T0UPDATE) = 1;
  const uint32_t low = REGISTER(T0LO);
  return (uint64_t)REGISTER(T0HI) << 32 | low;
}

uint32_t ticks_now32(void) { return (uint32_t)ticks_now(); }

/* The timer wakes nobody, so it may run on. */
uint64_t ticks_stop(void) { return ticks_now(); }
