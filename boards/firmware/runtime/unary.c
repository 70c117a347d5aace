/* Functions of one int8 code, one code at a time: at prepare time each becomes a table of all 256 answers. */
#include "unary.h"
#include "scale.h"
#include "transcendental.h"

typedef struct {
  const tensor *input, *output;
  uint8_t code[256]; /* by the input's code; both as bytes */
} plan;

/* What a function of a code depends on. */
typedef struct {
  node *node;
  quantization in, out;
  factor factor, negative_factor;
  int32_t radius;
  float alpha;
} mapping;

static bool read_scales(node *n, mapping *m) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  node_require(n, input->bytes == output->bytes, "the output does not have the input's shape");
  *m = (mapping){.node = n, .in = tensor_quantization(n, input), .out = tensor_quantization(n, output)};
  return !node_refused(n);
}

static bool check(node *n, mapping *m) {
  node_support_type(n, node_input(n, 0), INT8);
  node_support_type(n, node_output(n, 0), INT8);
  return read_scales(n, m);
}

static void keep_table(const mapping *m, int32_t (*map)(const mapping *, int32_t code)) {
  plan *p = node_keep(m->node, sizeof *p);
  if (p == NULL) return;
  p->input = node_input(m->node, 0);
  p->output = node_output(m->node, 0);
  const code_range in = type_range(m->node, p->input), out = type_range(m->node, p->output);
  for (int32_t code = in.low; code <= in.high; code++)
    p->code[(uint8_t)code] = (uint8_t)clamp(map(m, code), out.low, out.high);
}

static HOT void invoke(const void *plan_) {
  const plan *p = plan_;
  const uint8_t *x = p->input->data;
  uint8_t *out = p->output->data;
  for (uint32_t i = 0; i < p->input->bytes; i++) out[i] = p->code[x[i]];
}

enum { Q4 = 4 };

/* TFLM's reference_integer_ops::Logistic: int8 to Q4.27, and 1/256 steps from -128 out. */
static int32_t logistic_code(const mapping *m, int32_t code) {
  const int32_t x = code - m->in.zero_point;
  if (x <= -m->radius) return INT8_MIN;
  if (x >= m->radius) return INT8_MAX;
  return rounding_shift(logistic_q4(apply_factor(x, m->factor)), 31 - 8) - 128;
}

static void prepare_q4(node *n, int32_t zero_point, int32_t (*map)(const mapping *, int32_t)) {
  mapping m;
  if (!check(n, &m)) return;
  node_support(n, m.out.zero_point == zero_point, "with this zero point of the output");
  /* From a scale of 8 on every code lies beyond Q4.27, and the radius is 0. */
  m.factor = factor_of(n, (m.in.scale < 8 ? (double)m.in.scale : 8) * 0x1p27);
  if (!node_support(n, m.factor.shift >= 0, "with a scale too small for Q4.27")) return;
  m.radius = input_radius(m.factor, Q4);
  keep_table(&m, map);
}

static void prepare_logistic(node *n) { prepare_q4(n, -128, logistic_code); }

/* reference_integer_ops::Tanh: the same, and 1/128 steps around 0 out. */
static int32_t tanh_code(const mapping *m, int32_t code) {
  const int32_t x = code - m->in.zero_point;
  if (x <= -m->radius) return INT8_MIN;
  if (x >= m->radius) return INT8_MAX;
  return rounding_shift(tanh_q4(apply_factor(x, m->factor)), 31 - 7);
}

static void prepare_tanh(node *n) { prepare_q4(n, 0, tanh_code); }

static int32_t rescaled(const mapping *m, int32_t code) {
  return apply_factor(code - m->in.zero_point, m->factor) + m->out.zero_point;
}

static double single_ratio(const mapping *m) {
  const float ratio = m->in.scale / m->out.scale;
  return (double)ratio;
}

/* ReluQuantized: rescales; TFLM divides the scales in single precision here. */
static int32_t relu_code(const mapping *m, int32_t code) {
  const int32_t y = rescaled(m, code);
  return y > m->out.zero_point ? y : m->out.zero_point;
}

static void prepare_relu(node *n) {
  mapping m;
  if (!check(n, &m)) return;
  m.factor = factor_of(n, single_ratio(&m));
  keep_table(&m, relu_code);
}

/* Relu6Quantized clamps between the input's codes for 0 and 6 and copies, whatever the output's scale. */
static int32_t relu6_code(const mapping *m, int32_t code) {
  const float steps = 6 / m->in.scale;
  const int32_t six = clamp(round_to_int((double)(steps < 1024 ? steps : 1024)) + m->in.zero_point, INT8_MIN, INT8_MAX);
  return code > six ? six : code < m->in.zero_point ? m->in.zero_point : code;
}

static void prepare_relu6(node *n) {
  mapping m;
  if (check(n, &m)) keep_table(&m, relu6_code);
}

