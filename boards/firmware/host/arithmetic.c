/*
 * The arithmetic of boards/xtensa on this machine, against this machine's own: random numbers, and all pairs of those
 * where rounding, overflow and underflow begin. Prints how many results were compared; ends with 1 at the first that
 * differs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../boards/xtensa/float.h"
#include "../boards/xtensa/integer.h"

/* Xtensa's library has this one. */
uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *remainder);
uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *remainder) {
  if (remainder) *remainder = n % d;
  return n / d;
}

static uint64_t compared;

static void expect(const char *what, uint64_t a, uint64_t b, uint64_t result, uint64_t right) {
  compared++;
  if (result == right) return;
  printf("%s(%016" PRIx64 ", %016" PRIx64 ") = %016" PRIx64 ", not %016" PRIx64 "\n", what, a, b, result, right);
  exit(1);
}

static double double_of(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* Every NaN is the one that the firmware has. */
static uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return x == x ? bits : 0x7ff8000000000000;
}

static float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static uint32_t float_bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return x == x ? bits : 0x7fc00000;
}

static void compare_doubles(uint64_t a, uint64_t b) {
  const double x = double_of(a), y = double_of(b);
  expect("__adddf3", a, b, bits_of(__adddf3(x, y)), bits_of(x + y));
  expect("__subdf3", a, b, bits_of(__subdf3(x, y)), bits_of(x - y));
  expect("__muldf3", a, b, bits_of(__muldf3(x, y)), bits_of(x * y));
  expect("__divdf3", a, b, bits_of(__divdf3(x, y)), bits_of(x / y));
  expect("__truncdfsf2", a, 0, float_bits_of(__truncdfsf2(x)), float_bits_of((float)x));
  if (x > -2147483649.0 && x < 2147483648.0) expect("__fixdfsi", a, 0, (uint32_t)__fixdfsi(x), (uint32_t)(int32_t)x);
}

static void compare_floats(uint32_t a, uint32_t b) {
  const float x = float_of(a), y = float_of(b);
  expect("__addsf3", a, b, float_bits_of(__addsf3(x, y)), float_bits_of(x + y));
  expect("__subsf3", a, b, float_bits_of(__subsf3(x, y)), float_bits_of(x - y));
  expect("__mulsf3", a, b, float_bits_of(__mulsf3(x, y)), float_bits_of(x * y));
  expect("__extendsfdf2", a, 0, bits_of(__extendsfdf2(x)), bits_of((double)x));
}

static void compare_integers(uint64_t a, uint64_t b) {
  const uint32_t n = (uint32_t)a, d = (uint32_t)b;
  expect("__umulsidi3", n, d, __umulsidi3(n, d), (uint64_t)n * d);
  expect("__muldi3", a, b, (uint64_t)__muldi3((int64_t)a, (int64_t)b), a * b);
  expect("__floatsidf", n, 0, bits_of(__floatsidf((int32_t)n)), bits_of((double)(int32_t)n));
  expect("__floatsisf", n, 0, float_bits_of(__floatsisf((int32_t)n)), float_bits_of((float)(int32_t)n));
  if (d == 0 || d == UINT32_MAX) return; /* the latter: INT32_MIN / -1 traps here */
  expect("__udivsi3", n, d, __udivsi3(n, d), n / d);
  expect("__umodsi3", n, d, __umodsi3(n, d), n % d);
  expect("__divsi3", n, d, (uint32_t)__divsi3((int32_t)n, (int32_t)d), (uint32_t)((int32_t)n / (int32_t)d));
  expect("__divdi3", a, b, (uint64_t)__divdi3((int64_t)a, (int64_t)b), (uint64_t)((int64_t)a / (int64_t)b));
}

static void compare(uint64_t a, uint64_t b) {
  compare_doubles(a, b);
  compare_floats((uint32_t)(a >> 32), (uint32_t)(b >> 32));
  compare_integers(a, b);
}

/* xorshift64*: Vigna 2016. */
static uint64_t random_bits(void) {
  static uint64_t state = 1;
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545f4914f6cdd1d;
}

/* Exponents near each other, so that sums round; and numbers of few bits, whose results are halfway between two. */
static uint64_t near(uint64_t a) {
  const uint64_t exponent = (a >> 52) + random_bits() % 8 - 4;
  return exponent << 52 | (random_bits() & (~0ull << random_bits() % 52) & 0xfffffffffffff);
}

int main(void) {
  static const uint64_t edges[] = {
      0,
      1,
      0x000fffffffffffff,
      0x0010000000000000,
      0x0010000000000001,
      0x36a0000000000000, /* 2^-149, the least float */
      0x3690000000000000,
      0x3690000000000001,
      0x380fffffffffffff,
      0x3810000000000000,
      0x3fdfffffffffffff,
      0x3ff0000000000000,
      0x3ff0000000000001,
      0x3ff0000010000000,
      0x3ff0000030000000,
      0x3fffffffffffffff,
      0x41dfffffffc00000, /* 2^31 - 1 */
      0x41e0000000000000,
      0x47efffffe0000000, /* the greatest float */
      0x47efffffefffffff,
      0x47effffff0000000,
      0x7fefffffffffffff,
      0x7ff0000000000000,
      0x7ff8000000000000,
      0x7ff0000000000001,
      0x80000000ffffffff,
      0x7f7fffff00000001,
      0x0000000180000000,
      0x00800000007fffff,
  };
  enum { EDGES = sizeof edges / sizeof *edges, RANDOM = 500000 };
  for (int a = 0; a < EDGES * 2; a++)
    for (int b = 0; b < EDGES * 2; b++)
      compare(edges[a / 2] ^ (uint64_t)(a & 1) << 63, edges[b / 2] ^ (uint64_t)(b & 1) << 63);
  for (int run = 0; run < RANDOM; run++) {
    const uint64_t a = random_bits();
    compare(a, random_bits());
    compare(a, near(a));
    compare(a, random_bits() >> random_bits() % 64);
  }
  printf("%" PRIu64 " results agree\n", compared);
  return 0;
}
