#include "channels.h"

#ifdef __ARM_ARCH_6M__
/* codes_armv6m.S reads the fields by their offsets. */
typedef struct {
  const int32_t *sums;
  const int32_t *multiplier;
  const uint8_t *right_shift;
  int8_t *out;
  uint32_t count;
  int32_t zero_point, low, high;
} shift_right_job;

void shift_right_codes(const shift_right_job *job);
#endif

void check_layer(node *n, const layer *l) {
  node_support_type(n, l->input, INT8);
  node_support_type(n, l->filter, INT8);
  node_support_type(n, l->output, INT8);
  node_support(n, node_is_constant(n, l->filter), "with weights that are no constant");
  if (l->bias == NULL) return;
  node_support_type(n, l->bias, INT32);
  node_support(n, node_is_constant(n, l->bias), "with a bias that is no constant");
  node_require(n, tensor_elements(n, l->bias) == l->count, "the bias does not have one value a channel");
}

static int32_t sum_weights(const int8_t *weight, uint32_t weights, uint32_t stride) {
  int32_t sum = 0;
  for (; weights; weights--, weight += stride) sum += *weight;
  return sum;
}

/* sum((x - z) * w) + bias == sum(x * w) + (bias - z * sum(w)), also where 32 bits wrap. */
static int32_t folded_bias(const layer *l, uint32_t channel, int32_t zero_point, int32_t weight_sum) {
  const uint32_t bias = l->bias ? (uint32_t)((const int32_t *)l->bias->data)[channel] : 0;
  return (int32_t)(bias - (uint32_t)zero_point * (uint32_t)weight_sum);
}

bool keep_channels(node *n, const layer *l, uint32_t weights, uint32_t weight_stride, uint32_t channel_stride,
                   channels *c) {
  const quantization in = tensor_quantization(n, l->input), filter = tensor_quantization(n, l->filter),
                     out = tensor_quantization(n, l->output);
  node_require(n, filter.channels == 1 || (filter.channels == l->count && filter.axis == l->filter_axis),
               "the weights' scales do not match their channels");
  node_support(n, filter.zero_point == 0, "with a zero point in the weights");
  c->zero_point = out.zero_point;
  c->range = activation_range(n, l->activation, l->output);
  c->bias = node_keep(n, l->count * sizeof *c->bias);
  c->multiplier = node_keep(n, l->count * sizeof *c->multiplier);
  c->right_shift = node_keep(n, l->count);
  c->count = l->count;
  c->all_shift_right = true;
  if (node_refused(n)) return false;
  const int8_t *weight = l->filter->data;
  for (uint32_t channel = 0; channel < l->count; channel++, weight += channel_stride) {
    const factor f = factor_of(n, (double)in.scale * (double)channel_scale(n, &filter, channel) / (double)out.scale);
    c->bias[channel] =
        folded_bias(l, channel, l->has_edges ? 0 : in.zero_point, sum_weights(weight, weights, weight_stride));
    c->multiplier[channel] = f.multiplier;
    c->right_shift[channel] = (uint8_t)(f.multiplier ? -f.shift : 1); /* a multiplier of 0 stays 0 */
    if (f.multiplier && f.shift >= 0) c->all_shift_right = false;
  }
  return !node_refused(n);
}

static int8_t code_of_sum(const channels *c, uint32_t channel, int32_t sum) {
  const int32_t scaled = scale_by(sum, c->multiplier[channel], -(int8_t)c->right_shift[channel]);
  return (int8_t)clamp((int32_t)((uint32_t)scaled + (uint32_t)c->zero_point), c->range.low, c->range.high);
}

HOT void codes_of_sums(const channels *c, const int32_t *sums, int8_t *out) {
#ifdef __ARM_ARCH_6M__
  if (c->all_shift_right) {
    const shift_right_job job = {sums,     c->multiplier, c->right_shift, out,
                                 c->count, c->zero_point, c->range.low,   c->range.high};
    shift_right_codes(&job);
    return;
  }
#endif
  for (uint32_t channel = 0; channel < c->count; channel++) out[channel] = code_of_sum(c, channel, sums[channel]);
}
