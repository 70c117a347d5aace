/* SOFTMAX over the last dimension: TFLM's reference_ops::Softmax<int8_t, int8_t>. */
#include "scale.h"
#include "transcendental.h"

enum { DIFF_INTEGER_BITS = 5, SUM_INTEGER_BITS = 12, MOST_VALUES = (1 << SUM_INTEGER_BITS) - 1 };

typedef struct {
  const tensor *input, *output;
  factor factor;  /* from a difference of codes to Q5.26 */
  int32_t lowest; /* differences below it count as nothing */
  uint32_t rows, depth;
} plan;

static void prepare(node *n) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  node_support_type(n, input, INT8);
  node_support_type(n, output, INT8);
  const quantization in = tensor_quantization(n, input), out = tensor_quantization(n, output);
  node_support(n, out.zero_point == -128 && out.scale == 0x1p-8f, "with an output scale other than 1/256 from -128");
  const shape s = tensor_shape(n, input);
  const bool fits = s.rank > 0 && input->bytes == output->bytes && input->bytes > 0;
  if (!node_require(n, fits, "the output does not have the input's shape")) return;
  const uint32_t depth = (uint32_t)s.dim[s.rank - 1];
  node_support(n, depth <= MOST_VALUES, "over more than 4095 values");
  const double real = (double)fb_float_field(n->model, n->options, 0, 1) * (double)in.scale * 0x1p26;
  node_support(n, real > 1, "with a scale too small for Q5.26");
  const factor f = factor_of(n, real > 0x1p31 - 1 ? 0x1p31 - 1 : real);
  plan *p = node_keep(n, sizeof *p);
  if (p) *p = (plan){input, output, f, -input_radius(f, DIFF_INTEGER_BITS), input->bytes / depth, depth};
}

static int32_t exp_of_diff(const plan *p, int32_t diff) {
  return exp_of_negative(apply_factor(diff, p->factor), DIFF_INTEGER_BITS);
}

static int32_t largest(const int8_t *x, uint32_t count) {
  int32_t max = INT8_MIN;
  for (; count; count--, x++) max = *x > max ? *x : max;
  return max;
}

static uint32_t leading_zeros(uint32_t x) {
  uint32_t zeros = 0;
  for (; !(x >> 31); x <<= 1) zeros++;
  return zeros;
}

static void softmax_row(const plan *p, const int8_t *x, int8_t *out) {
  const int32_t max = largest(x, p->depth);
  uint32_t sum = 0; /* Q12.19, at least 1.0: the largest value gives e^0 */
  for (uint32_t i = 0; i < p->depth; i++) {
    if (x[i] - max >= p->lowest) sum += (uint32_t)rounding_shift(exp_of_diff(p, x[i] - max), SUM_INTEGER_BITS);
  }
  const uint32_t zeros = leading_zeros(sum);
  const int32_t reciprocal =
      one_over_one_plus((int32_t)((sum << zeros) & INT32_MAX)); /* GetReciprocal: the leading one is the 1 + */
  const int32_t to_code = SUM_INTEGER_BITS - (int32_t)zeros + 31 - 8;
  for (uint32_t i = 0; i < p->depth; i++) {
    const int32_t diff = x[i] - max;
    const int32_t share =
        diff >= p->lowest ? rounding_shift(high_multiply(reciprocal, exp_of_diff(p, diff)), to_code) : 0;
    out[i] = (int8_t)clamp(share + INT8_MIN, INT8_MIN, INT8_MAX);
  }
}

static void invoke(const void *plan_) {
  const plan *p = plan_;
  const int8_t *x = p->input->data;
  int8_t *out = p->output->data;
  for (uint32_t row = 0; row < p->rows; row++, x += p->depth, out += p->depth) softmax_row(p, x, out);
}

const kernel softmax = {25, "SOFTMAX", prepare, invoke};
