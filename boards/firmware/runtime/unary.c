/* Functions of one int8 code, one code at a time: at prepare time each becomes a table of all 256 answers. */
#include "scale.h"
#include "transcendental.h"

typedef struct {
  const tensor *input, *output;
  int8_t code[256]; /* by the input's code as uint8 */
} plan;

/* What a function of a code depends on. */
typedef struct {
  node *node;
  quantization in, out;
  factor factor;
  int32_t radius;
} mapping;

static bool check(node *n, mapping *m) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  node_support_type(n, input, INT8);
  node_support_type(n, output, INT8);
  node_require(n, input->bytes == output->bytes, "the output does not have the input's shape");
  *m = (mapping){.node = n, .in = tensor_quantization(n, input), .out = tensor_quantization(n, output)};
  return !node_refused(n);
}

static void keep_table(const mapping *m, int32_t (*map)(const mapping *, int32_t code)) {
  plan *p = node_keep(m->node, sizeof *p);
  if (p == NULL) return;
  p->input = node_input(m->node, 0);
  p->output = node_output(m->node, 0);
  for (int32_t code = INT8_MIN; code <= INT8_MAX; code++) p->code[(uint8_t)code] = (int8_t)clamp(map(m, code), INT8_MIN, INT8_MAX);
}

static HOT void invoke(const void *plan_) {
  const plan *p = plan_;
  const uint8_t *x = p->input->data;
  int8_t *out = p->output->data;
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
  m.factor = factor_of(n, (double)m.in.scale * 0x1p27);
  if (!node_support(n, m.factor.shift >= 0 && m.factor.shift <= 31, "with a scale out of range for Q4.27")) return;
  m.radius = input_radius(m.factor, Q4);
  keep_table(&m, map);
}

static void prepare_logistic(node *n) { prepare_q4(n, -128, logistic_code); }

const kernel logistic = {14, "LOGISTIC", prepare_logistic, invoke};
