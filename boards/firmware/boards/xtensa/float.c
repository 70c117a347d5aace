/*
 * Floating-point arithmetic that the compiler calls for and its library lacks, for the reason that integer.c gives.
 * IEEE 754-2008, rounded to nearest, ties to even: the same bits as every other port. Every NaN becomes the one quiet
 * NaN.
 *
 * A float is computed as a double and rounded once more: that is right for sums and products, whose double has more
 * than twice the bits (Figueroa 1995).
 */
#include "float.h"

#include "integer.h"

enum { LEADING = 62, BIAS = 1023, SPECIAL = 0x7ff, FRACTION_BITS = 52 };
static const uint64_t sign_bit = 1ull << 63, fraction_mask = (1ull << FRACTION_BITS) - 1;
static const uint64_t infinity_bits = (uint64_t)SPECIAL << FRACTION_BITS, nan_bits = 0x7ff8ull << 48;

/* significand * 2^(exponent - BIAS - LEADING), below zero where sign is the sign bit. Infinity and NaN have the
 * exponent SPECIAL. */
typedef struct {
  uint64_t sign;
  int32_t exponent;
  uint64_t significand;
} number;

static uint64_t bits_of(double x) {
  const union {
    double value;
    uint64_t bits;
  } as = {x};
  return as.bits;
}

static double double_of(uint64_t bits) {
  const union {
    uint64_t bits;
    double value;
  } as = {bits};
  return as.value;
}

static uint32_t float_bits_of(float x) {
  const union {
    float value;
    uint32_t bits;
  } as = {x};
  return as.bits;
}

static float float_of(uint32_t bits) {
  const union {
    uint32_t bits;
    float value;
  } as = {bits};
  return as.value;
}

/* The last bit that is left says whether any that were shifted out was set, so that rounding still sees them. */
static uint64_t shifted_right(uint64_t x, int32_t count) {
  if (count == 0) return x;
  if (count > 63) return x != 0;
  return x >> count | ((x << (64 - count)) != 0);
}

/* The leading bit of a significand that is not 0 to its place. */
static number normalized(number x) {
  if (x.significand >> 63) {
    x.significand = shifted_right(x.significand, 1);
    x.exponent++;
  } else {
    const int32_t shift = __builtin_clzll(x.significand) - 1;
    x.significand <<= shift;
    x.exponent -= shift;
  }
  return x;
}

static number unpacked(double x) {
  const uint64_t bits = bits_of(x), fraction = bits & fraction_mask;
  const int32_t exponent = (int32_t)(bits >> FRACTION_BITS) & SPECIAL;
  const uint64_t leading = exponent == 0 ? 0 : fraction_mask + 1;
  return (number){bits & sign_bit, exponent == 0 ? 1 : exponent, (fraction | leading) << (LEADING - FRACTION_BITS)};
}

static int is_nan(number x) { return x.exponent == SPECIAL && x.significand != 1ull << LEADING; }

static int is_infinite(number x) { return x.exponent == SPECIAL && x.significand == 1ull << LEADING; }

/* Drops bits of a significand, rounding. */
static uint64_t rounded(uint64_t significand, int32_t dropped) {
  const uint64_t kept = significand >> dropped, half = 1ull << (dropped - 1);
  const uint64_t rest = significand & (2 * half - 1);
  return kept + (rest > half || (rest == half && (kept & 1)));
}

/*
 * The bits of a finite number in a format: rounding may carry into the exponent, where that is just what has to happen.
 * `most` is the format's exponent of infinity.
 */
static uint64_t packed(number x, int32_t fraction_bits, int32_t most) {
  if (x.significand == 0) return 0;
  if (x.exponent >= most) return (uint64_t)most << fraction_bits;
  if (x.exponent <= 0) {
    x.significand = shifted_right(x.significand, 1 - x.exponent);
    x.exponent = 1;
    return rounded(x.significand, LEADING - fraction_bits);
  }
  return ((uint64_t)(x.exponent - 1) << fraction_bits) + rounded(x.significand, LEADING - fraction_bits);
}

static double to_double(number x) {
  if (x.significand != 0) x = normalized(x);
  return double_of(x.sign | packed(x, FRACTION_BITS, SPECIAL));
}

static double infinity_of(uint64_t sign) { return double_of(sign | infinity_bits); }

static double nan_of_nothing(void) { return double_of(nan_bits); }

double __adddf3(double a, double b) {
  number x = unpacked(a), y = unpacked(b);
  if (is_nan(x) || is_nan(y)) return nan_of_nothing();
  if (is_infinite(x) && is_infinite(y)) return x.sign == y.sign ? a : nan_of_nothing();
  if (is_infinite(x) || is_infinite(y)) return is_infinite(x) ? a : b;
  if (x.exponent < y.exponent || (x.exponent == y.exponent && x.significand < y.significand)) {
    const number smaller = x;
    x = y;
    y = smaller;
  }
  y.significand = shifted_right(y.significand, x.exponent - y.exponent);
  if (x.sign == y.sign) return to_double((number){x.sign, x.exponent, x.significand + y.significand});
  const uint64_t difference = x.significand - y.significand;
  return to_double((number){difference == 0 ? 0 : x.sign, x.exponent, difference});
}

double __subdf3(double a, double b) { return __adddf3(a, double_of(bits_of(b) ^ sign_bit)); }

