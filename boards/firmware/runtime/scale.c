#include "scale.h"

/*
 * By the bits of the double, as a chip without floating point is quick with: real = 1.fraction * 2^exponent, and the
 * multiplier is the fraction with its leading one, halved, rounded from 53 bits to 31, ties up.
 */
factor factor_of(node *n, double real) {
  enum { FRACTION_BITS = 52, BIAS = 1023 };
  const factor none = {0, 0};
  union {
    double value;
    uint64_t bits;
  } word = {real};
  const uint64_t significand = (word.bits & ((1ull << FRACTION_BITS) - 1)) | 1ull << FRACTION_BITS;
  const uint32_t rounded = (uint32_t)((significand + (1 << 21)) >> 22);
  const int32_t carry = (int32_t)(rounded >> 31);                                 /* it rounded up to 2^31 */
  const int32_t shift = (int32_t)(word.bits >> FRACTION_BITS) - BIAS + 1 + carry; /* a sign would make it large */
  if (!node_support(n, shift > 1 - BIAS && shift <= 31, "with a scale out of range")) return none;
  return shift < -31 ? none /* every product would round to 0 */ : (factor){(int32_t)(rounded >> carry), shift};
}

int32_t input_radius(factor f, int32_t integer_bits) {
  const int64_t most = ((1ll << integer_bits) - 1) << (31 - integer_bits);
  return (int32_t)(most >> f.shift);
}

int32_t round_to_int(double x) {
  if (x >= 0x1p31 - 1) return INT32_MAX;
  if (x <= -0x1p31) return INT32_MIN;
  return (int32_t)(x < 0 ? x - 0.5 : x + 0.5);
}

/* e^x = 2^k e^r with |r| <= ln 2 / 2; thirteen terms of the series of e^r leave less than 2^-53. */
double exp_of(double x) {
  if (x < -700) return 0;
  if (x > 700) return 0x1p1000;
  const int32_t k = round_to_int(x * 1.4426950408889634);
  const double r =
      (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33; /* ln 2 in two parts: the first times k is exact */
  double sum = 1;
  for (int term = 13; term > 0; term--) sum = 1 + sum * r / term;
  union {
    uint64_t bits;
    double value;
  } power = {(uint64_t)(k + 1023) << 52};
  return sum * power.value;
}

code_range type_range(node *n, const tensor *t) {
  switch (tensor_type(n, t)) {
    case UINT8: return (code_range){0, UINT8_MAX};
    case INT16: return (code_range){INT16_MIN, INT16_MAX};
    case INT32: return (code_range){INT32_MIN, INT32_MAX};
    default: return (code_range){INT8_MIN, INT8_MAX};
  }
}

static int32_t code_of(node *n, float real, const quantization *q) {
  const float steps = real / q->scale;
  node_require(n, steps > -0x1p30f && steps < 0x1p30f, "the fused activation overflows the output's scale");
  return q->zero_point + (node_refused(n) ? 0 : round_to_int((double)steps));
}

code_range activation_range(node *n, int32_t activation, const tensor *output) {
  enum { NONE, RELU, RELU_N1_TO_1, RELU6 };
  code_range range = type_range(n, output);
  const quantization q = tensor_quantization(n, output);
  if (activation == NONE) return range;
  if (!node_support(n, activation > NONE && activation <= RELU6, "with this fused activation")) return range;
  const int32_t low = code_of(n, activation == RELU_N1_TO_1 ? -1 : 0, &q);
  if (low > range.low) range.low = low;
  if (activation == RELU) return range;
  const int32_t high = code_of(n, activation == RELU6 ? 6 : 1, &q);
  if (high < range.high) range.high = high;
  return range;
}
