/* FULLY_CONNECTED: TFLM's reference_integer_ops::FullyConnected and FullyConnectedPerChannel. */
#include <string.h>

#include "channels.h"
#include "dot.h"

/*
 * A layer has one sum for each weight row, so keeping a folded bias for each would cost more arena than the layer's
 * output; the zero point is taken off the inputs instead, once for all rows.
 */
typedef struct {
  const tensor *input, *output;
  const int8_t *weights;
  const int32_t *bias;      /* in the model, or NULL */
  const factor *by_channel; /* NULL when one factor serves all */
  factor factor;
  void *wide; /* int16 [length]: the inputs without their zero point */
  uint32_t batches, length, count;
  int32_t input_zero_point, output_zero_point;
  code_range range;
} plan;

enum { ACTIVATION, WEIGHTS_FORMAT };

/* TFLM multiplies the two scales in float32 before it divides, but only when one scale serves the whole tensor. */
static double tensor_factor(const quantization *in, const quantization *filter, const quantization *out) {
  const float product = in->scale * filter->scale;
  return (double)product / (double)out->scale;
}

static const factor *keep_factors(node *n, const quantization *in, const quantization *filter,
                                  const quantization *out) {
  factor *factors = node_keep(n, filter->channels * sizeof *factors);
  for (uint32_t c = 0; factors && c < filter->channels; c++) {
    factors[c] = factor_of(n, (double)in->scale * (double)channel_scale(n, filter, c) / (double)out->scale);
  }
  return factors;
}

static void prepare(node *n) {
  layer l = {.input = node_input(n, 0),
             .filter = node_input(n, 1),
             .bias = node_optional_input(n, 2),
             .output = node_output(n, 0)};
  const shape filter = tensor_shape(n, l.filter);
  if (!node_require(n, filter.rank == 2 && filter.dim[0] > 0 && filter.dim[1] > 0, "the weights are no matrix")) return;
  l.count = (uint32_t)filter.dim[0];
  check_layer(n, &l);
  node_support(n, fb_int8_field(n->model, n->options, WEIGHTS_FORMAT, 0) == 0, "with shuffled weights");
  const quantization in = tensor_quantization(n, l.input), weights = tensor_quantization(n, l.filter),
                     out = tensor_quantization(n, l.output);
  node_support(n, weights.zero_point == 0, "with a zero point in the weights");
  node_require(n, weights.channels == 1 || (weights.channels == l.count && weights.axis == 0),
               "the weights' scales do not match their channels");
  const uint32_t length = (uint32_t)filter.dim[1], batches = l.output->bytes / l.count;
  node_require(n, batches * l.count == l.output->bytes && batches * length == l.input->bytes,
               "the shapes of input, weights and output do not fit");
  plan *p = node_keep(n, sizeof *p);
  if (p == NULL) return;
  *p = (plan){
      .input = l.input,
      .output = l.output,
      .weights = l.filter->data,
      .bias = l.bias ? l.bias->data : NULL,
      .batches = batches,
      .length = length,
      .count = l.count,
      .input_zero_point = in.zero_point,
      .output_zero_point = out.zero_point,
      .range = activation_range(n, fb_int8_field(n->model, n->options, ACTIVATION, 0), l.output),
  };
  if (weights.channels > 1)
    p->by_channel = keep_factors(n, &in, &weights, &out);
  else
    p->factor = factor_of(n, tensor_factor(&in, &weights, &out));
  node_scratch(n, length * sizeof(int16_t), &p->wide);
}

static HOT void widen(const plan *p, const int8_t *x) {
  int16_t *wide = p->wide;
  for (uint32_t i = 0; i < p->length; i++) wide[i] = (int16_t)(x[i] - p->input_zero_point);
}

static HOT int8_t code(const plan *p, uint32_t channel, int32_t sum) {
  const int32_t scaled = apply_factor(sum, p->by_channel ? p->by_channel[channel] : p->factor);
  return (int8_t)clamp((int32_t)((uint32_t)scaled + (uint32_t)p->output_zero_point), p->range.low, p->range.high);
}

/* Outputs are made some at a time, for a wide layer's sums would take four times the room of its codes. */
enum { BLOCK = 32 };

static HOT void block_of_outputs(const plan *p, uint32_t first, uint32_t count, int8_t *out) {
  int32_t sums[BLOCK] = {0};
  if (p->bias) memcpy(sums, p->bias + first, count * sizeof *sums);
  dot_wide_rows(p->wide, p->weights + first * p->length, p->length, count, sums);
  for (uint32_t i = 0; i < count; i++) *out++ = code(p, first + i, sums[i]);
}

static HOT void row_of_outputs(const plan *p, int8_t *out) {
  for (uint32_t first = 0; first < p->count; first += BLOCK) {
    const uint32_t left = p->count - first;
    block_of_outputs(p, first, left < BLOCK ? left : BLOCK, out + first);
  }
}

static HOT void invoke(const void *plan_) {
  const plan *p = plan_;
  const int8_t *x = p->input->data;
  int8_t *out = p->output->data;
  for (uint32_t batch = 0; batch < p->batches; batch++, x += p->length, out += p->count) {
    widen(p, x);
    row_of_outputs(p, out);
  }
}

const kernel fully_connected = {9, "FULLY_CONNECTED", prepare, invoke};
