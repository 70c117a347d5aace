/* Functions of two int8 tensors, element by element with broadcasting: ADD, SUB, MUL, MINIMUM, MAXIMUM, PRELU. */
#include "scale.h"
#include "traversal.h"

typedef struct plan plan;

struct plan {
  const tensor *a, *b, *output;
  traversal walk; /* over the output, with the strides of a and b */
  int8_t *out;    /* where the walk stands */
  int32_t (*function)(const plan *p, int32_t a, int32_t b);
  int32_t a_zero_point, b_zero_point, out_zero_point;
  factor a_factor, b_factor, out_factor;
  code_range range;
};

static bool check_types(node *n) {
  for (uint32_t i = 0; i < 2; i++) node_support_type(n, node_input(n, i), INT8);
  node_support_type(n, node_output(n, 0), INT8);
  return !node_refused(n);
}

static plan *keep_plan(node *n, int32_t (*function)(const plan *, int32_t, int32_t)) {
  if (!check_types(n)) return NULL;
  const tensor *a = node_input(n, 0), *b = node_input(n, 1), *output = node_output(n, 0);
  const shape a_shape = tensor_shape(n, a), b_shape = tensor_shape(n, b), out_shape = tensor_shape(n, output);
  plan *p = node_keep(n, sizeof *p);
  if (p == NULL) return NULL;
  p->a = a;
  p->b = b;
  p->output = output;
  p->function = function;
  p->walk.rank = out_shape.rank;
  for (int32_t i = 0; i < out_shape.rank; i++) p->walk.count[i] = out_shape.dim[i];
  const bool fits =
      broadcast_strides(&a_shape, &out_shape, p->walk.a) && broadcast_strides(&b_shape, &out_shape, p->walk.b);
  if (!node_require(n, fits && a->bytes && b->bytes, "the shapes of the inputs do not broadcast to the output's"))
    return NULL;
  simplify(&p->walk);
  p->a_zero_point = tensor_quantization(n, a).zero_point;
  p->b_zero_point = tensor_quantization(n, b).zero_point;
  p->out_zero_point = tensor_quantization(n, output).zero_point;
  return p;
}

/* The walk goes through the output in its own order. */
static HOT void run(const void *plan_, int32_t a, int32_t b) {
  plan *p = (plan *)plan_;
  const int32_t last = p->walk.rank - 1, count = p->walk.count[last], a_stride = p->walk.a[last],
                b_stride = p->walk.b[last];
  const int8_t *x = (const int8_t *)p->a->data + a, *y = (const int8_t *)p->b->data + b;
  for (int32_t i = 0; i < count; i++, x += a_stride, y += b_stride) *p->out++ = (int8_t)p->function(p, *x, *y);
}

static void invoke(const void *plan_) {
  plan *p = (plan *)plan_; /* in the arena; only `out` moves */
  p->out = p->output->data;
  traverse(&p->walk, run, p);
}

static HOT int32_t in_range(const plan *p, int32_t code) {
  return clamp(code + p->out_zero_point, p->range.low, p->range.high);
}

/* Both sides are brought to twice the larger scale with 20 more bits, so that their sum loses nothing that the output
 * shows. */
enum { EXTRA_BITS = 20 };

static HOT int32_t align_a(const plan *p, int32_t a) {
  return apply_factor((a - p->a_zero_point) * (1 << EXTRA_BITS), p->a_factor);
}
static HOT int32_t align_b(const plan *p, int32_t b) {
  return apply_factor((b - p->b_zero_point) * (1 << EXTRA_BITS), p->b_factor);
}
static HOT int32_t add_codes(const plan *p, int32_t a, int32_t b) {
  return in_range(p, apply_factor(align_a(p, a) + align_b(p, b), p->out_factor));
}
static HOT int32_t sub_codes(const plan *p, int32_t a, int32_t b) {
  return in_range(p, apply_factor(align_a(p, a) - align_b(p, b), p->out_factor));
}

typedef struct {
  double a, b, out;
} sum_factors;