/* QuantizeLeakyRelu; a negative slope takes the multiplier's sign out of the fixed-point product. */
static int32_t leaky_relu_code(const mapping *m, int32_t code) {
  const int32_t x = code - m->in.zero_point;
  if (x >= 0) return rescaled(m, code);
  const int32_t y = apply_factor(x, m->negative_factor);
  return m->out.zero_point + (m->alpha < 0 ? -y : y);
}

static void prepare_leaky_relu(node *n) {
  mapping m;
  if (!check(n, &m)) return;
  m.alpha = fb_float_field(n->model, n->options, 0, 0);
  const float slope = m.in.scale * m.alpha / m.out.scale;
  m.factor = factor_of(n, single_ratio(&m));
  m.negative_factor = slope == 0 ? (factor){0, 0} : factor_of(n, (double)(slope < 0 ? -slope : slope));
  keep_table(&m, leaky_relu_code);
}

/* reference_ops::Elu through a table in single precision: e^x - 1 where x is negative. */
static int32_t elu_code(const mapping *m, int32_t code) {
  const float x = m->in.scale * (float)(code - m->in.zero_point);
  const float exp = (float)exp_of((double)x), y = x < 0 ? exp - 1 : x;
  const float per_scale = 1 / m->out.scale, steps = y * per_scale;
  return (int32_t)clamp(round_to_int((double)steps), -1024, 1024) + m->out.zero_point;
}

static void prepare_elu(node *n) {
  mapping m;
  if (check(n, &m)) keep_table(&m, elu_code);
}

/* The upper 16 bits of a multiplier, rounded (DownScaleInt32ToInt16Multiplier). */
static int32_t short_multiplier(factor f) {
  return f.multiplier >= INT32_MAX - (1 << 15) ? INT16_MAX : (f.multiplier + (1 << 15)) >> 16;
}

static int32_t saturate16(int32_t x) { return clamp(x, INT16_MIN, INT16_MAX); }

/* SaturatingRoundingDoublingHighMul for 16 bits; a multiplier is never negative, so nothing saturates. */
static int32_t high_multiply16(int32_t a, int32_t b) {
  const int32_t product = a * b;
  return (product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15);
}

/* RoundingDivideByPOT in 16 bits: its mask overflows from a shift of 16 on, which leaves the sign and never 0. */
static int32_t rounding_shift16(int32_t x, int32_t shift) {
  return shift < 16 ? rounding_shift(x, shift) : x < 0 ? -1 : 1;
}

/* reference_ops::HardSwish in 16 bits: x * relu6(x + 3) / 6, the second part as a fixed-point share in [0, 1]. */
static int32_t hard_swish_code(const mapping *m, int32_t code) {
  enum { HIRES_BITS = 7 };
  const int32_t x = (code - m->in.zero_point) * (1 << HIRES_BITS), shift = m->negative_factor.shift;
  const int32_t on_output_scale = high_multiply16(x, short_multiplier(m->factor));
  int32_t share =
      shift > 0 ? saturate16(shift > 16 ? (x > 0) * INT16_MAX + (x < 0) * INT16_MIN : x * (1 << (shift - 1))) : x;
  share = high_multiply16(share, short_multiplier(m->negative_factor));
  if (shift > 0) share = saturate16(2 * share);
  if (shift < 0) share = rounding_shift16(share, -shift);
  share = (share + (1 << 15)) >> 1;
  const int32_t y =
      share * on_output_scale / (1 << 15); /* towards zero, which cancels the bias of the roundings before */
  return rounding_shift16(y, -m->factor.shift) + m->out.zero_point;
}

static void prepare_hard_swish(node *n) {
  mapping m;
  if (!check(n, &m)) return;
  const float hires_scale = 1.0f / 128 * m.in.scale, to_output = hires_scale / m.out.scale,
              to_share = hires_scale / (3.0f / 32768);
  m.factor = factor_of(n, (double)to_output);
  m.negative_factor = factor_of(n, (double)to_share);
  if (node_support(n, m.factor.shift <= 0, "with an output scale this small")) keep_table(&m, hard_swish_code);
}

/* reference_ops::Requantize among int8 and uint8; from float32 see quantize.c. */
void prepare_requantize(node *n) {
  const int32_t from = tensor_type(n, node_input(n, 0)), to = tensor_type(n, node_output(n, 0));
  if (!node_support(n, to == INT8 || (to == UINT8 && from == INT8), "to this type")) return;
  mapping m;
  if (!read_scales(n, &m)) return;
  m.factor = factor_of(n, (double)m.in.scale / (double)m.out.scale);
  n->invoke = invoke;
  keep_table(&m, rescaled);
}

const kernel elu = {111, "ELU", prepare_elu, invoke};
const kernel hard_swish = {117, "HARD_SWISH", prepare_hard_swish, invoke};
const kernel leaky_relu = {98, "LEAKY_RELU", prepare_leaky_relu, invoke};
const kernel logistic = {14, "LOGISTIC", prepare_logistic, invoke};
const kernel relu = {19, "RELU", prepare_relu, invoke};
const kernel relu6 = {21, "RELU6", prepare_relu6, invoke};
const kernel tanh_int8 = {28, "TANH", prepare_tanh, invoke};
