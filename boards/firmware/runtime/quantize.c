/* QUANTIZE and DEQUANTIZE: TFLM's reference_ops::AffineQuantize, Requantize and Dequantize. */
#include "scale.h"
#include "unary.h"

typedef struct {
  const tensor *input, *output;
  int32_t from, to; /* their types */
  uint32_t count;
  float scale; /* of the side that is not float32 */
  int32_t in_zero_point, out_zero_point;
  factor factor;
  code_range range;
} plan;

static int32_t code_at(const tensor *t, int32_t type, uint32_t i) {
  switch (type) {
    case INT8: return ((const int8_t *)t->data)[i];
    case UINT8: return ((const uint8_t *)t->data)[i];
    case INT16: return ((const int16_t *)t->data)[i];
    default: return ((const int32_t *)t->data)[i];
  }
}

static void put_code(const tensor *t, int32_t type, uint32_t i, int32_t code) {
  switch (type) {
    case INT8: ((int8_t *)t->data)[i] = (int8_t)code; break;
    case INT16: ((int16_t *)t->data)[i] = (int16_t)code; break;
    default: ((int32_t *)t->data)[i] = code;
  }
}

/* The nearest code, before its zero point is added; beyond every code it stops, and NaN is the lowest. */
static int32_t steps_of(float x, float scale) {
  enum { BEYOND = 1 << 20 };
  const float steps = x / scale;
  return steps > -BEYOND ? steps < BEYOND ? round_to_int((double)steps) : BEYOND : -BEYOND;
}

static void invoke_quantize(const void *plan_) {
  const plan *p = plan_;
  const float *x = p->input->data;
  for (uint32_t i = 0; i < p->count; i++)
    put_code(p->output, p->to, i, clamp(steps_of(x[i], p->scale) + p->out_zero_point, p->range.low, p->range.high));
}

static void invoke_requantize(const void *plan_) {
  const plan *p = plan_;
  for (uint32_t i = 0; i < p->count; i++) {
    const uint32_t x = (uint32_t)code_at(p->input, p->from, i) - (uint32_t)p->in_zero_point;
    const uint32_t code = (uint32_t)apply_factor((int32_t)x, p->factor) + (uint32_t)p->out_zero_point;
    put_code(p->output, p->to, i, clamp((int32_t)code, p->range.low, p->range.high));
  }
}

static void invoke_dequantize(const void *plan_) {
  const plan *p = plan_;
  float *out = p->output->data;
  for (uint32_t i = 0; i < p->count; i++)
    out[i] = (float)((double)p->scale * (code_at(p->input, p->from, i) - p->in_zero_point));
}

static plan *keep_plan(node *n) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  const uint32_t count = tensor_elements(n, input);
  node_require(n, count == tensor_elements(n, output), "the output does not have the input's shape");
  plan *p = node_keep(n, sizeof *p);
  if (p)
    *p = (plan){
        .input = input,
        .output = output,
        .from = tensor_type(n, input),
        .to = tensor_type(n, output),
        .count = count,
        .range = type_range(n, output),
    };
  return p;
}

static void prepare_from_float(node *n, plan *p) {
  const quantization out = tensor_quantization(n, p->output);
  node_support(n, p->to == INT8 || p->to == INT16, "from float32 to this type");
  p->scale = out.scale;
  p->out_zero_point = out.zero_point;
}

static void prepare_from_codes(node *n, plan *p) {
  const quantization in = tensor_quantization(n, p->input), out = tensor_quantization(n, p->output);
  const bool is_known = (p->from == INT8 && (p->to == INT16 || p->to == INT32)) ||
                        (p->from == INT16 && (p->to == INT8 || p->to == INT16 || p->to == INT32)) ||
                        (p->from == INT32 && (p->to == INT8 || p->to == INT16));
  node_support(n, is_known, "between these types");
  p->factor = factor_of(n, (double)in.scale / (double)out.scale);
  p->in_zero_point = in.zero_point;
  p->out_zero_point = out.zero_point;
  n->invoke = invoke_requantize;
}

static void prepare_quantize(node *n) {
  const int32_t from = tensor_type(n, node_input(n, 0)), to = tensor_type(n, node_output(n, 0));
  if ((from == INT8 || from == UINT8) && (to == INT8 || to == UINT8)) {
    prepare_requantize(n);
    return;
  }
  plan *p = keep_plan(n);
  if (p == NULL) return;
  if (from == FLOAT32)
    prepare_from_float(n, p);
  else
    prepare_from_codes(n, p);
}

static void prepare_dequantize(node *n) {
  const tensor *input = node_input(n, 0);
  const int32_t from = tensor_type(n, input);
  node_support(n, from == INT8 || from == UINT8 || from == INT16, "from this type");
  node_support_type(n, node_output(n, 0), FLOAT32);
  const quantization q = tensor_quantization(n, input);
  node_support(n, q.channels == 1, "by channel");
  plan *p = keep_plan(n);
  if (p == NULL) return;
  p->scale = q.scale;
  p->in_zero_point = q.zero_point;
}

const kernel quantize = {114, "QUANTIZE", prepare_quantize, invoke_quantize};
const kernel dequantize = {6, "DEQUANTIZE", prepare_dequantize, invoke_dequantize};