static void keep_sum(node *n, plan *p, sum_factors f) {
  node_support(n, f.out < 1, "with an output scale this small");
  p->a_factor = factor_of(n, f.a);
  p->b_factor = factor_of(n, f.b);
  p->out_factor = factor_of(n, f.out);
  p->range = activation_range(n, fb_int8_field(n->model, n->options, 0, 0), p->output);
}

/* CalculateOpDataAdd takes its ratios in double precision. */
static void prepare_add(node *n) {
  plan *p = keep_plan(n, add_codes);
  if (p == NULL) return;
  const double a = (double)tensor_quantization(n, p->a).scale, b = (double)tensor_quantization(n, p->b).scale;
  const double twice_larger = 2 * (a > b ? a : b), out = (double)tensor_quantization(n, p->output).scale;
  keep_sum(n, p, (sum_factors){a / twice_larger, b / twice_larger, twice_larger / ((1 << EXTRA_BITS) * out)});
}

/* CalculateOpDataSub takes the same ratios in single precision. */
static void prepare_sub(node *n) {
  plan *p = keep_plan(n, sub_codes);
  if (p == NULL) return;
  const float a = tensor_quantization(n, p->a).scale, b = tensor_quantization(n, p->b).scale;
  const float twice_larger = 2 * (a > b ? a : b), out = tensor_quantization(n, p->output).scale;
  const float a_ratio = a / twice_larger, b_ratio = b / twice_larger,
              out_ratio = twice_larger / ((float)(1 << EXTRA_BITS) * out);
  keep_sum(n, p, (sum_factors){(double)a_ratio, (double)b_ratio, (double)out_ratio});
}

static HOT int32_t mul_codes(const plan *p, int32_t a, int32_t b) {
  return in_range(p, apply_factor((a - p->a_zero_point) * (b - p->b_zero_point), p->out_factor));
}

static double product_factor(node *n, const plan *p) {
  const double a = (double)tensor_quantization(n, p->a).scale, b = (double)tensor_quantization(n, p->b).scale;
  return a * b / (double)tensor_quantization(n, p->output).scale;
}

static void prepare_mul(node *n) {
  plan *p = keep_plan(n, mul_codes);
  if (p == NULL) return;
  p->out_factor = factor_of(n, product_factor(n, p));
  p->range = activation_range(n, fb_int8_field(n->model, n->options, 0, 0), p->output);
}

/* reference_ops::Prelu: b is the slope of what is negative. */
static HOT int32_t prelu_codes(const plan *p, int32_t a, int32_t b) {
  const int32_t x = a - p->a_zero_point;
  return in_range(p, x >= 0 ? apply_factor(x, p->a_factor) : apply_factor(x * (b - p->b_zero_point), p->out_factor));
}

static void prepare_prelu(node *n) {
  plan *p = keep_plan(n, prelu_codes);
  if (p == NULL) return;
  p->a_factor =
      factor_of(n, (double)tensor_quantization(n, p->a).scale / (double)tensor_quantization(n, p->output).scale);
  p->out_factor = factor_of(n, product_factor(n, p));
  p->range = type_range(n, p->output);
}

/* reference_ops::MaximumMinimumBroadcastSlow compares codes, whatever their scales. */
static HOT int32_t smaller(const plan *p, int32_t a, int32_t b) { return (void)p, a < b ? a : b; }
static HOT int32_t larger(const plan *p, int32_t a, int32_t b) { return (void)p, a > b ? a : b; }
static void prepare_minimum(node *n) { keep_plan(n, smaller); }
static void prepare_maximum(node *n) { keep_plan(n, larger); }

const kernel add = {0, "ADD", prepare_add, invoke};
const kernel sub = {41, "SUB", prepare_sub, invoke};
const kernel mul = {18, "MUL", prepare_mul, invoke};
const kernel prelu = {54, "PRELU", prepare_prelu, invoke};
const kernel minimum = {57, "MINIMUM", prepare_minimum, invoke};
const kernel maximum = {55, "MAXIMUM", prepare_maximum, invoke};
