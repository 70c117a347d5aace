/* CONCATENATION, SPLIT, PACK: parts side by side along one axis. */
#include <string.h>

#include "constants.h"
#include "fixed_point.h"
#include "move.h"

/* The part of `big` along `axis` that a tensor of shape `small` fills, from element `at` of that axis on. */
static bool fits_along(const shape *small, const shape *big, int32_t axis, int32_t at) {
  if (small->rank != big->rank || axis < 0 || axis >= big->rank || small->dim[axis] > big->dim[axis] - at) return false;
  for (int32_t i = 0; i < big->rank; i++) {
    if (i != axis && small->dim[i] != big->dim[i]) return false;
  }
  return true;
}

/* Copies between a whole tensor and its part of a larger one, which lies `at` elements into the axis. */
static void add_part(node *n, move_plan *p, const tensor *small, const tensor *big, int32_t axis, int32_t at,
                     bool into_big) {
  const shape part = tensor_shape(n, small), all = tensor_shape(n, big);
  if (!node_require(n, fits_along(&part, &all, axis, at), "the parts do not fit along the axis")) return;
  int32_t strides[MAX_RANK];
  dense_strides(&all, strides);
  move m = {.from = into_big ? small : big, .to = into_big ? big : small, .walk = whole(&part)};
  memcpy(into_big ? m.walk.b : m.walk.a, strides, sizeof strides);
  *(into_big ? &m.to_at : &m.from_at) = at * strides[axis];
  add_move(n, p, m);
}

static void prepare_concatenation(node *n) {
  const tensor *output = node_output(n, 0);
  const shape out = tensor_shape(n, output);
  const int32_t axis = wrap_axis(fb_int32_field(n->model, n->options, 0, 0), out.rank);
  node_support(n, fb_int8_field(n->model, n->options, 1, 0) == 0, "with a fused activation");
  move_plan *p = keep_moves(n, n->inputs.count);
  int32_t at = 0;
  for (uint32_t i = 0; p && i < n->inputs.count && !node_refused(n); i++) {
    const tensor *part = node_input(n, i);
    node_support(n, tensor_type(n, part) != INT8 || same_quantization(n, part, output),
                 "with a change of quantization");
    add_part(n, p, part, output, axis, at, true);
    at += tensor_shape(n, part).dim[clamp(axis, 0, MAX_RANK - 1)];
  }
  if (p) node_require(n, axis >= 0 && axis < out.rank && at == out.dim[axis], "the inputs do not fill the output");
}

static void prepare_split(node *n) {
  const tensor *input = node_input(n, 1);
  const shape in = tensor_shape(n, input);
  const constants axes = constant_ints(n, 0, 1);
  const int32_t axis = wrap_axis(axes.value[0], in.rank);
  move_plan *p = keep_moves(n, n->outputs.count);
  int32_t at = 0;
  for (uint32_t i = 0; p && i < n->outputs.count && !node_refused(n); i++) {
    add_part(n, p, node_output(n, i), input, axis, at, false);
    at += tensor_shape(n, node_output(n, i)).dim[clamp(axis, 0, MAX_RANK - 1)];
  }
}

/* The values lie side by side along a new axis: copied in runs of everything behind that axis. */
static void prepare_pack(node *n) {
  enum { VALUES_COUNT, AXIS };
  const tensor *output = node_output(n, 0);
  const shape out = tensor_shape(n, output);
  const int32_t axis = wrap_axis(fb_int32_field(n->model, n->options, AXIS, 0), out.rank),
                values = (int32_t)n->inputs.count;
  move_plan *p = keep_moves(n, n->inputs.count);
  if (p == NULL ||
      !node_require(n, axis >= 0 && axis < out.rank && out.dim[axis] == values, "the axis does not hold the values"))
    return;
  int32_t inner = 1;
  for (int32_t i = axis + 1; i < out.rank; i++) inner *= out.dim[i];
  const int32_t outer = (int32_t)tensor_elements(n, output) / (inner * values);
  for (int32_t i = 0; i < values && !node_refused(n); i++) {
    const tensor *value = node_input(n, (uint32_t)i);
    if (!node_require(n, value->bytes * (uint32_t)values == output->bytes, "the values do not have one shape")) return;
    add_move(n, p,
             (move){.from = value,
                    .to = output,
                    .to_at = i * inner,
                    .walk = {2, {outer, inner}, {inner, 1}, {inner * values, 1}}});
  }
}

const kernel concatenation = {2, "CONCATENATION", prepare_concatenation, run_moves};
const kernel split = {49, "SPLIT", prepare_split, run_moves};
const kernel pack = {83, "PACK", prepare_pack, run_moves};
