/* QUANTIZE and DEQUANTIZE: TFLM's reference_ops::AffineQuantize, Requantize and Dequantize. */
#include "scale.h"
#include "unary.h"

typedef struct {
  const tensor *input, *output;
  float scale;
  int32_t zero_point;
  uint32_t count;
} plan;

static int32_t steps_of(float x, float scale) {
  const float steps = x / scale;
  return steps > -1024 ? steps < 1024 ? round_to_int((double)steps) : 1024
                       : -1024; /* beyond every code; NaN is the lowest */
}

static void invoke_quantize(const void *plan_) {
  const plan *p = plan_;
  const float *x = p->input->data;
  int8_t *out = p->output->data;
  for (uint32_t i = 0; i < p->count; i++)
    out[i] = (int8_t)clamp(steps_of(x[i], p->scale) + p->zero_point, INT8_MIN, INT8_MAX);
}

static float real_of(const plan *p, int32_t code) { return (float)((double)p->scale * (code - p->zero_point)); }

static void invoke_dequantize(const void *plan_) {
  const plan *p = plan_;
  const int8_t *x = p->input->data;
  float *out = p->output->data;
  for (uint32_t i = 0; i < p->count; i++) out[i] = real_of(p, x[i]);
}

static void invoke_dequantize_uint8(const void *plan_) {
  const plan *p = plan_;
  const uint8_t *x = p->input->data;
  float *out = p->output->data;
  for (uint32_t i = 0; i < p->count; i++) out[i] = real_of(p, x[i]);
}

static void keep_plan(node *n, const tensor *codes) {
  const quantization q = tensor_quantization(n, codes);
  node_support(n, q.channels == 1, "by channel");
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  const uint32_t count = tensor_elements(n, input);
  node_require(n, count == tensor_elements(n, output), "the output does not have the input's shape");
  plan *p = node_keep(n, sizeof *p);
  if (p) *p = (plan){input, output, q.scale, q.zero_point, count};
}

static void prepare_quantize(node *n) {
  if (tensor_type(n, node_input(n, 0)) != FLOAT32) {
    prepare_requantize(n);
    return;
  }
  node_support_type(n, node_output(n, 0), INT8);
  keep_plan(n, node_output(n, 0));
}

static void prepare_dequantize(node *n) {
  const tensor *input = node_input(n, 0);
  node_support(n, tensor_type(n, input) == INT8 || tensor_type(n, input) == UINT8, "from this type");
  node_support_type(n, node_output(n, 0), FLOAT32);
  if (tensor_type(n, input) == UINT8) n->invoke = invoke_dequantize_uint8;
  keep_plan(n, input);
}

const kernel quantize = {114, "QUANTIZE", prepare_quantize, invoke_quantize};
const kernel dequantize = {6, "DEQUANTIZE", prepare_dequantize, invoke_dequantize};
