/*
 * Integer arithmetic that the compiler calls for and its library lacks: the ESP8266, which it is made for, has it in
 * ROM. The core's own instructions for it are of the ESP32's alone, which the assembler does not know.
 */
#include "integer.h"

uint64_t __umulsidi3(uint32_t a, uint32_t b) {
  const uint32_t al = a & 0xffff, ah = a >> 16, bl = b & 0xffff, bh = b >> 16;
  const uint32_t low = al * bl;
  const uint32_t middle = ah * bl + (low >> 16);
  const uint32_t other = al * bh + (middle & 0xffff);
  return (uint64_t)(ah * bh + (middle >> 16) + (other >> 16)) << 32 | other << 16 | (low & 0xffff);
}

int64_t __muldi3(int64_t a, int64_t b) {
  const uint32_t al = (uint32_t)a, ah = (uint32_t)((uint64_t)a >> 32);
  const uint32_t bl = (uint32_t)b, bh = (uint32_t)((uint64_t)b >> 32);
  return (int64_t)(__umulsidi3(al, bl) + ((uint64_t)(al * bh + ah * bl) << 32));
}

typedef struct {
  uint32_t quotient;
  uint32_t remainder;
} division;

static inline division divide(uint32_t n, uint32_t d) {
  if (d == 0) __builtin_trap();
  if (n < d) return (division){0, n};
  uint32_t quotient = 0;
  for (int shift = __builtin_clz(d) - __builtin_clz(n); shift >= 0; shift--) {
    const uint32_t part = d << shift;
    quotient <<= 1;
    if (n >= part) n -= part, quotient++;
  }
  return (division){quotient, n};
}

static uint32_t magnitude(int32_t x) { return x < 0 ? 0u - (uint32_t)x : (uint32_t)x; }

uint32_t __udivsi3(uint32_t n, uint32_t d) { return divide(n, d).quotient; }

uint32_t __umodsi3(uint32_t n, uint32_t d) { return divide(n, d).remainder; }

int32_t __divsi3(int32_t n, int32_t d) {
  const uint32_t quotient = divide(magnitude(n), magnitude(d)).quotient;
  return (int32_t)((n ^ d) < 0 ? 0u - quotient : quotient);
}

/* This one the library has. */
uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *remainder);

static uint64_t long_magnitude(int64_t x) { return x < 0 ? 0u - (uint64_t)x : (uint64_t)x; }

int64_t __divdi3(int64_t n, int64_t d) {
  const uint64_t quotient = __udivmoddi4(long_magnitude(n), long_magnitude(d), 0);
  return (int64_t)((n ^ d) < 0 ? 0u - quotient : quotient);
}
