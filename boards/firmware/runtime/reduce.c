/* MEAN, SUM, REDUCE_MAX, REDUCE_MIN: TFLM's reference_ops::QuantizedMeanOrSum and ReduceGeneric. And ARG_MAX, ARG_MIN.
 */
#include <string.h>

#include "constants.h"
#include "scale.h"
#include "traversal.h"

typedef struct {
  const tensor *input, *output;
  traversal walk; /* over the input; a: where it lies, b: the output element it goes to */
  void *sums;     /* int32 [outputs] */
  uint32_t outputs;
  int32_t offset; /* what the zero point adds to every sum */
  int32_t out_zero_point;
  factor factor;
  int32_t sign; /* of an extreme: 1 the largest, -1 the smallest */
} plan;

/* Sets the stride to the output to 0 along the axes that are reduced; returns how many elements each sum has. */
static int32_t set_walk(node *n, traversal *walk, const shape *in) {
  constants axes = constant_ints(n, 1, MAX_RANK);
  bool is_reduced[MAX_RANK] = {false};
  shape kept = *in;
  int32_t reduced = 1;
  for (uint32_t i = 0; i < axes.count; i++) {
    const int32_t axis = axes.value[i] < 0 ? axes.value[i] + in->rank : axes.value[i];
    if (!node_require(n, axis >= 0 && axis < in->rank, "an axis is out of range")) return 1;
    if (!is_reduced[axis]) reduced *= in->dim[axis];
    is_reduced[axis] = true;
    kept.dim[axis] = 1;
  }
  walk->rank = in->rank;
  dense_strides(in, walk->a);
  dense_strides(&kept, walk->b);
  for (int32_t i = 0; i < in->rank; i++) {
    walk->count[i] = in->dim[i];
    if (is_reduced[i]) walk->b[i] = 0;
  }
  simplify(walk);
  return reduced;
}

static plan *keep_plan(node *n, int32_t *reduced) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  node_support_type(n, input, INT8);
  node_support_type(n, output, INT8);
  const shape in = tensor_shape(n, input);
  traversal walk = {0, {0}, {0}, {0}};
  if (!node_require(n, input->bytes > 0, "the input is empty")) return NULL;
  *reduced = set_walk(n, &walk, &in);
  if (node_refused(n) || !node_require(n, input->bytes == output->bytes * (uint32_t)*reduced,
                                       "the output's shape does not follow from the input's"))
    return NULL;
  plan *p = node_keep(n, sizeof *p);
  if (p == NULL) return NULL;
  *p = (plan){.input = input, .output = output, .walk = walk, .outputs = output->bytes};
  node_scratch(n, p->outputs * sizeof(int32_t), &p->sums);
  return p;
}

static HOT void add_run(const void *plan_, int32_t a, int32_t b) {
  const plan *p = plan_;
  const int32_t last = p->walk.rank - 1, a_stride = p->walk.a[last], b_stride = p->walk.b[last];
  const int8_t *x = (const int8_t *)p->input->data + a;
  int32_t *sum = (int32_t *)p->sums + b;
  for (int32_t i = p->walk.count[last]; i; i--, x += a_stride, sum += b_stride) *sum += *x;
}

static void invoke_sum(const void *plan_) {
  const plan *p = plan_;
  int8_t *out = p->output->data;
  const int32_t *sums = p->sums;
  memset(p->sums, 0, p->outputs * sizeof(int32_t));
  traverse(&p->walk, add_run, p);
  for (uint32_t i = 0; i < p->outputs; i++)
    out[i] = (int8_t)clamp(apply_factor(sums[i] + p->offset, p->factor) + p->out_zero_point, INT8_MIN, INT8_MAX);
}

static int32_t floor_log2(int32_t x) {
  int32_t log = 0;
  while (x >>= 1) log++;
  return log;
}

/* TFLM folds the division by the number of elements into the multiplier, keeping as many of its bits as fit. */
static factor divided(factor f, int32_t count) {
  int32_t shift = floor_log2(count);
  if (shift > 31 + f.shift) shift = 31 + f.shift;
  return (factor){(int32_t)(((int64_t)f.multiplier << shift) / count), f.shift - shift};
}