/* The upper half of a product, its last bit set where the lower half is not 0. */
static uint64_t high_product(uint64_t a, uint64_t b) {
  const uint32_t al = (uint32_t)a, ah = (uint32_t)(a >> 32), bl = (uint32_t)b, bh = (uint32_t)(b >> 32);
  const uint64_t low = __umulsidi3(al, bl);
  const uint64_t middle = __umulsidi3(ah, bl) + (low >> 32);
  const uint64_t other = __umulsidi3(al, bh) + (uint32_t)middle;
  const uint64_t high = __umulsidi3(ah, bh) + (middle >> 32) + (other >> 32);
  return high | ((uint32_t)other != 0 || (uint32_t)low != 0);
}

double __muldf3(double a, double b) {
  number x = unpacked(a), y = unpacked(b);
  const uint64_t sign = x.sign ^ y.sign;
  if (is_nan(x) || is_nan(y)) return nan_of_nothing();
  if (is_infinite(x) || is_infinite(y))
    return x.significand == 0 || y.significand == 0 ? nan_of_nothing() : infinity_of(sign);
  if (x.significand == 0 || y.significand == 0) return double_of(sign);
  x = normalized(x);
  y = normalized(y);
  /* 2^124 or a bit more, of which the upper half stands for 2^64 of it: 2 too far right */
  return to_double((number){sign, x.exponent + y.exponent - BIAS + 2, high_product(x.significand, y.significand)});
}

double __divdf3(double a, double b) {
  number x = unpacked(a), y = unpacked(b);
  const uint64_t sign = x.sign ^ y.sign;
  if (is_nan(x) || is_nan(y) || (is_infinite(x) && is_infinite(y))) return nan_of_nothing();
  if (x.significand == 0 && y.significand == 0) return nan_of_nothing();
  if (is_infinite(x) || y.significand == 0) return infinity_of(sign);
  if (is_infinite(y) || x.significand == 0) return double_of(sign);
  x = normalized(x);
  y = normalized(y);
  enum { QUOTIENT_BITS = 57 }; /* those of a double, one for a quotient below 1, and some to round by */
  uint64_t quotient = 0;
  for (int bit = 0; bit < QUOTIENT_BITS; bit++, x.significand <<= 1) {
    quotient <<= 1;
    if (x.significand < y.significand) continue;
    x.significand -= y.significand;
    quotient++;
  }
  quotient |= x.significand != 0;
  return to_double((number){sign, x.exponent - y.exponent + BIAS + LEADING - (QUOTIENT_BITS - 1), quotient});
}

enum { FLOAT_BIAS = 127, FLOAT_SPECIAL = 0xff, FLOAT_FRACTION_BITS = 23 };

double __extendsfdf2(float x) {
  const uint32_t bits = float_bits_of(x), fraction = bits & 0x7fffff;
  const int32_t exponent = (int32_t)(bits >> FLOAT_FRACTION_BITS) & FLOAT_SPECIAL;
  const uint64_t sign = (uint64_t)(bits >> 31) << 63;
  if (exponent == FLOAT_SPECIAL) return fraction ? nan_of_nothing() : infinity_of(sign);
  const uint32_t significand = exponent == 0 ? fraction : fraction | 0x800000;
  return to_double((number){sign, (exponent == 0 ? 1 : exponent) - FLOAT_BIAS + BIAS,
                            (uint64_t)significand << (LEADING - FLOAT_FRACTION_BITS)});
}

float __truncdfsf2(double x) {
  number n = unpacked(x);
  const uint32_t sign = (uint32_t)(n.sign >> 32);
  if (is_nan(n)) return float_of(0x7fc00000);
  if (is_infinite(n)) return float_of(sign | 0x7f800000);
  if (n.significand != 0) n = normalized(n);
  n.exponent += FLOAT_BIAS - BIAS;
  return float_of(sign | (uint32_t)packed(n, FLOAT_FRACTION_BITS, FLOAT_SPECIAL));
}

/* In calls, as the compiler would make one of these functions of the conversions and call it for itself. */
float __addsf3(float a, float b) { return __truncdfsf2(__adddf3(__extendsfdf2(a), __extendsfdf2(b))); }

float __subsf3(float a, float b) { return __truncdfsf2(__subdf3(__extendsfdf2(a), __extendsfdf2(b))); }

float __mulsf3(float a, float b) { return __truncdfsf2(__muldf3(__extendsfdf2(a), __extendsfdf2(b))); }

double __floatsidf(int32_t x) {
  const uint32_t magnitude = x < 0 ? 0u - (uint32_t)x : (uint32_t)x;
  return to_double((number){x < 0 ? sign_bit : 0, BIAS + LEADING, magnitude});
}

float __floatsisf(int32_t x) { return __truncdfsf2(__floatsidf(x)); }

/* Toward zero; what does not fit becomes the nearest that does, NaN 0. */
int32_t __fixdfsi(double x) {
  const number n = unpacked(x);
  if (is_nan(n) || n.exponent < BIAS) return 0;
  if (n.exponent >= BIAS + 31) return n.sign ? INT32_MIN : INT32_MAX;
  const uint32_t magnitude = (uint32_t)(n.significand >> (LEADING + BIAS - n.exponent));
  return (int32_t)(n.sign ? 0u - magnitude : magnitude);
}
