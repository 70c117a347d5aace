/* TRANSPOSE, SLICE, STRIDED_SLICE: one strided read of the input. */
#include "constants.h"
#include "fixed_point.h"
#include "move.h"

static void prepare_transpose(node *n) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  const shape in = tensor_shape(n, input), out = tensor_shape(n, output);
  const constants order = constant_ints(n, 1, MAX_RANK);
  node_support(n, in.rank <= 5, "of more than 5 dimensions");
  move_plan *p = keep_moves(n, 1);
  if (p == NULL || !node_require(n, (int32_t)order.count == in.rank && out.rank == in.rank,
                                 "the permutation does not fit the shape"))
    return;
  traversal walk = whole(&out);
  int32_t strides[MAX_RANK], seen = 0;
  dense_strides(&in, strides);
  for (int32_t i = 0; i < out.rank; i++) {
    const int32_t from = order.value[i];
    const bool is_new = from >= 0 && from < in.rank && !(seen >> from & 1);
    if (!node_require(n, is_new && in.dim[from] == out.dim[i], "the permutation does not fit the shape")) return;
    seen |= 1 << from;
    walk.a[i] = strides[from];
  }
  add_move(n, p, (move){.from = input, .to = output, .walk = walk});
}

/* Reads from `begin` on, every `step`th element of each dimension, as many as the counts say. */
static void add_slice(node *n, move_plan *p, const shape *in, const int32_t *begin, const int32_t *step,
                      const int32_t *count) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  shape taken = {in->rank, {0}};
  uint32_t elements = 1;
  for (int32_t i = 0; i < in->rank; i++) {
    const int32_t last = begin[i] + (count[i] - 1) * step[i];
    const bool fits = count[i] > 0 && count[i] <= in->dim[i] && begin[i] >= 0 && begin[i] < in->dim[i] && last >= 0 &&
                      last < in->dim[i];
    if (!node_require(n, fits, "the slice leaves the input, or is empty")) return;
    taken.dim[i] = count[i];
    elements *= (uint32_t)count[i];
  }
  if (!node_require(n, elements == tensor_elements(n, output), "the output's shape does not follow from the slice"))
    return;
  move m = {.from = input, .to = output, .walk = whole(&taken)};
  dense_strides(in, m.walk.a);
  for (int32_t i = 0; i < in->rank; i++) {
    m.from_at += begin[i] * m.walk.a[i];
    m.walk.a[i] *= step[i];
  }
  add_move(n, p, m);
}

static void prepare_slice(node *n) {
  static const int32_t ones[MAX_RANK] = {1, 1, 1, 1, 1, 1};
  const shape in = tensor_shape(n, node_input(n, 0));
  const constants begin = constant_ints(n, 1, MAX_RANK);
  constants size = constant_ints(n, 2, MAX_RANK);
  node_support(n, in.rank <= 5, "of more than 5 dimensions");
  move_plan *p = keep_moves(n, 1);
  if (p == NULL || !node_require(n, (int32_t)begin.count == in.rank && (int32_t)size.count == in.rank,
                                 "begin and size do not fit the shape"))
    return;
  for (int32_t i = 0; i < in.rank; i++) {
    if (size.value[i] == -1) size.value[i] = in.dim[i] - clamp(begin.value[i], 0, in.dim[i]);
  }
  add_slice(n, p, &in, begin.value, ones, size.value);
}

enum { BEGIN_MASK, END_MASK, ELLIPSIS_MASK, NEW_AXIS_MASK, SHRINK_MASK };

/* One axis of STRIDED_SLICE, as NumPy slices (strided_slice_logic.h): where it begins and how many elements it takes.
 */
typedef struct {
  int32_t begin, end, step, dim;
  bool from_start, to_end, is_single;
} slice_axis;

static int32_t resolve(int32_t index, const slice_axis *s) {
  const int32_t wrapped = index < 0 ? index + s->dim : index;
  return s->step > 0 ? clamp(wrapped, 0, s->dim) : clamp(wrapped, -1, s->dim - 1);
}

static int32_t take_axis(slice_axis *s) {
  const int32_t first = s->step > 0 ? 0 : s->dim - 1, behind = s->step > 0 ? s->dim : -1;
  s->begin = s->from_start ? first : resolve(s->begin, s);
  s->end = s->to_end ? behind : resolve(s->end, s);
  if (s->is_single) return 1;
  const int32_t span = s->step > 0 ? s->end - s->begin : s->begin - s->end, step = s->step > 0 ? s->step : -s->step;
  return span <= 0 ? 0 : (span - 1) / step + 1;
}

static void prepare_strided_slice(node *n) {
  const shape in = tensor_shape(n, node_input(n, 0));
  constants begin = constant_ints(n, 1, MAX_RANK), end = constant_ints(n, 2, MAX_RANK),
            step = constant_ints(n, 3, MAX_RANK);
  const int32_t from_start = fb_int32_field(n->model, n->options, BEGIN_MASK, 0),
                to_end = fb_int32_field(n->model, n->options, END_MASK, 0);
  const int32_t single = fb_int32_field(n->model, n->options, SHRINK_MASK, 0);
  const bool is_plain = fb_int32_field(n->model, n->options, ELLIPSIS_MASK, 0) == 0 &&
                        fb_int32_field(n->model, n->options, NEW_AXIS_MASK, 0) == 0;
  node_support(n, is_plain, "with an ellipsis or a new axis");
  node_support(n, in.rank <= 4, "of more than 4 dimensions");
  move_plan *p = keep_moves(n, 1);
  const bool fits = (int32_t)begin.count == in.rank && (int32_t)end.count == in.rank && (int32_t)step.count == in.rank;
  if (p == NULL || !node_require(n, fits, "begin, end and strides do not fit the shape")) return;
  int32_t count[MAX_RANK];
  for (int32_t i = 0; i < in.rank; i++) {
    if (!node_require(n, step.value[i] != 0 && step.value[i] > -(1 << 20) && step.value[i] < 1 << 20,
                      "a stride is out of range"))
      return;
    slice_axis s = {begin.value[i],      end.value[i],    step.value[i],  in.dim[i],
                    from_start >> i & 1, to_end >> i & 1, single >> i & 1};
    count[i] = take_axis(&s);
    begin.value[i] = s.begin;
  }
  add_slice(n, p, &in, begin.value, step.value, count);
}

const kernel transpose = {39, "TRANSPOSE", prepare_transpose, run_moves};
const kernel slice = {65, "SLICE", prepare_slice, run_moves};
const kernel strided_slice = {45, "STRIDED_SLICE", prepare_strided_slice, run_moves};