static plan *prepare_scaled(node *n, int32_t *reduced) {
  plan *p = keep_plan(n, reduced);
  if (p == NULL) return NULL;
  const quantization in = tensor_quantization(n, p->input), out = tensor_quantization(n, p->output);
  p->factor = factor_of(n, (double)in.scale / (double)out.scale);
  p->offset = -in.zero_point * *reduced;
  p->out_zero_point = out.zero_point;
  return p;
}

static void prepare_sum(node *n) {
  int32_t reduced;
  prepare_scaled(n, &reduced);
}

static void prepare_mean(node *n) {
  int32_t reduced;
  plan *p = prepare_scaled(n, &reduced);
  if (p) p->factor = divided(p->factor, reduced);
}

static HOT void extreme_run(const void *plan_, int32_t a, int32_t b) {
  const plan *p = plan_;
  const int32_t last = p->walk.rank - 1, a_stride = p->walk.a[last], b_stride = p->walk.b[last];
  const int8_t *x = (const int8_t *)p->input->data + a;
  int8_t *extreme = (int8_t *)p->output->data + b;
  for (int32_t i = p->walk.count[last]; i; i--, x += a_stride, extreme += b_stride) {
    if (p->sign * *x > p->sign * *extreme) *extreme = *x;
  }
}

static void invoke_extreme(const void *plan_) {
  const plan *p = plan_;
  memset(p->output->data, p->sign > 0 ? INT8_MIN : INT8_MAX, p->outputs);
  traverse(&p->walk, extreme_run, p);
}

static void prepare_extreme(node *n, int32_t sign) {
  int32_t reduced;
  plan *p = keep_plan(n, &reduced);
  if (p == NULL) return;
  p->sign = sign;
  node_support(n, same_quantization(n, p->input, p->output), "with a change of quantization");
}

static void prepare_max(node *n) { prepare_extreme(n, 1); }
static void prepare_min(node *n) { prepare_extreme(n, -1); }

/* Which element along one axis is the extreme; of equals the first. */
typedef struct {
  const tensor *input, *output;
  int32_t outer, axis, inner;
} arg_plan;

static void prepare_arg(node *n) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  node_support_type(n, input, INT8);
  node_support_type(n, output, INT32);
  const shape in = tensor_shape(n, input);
  const constants axes = constant_ints(n, 1, 1);
  const int32_t axis = axes.value[0] < 0 ? axes.value[0] + in.rank : axes.value[0];
  if (!node_require(n, axes.count == 1 && axis >= 0 && axis < in.rank && input->bytes > 0, "the axis is out of range"))
    return;
  arg_plan *p = node_keep(n, sizeof *p);
  if (p == NULL) return;
  *p = (arg_plan){input, output, 1, in.dim[axis], 1};
  for (int32_t i = 0; i < axis; i++) p->outer *= in.dim[i];
  for (int32_t i = axis + 1; i < in.rank; i++) p->inner *= in.dim[i];
  node_require(n, tensor_elements(n, output) == (uint32_t)(p->outer * p->inner),
               "the output's shape does not follow from the input's");
}

static int32_t arg_of(const arg_plan *p, const int8_t *x, int32_t sign) {
  int32_t best = 0;
  for (int32_t i = 1; i < p->axis; i++) {
    if (sign * x[i * p->inner] > sign * x[best * p->inner]) best = i;
  }
  return best;
}

static void find_args(const arg_plan *p, int32_t sign) {
  const int8_t *x = p->input->data;
  int32_t *out = p->output->data;
  for (int32_t outer = 0; outer < p->outer; outer++, x += p->axis * p->inner) {
    for (int32_t inner = 0; inner < p->inner; inner++) *out++ = arg_of(p, x + inner, sign);
  }
}

static void invoke_arg_max(const void *p) { find_args(p, 1); }
static void invoke_arg_min(const void *p) { find_args(p, -1); }

const kernel mean = {40, "MEAN", prepare_mean, invoke_sum};
const kernel sum = {74, "SUM", prepare_sum, invoke_sum};
const kernel reduce_max = {82, "REDUCE_MAX", prepare_max, invoke_extreme};
const kernel reduce_min = {89, "REDUCE_MIN", prepare_min, invoke_extreme};
const kernel arg_max = {56, "ARG_MAX", prepare_arg, invoke_arg_max};
const kernel arg_min = {79, "ARG_MIN", prepare_arg, invoke_arg_min};
