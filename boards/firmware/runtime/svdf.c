/*
 * SVDF: a layer of filters over time. Each filter keeps its last outputs in the state, a variable tensor [batch,
 * filter, time]. TFLM's EvalInt16SVDF, which applies no fused activation.
 */
#include <string.h>

#include "scale.h"

typedef struct {
  const tensor *input, *features, *times, *bias, *state, *output;
  uint32_t batches, inputs, filters, memory, rank;
  int32_t input_zero_point, output_zero_point;
  factor to_state, to_output;
} plan;

static void check_shapes(node *n, const plan *p, const shape *input, const shape *features, const shape *times) {
  const bool are_matrices = input->rank == 2 && features->rank == 2 && times->rank == 2;
  const bool fits = are_matrices && p->inputs > 0 && p->memory > 0 && features->dim[1] == input->dim[1] &&
                    times->dim[0] == features->dim[0] && p->rank > 0 && p->filters % p->rank == 0 &&
                    p->bias->bytes == p->filters / p->rank * sizeof(int32_t) &&
                    p->state->bytes == p->batches * p->filters * p->memory * sizeof(int16_t) &&
                    p->output->bytes == p->batches * p->filters / p->rank;
  node_require(n, fits, "the shapes of input, weights, bias, state and output do not fit");
}

static void check_types(node *n, const plan *p) {
  node_support_type(n, p->input, INT8);
  node_support_type(n, p->features, INT8);
  node_support_type(n, p->times, INT16);
  node_support_type(n, p->state, INT16);
  node_support_type(n, p->output, INT8);
  node_support(n, node_is_constant(n, p->features) && node_is_constant(n, p->times),
               "with weights that are no constant");
  node_require(n, !node_is_constant(n, p->state), "the state is a constant");
  if (!node_support(n, p->bias != NULL, "without a bias, which TFLM reads all the same")) return;
  node_support_type(n, p->bias, INT32);
  node_support(n, node_is_constant(n, p->bias), "with a bias that is no constant");
}

/* The scales are multiplied and divided in single precision, as in PrepareSvdf. */
static void set_factors(node *n, plan *p) {
  const quantization input = tensor_quantization(n, p->input), features = tensor_quantization(n, p->features),
                     state = tensor_quantization(n, p->state);
  const quantization times = tensor_quantization(n, p->times), output = tensor_quantization(n, p->output);
  node_support(n, state.zero_point == 0, "with a zero point in the state");
  const float to_state = input.scale * features.scale / state.scale,
              to_output = state.scale * times.scale / output.scale;
  p->to_state = factor_of(n, (double)to_state);
  p->to_output = factor_of(n, (double)to_output);
  p->input_zero_point = input.zero_point;
  p->output_zero_point = output.zero_point;
}

static void prepare(node *n) {
  const tensor *input = node_input(n, 0), *features = node_input(n, 1), *times = node_input(n, 2);
  const shape in = tensor_shape(n, input), feature_shape = tensor_shape(n, features),
              time_shape = tensor_shape(n, times);
  plan draft = {
      .input = input,
      .features = features,
      .times = times,
      .bias = node_optional_input(n, 3),
      .state = node_input(n, 4),
      .output = node_output(n, 0),
      .batches = (uint32_t)in.dim[0],
      .inputs = (uint32_t)in.dim[1],
      .filters = (uint32_t)feature_shape.dim[0],
      .memory = (uint32_t)time_shape.dim[1],
      .rank = (uint32_t)fb_int32_field(n->model, n->options, 0, 0),
  };
  check_types(n, &draft);
  if (node_refused(n)) return;
  check_shapes(n, &draft, &in, &feature_shape, &time_shape);
  if (node_refused(n)) return;
  set_factors(n, &draft);
  plan *p = node_keep(n, sizeof *p);
  if (p) *p = draft;
}

static int32_t feature(const plan *p, const int8_t *x, const int8_t *weights) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < p->inputs; i++) sum += weights[i] * (x[i] - p->input_zero_point);
  return clamp(apply_factor(sum, p->to_state), INT16_MIN, INT16_MAX);
}

static int32_t over_time(const plan *p, const int16_t *state, const int16_t *weights) {
  uint32_t sum = 0; /* may wrap, as TFLM's does */
  for (uint32_t i = 0; i < p->memory; i++) sum += (uint32_t)(state[i] * weights[i]);
  return (int32_t)sum;
}

static void invoke(const void *plan_) {
  const plan *p = plan_;
  const int8_t *x = p->input->data;
  int16_t *state = p->state->data;
  int8_t *out = p->output->data;
  for (uint32_t batch = 0; batch < p->batches; batch++, x += p->inputs) {
    const int8_t *features = p->features->data;
    const int16_t *times = p->times->data;
    for (uint32_t unit = 0; unit < p->filters / p->rank; unit++) {
      uint32_t sum = (uint32_t)((const int32_t *)p->bias->data)[unit];
      for (uint32_t r = 0; r < p->rank; r++, features += p->inputs, times += p->memory, state += p->memory) {
        memmove(state, state + 1, (p->memory - 1) * sizeof *state);
        state[p->memory - 1] = (int16_t)feature(p, x, features);
        sum += (uint32_t)over_time(p, state, times);
      }
      *out++ = (int8_t)clamp(apply_factor((int32_t)sum, p->to_output) + p->output_zero_point, INT8_MIN, INT8_MAX);
    }
  }
}

const kernel svdf = {27, "SVDF", prepare, invoke};
