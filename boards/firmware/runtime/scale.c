#include "scale.h"

/* q * 2^exponent == real with q in [0.5, 1), for a finite positive number. */
static double split_exponent(double real, int32_t *exponent) {
  union {
    double value;
    uint64_t bits;
  } word = {real};
  *exponent = (int32_t)(word.bits >> 52 & 0x7ff) - 1022;
  word.bits = (word.bits & ~(0x7ffull << 52)) | 1022ull << 52;
  return word.value;
}

factor factor_of(node *n, double real) {
  const factor none = {0, 0};
  if (!node_support(n, real >= 0x1p-1000 && real < 0x1p31, "with a scale out of range")) return none;
  factor f;
  const double q = split_exponent(real, &f.shift);
  int64_t multiplier = (int64_t)(q * 0x1p31 + 0.5); /* positive, so truncation rounds half away */
  if (multiplier == 1ll << 31) {
    multiplier /= 2;
    f.shift++;
  }
  if (f.shift < -31) return none; /* every product would round to 0 */
  f.multiplier = (int32_t)multiplier;
  return f;
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
