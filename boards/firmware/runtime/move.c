/*
 * Operators that only put elements elsewhere: TRANSPOSE, SLICE, STRIDED_SLICE, SPLIT, CONCATENATION, PACK, PAD, PADV2,
 * SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND. Each is a list of strided copies, made at prepare time. None rescales, as in TFLM.
 */
#include <string.h>

#include "constants.h"
#include "fixed_point.h"
#include "traversal.h"

typedef struct {
  const tensor *from, *to;
  int32_t from_at, to_at; /* first element */
  uint32_t element_bytes;
  traversal walk; /* a: from, b: to */
} move;

typedef struct {
  const tensor *filled; /* gets `fill` in every byte before the moves; NULL: the moves cover all */
  uint8_t fill;
  uint32_t count;
  move *moves;
} plan;

static plan *keep_plan(node *n, uint32_t moves) {
  plan *p = node_keep(n, sizeof *p);
  if (p == NULL) return NULL;
  p->moves = node_keep(n, moves * sizeof *p->moves);
  return p->moves ? p : NULL;
}

/* Adds a copy of `count` elements, both strides given for every dimension of it. Drops one that copies nothing. */
static void add_move(node *n, plan *p, move m) {
  for (int32_t i = 0; i < m.walk.rank; i++) {
    if (m.walk.count[i] <= 0) return;
  }
  m.element_bytes = tensor_element_bytes(n, m.from);
  const bool is_sound = tensor_type(n, m.from) == tensor_type(n, m.to) && m.from->bytes && m.to->bytes;
  if (!node_require(n, is_sound, "the output is not of the input's type")) return;
  if (!node_support(n, m.element_bytes == 1 || m.element_bytes == 2 || m.element_bytes == 4, "for elements of this size")) return;
  simplify(&m.walk);
  p->moves[p->count++] = m;
}

static HOT void run(const void *move_, int32_t from_at, int32_t to_at) {
  const move *m = move_;
  const int32_t last = m->walk.rank - 1, bytes = (int32_t)m->element_bytes;
  const int32_t count = m->walk.count[last], from_step = m->walk.a[last] * bytes, to_step = m->walk.b[last] * bytes;
  const uint8_t *from = (const uint8_t *)m->from->data + (m->from_at + from_at) * bytes;
  uint8_t *to = (uint8_t *)m->to->data + (m->to_at + to_at) * bytes;
  if (from_step == bytes && to_step == bytes) {
    memcpy(to, from, (uint32_t)(count * bytes));
    return;
  }
  for (int32_t i = 0; i < count; i++, from += from_step, to += to_step) {
    if (bytes == 1) *to = *from;
    else memcpy(to, from, (uint32_t)bytes);
  }
}

static void invoke(const void *plan_) {
  const plan *p = plan_;
  if (p->filled) memset(p->filled->data, p->fill, p->filled->bytes);
  for (uint32_t i = 0; i < p->count; i++) traverse(&p->moves[i].walk, run, &p->moves[i]);
}

/* Every element of `s`, read and written without gaps. */
static traversal whole(const shape *s) {
  traversal walk = {s->rank, {0}, {0}, {0}};
  for (int32_t i = 0; i < s->rank; i++) walk.count[i] = s->dim[i];
  dense_strides(s, walk.a);
  dense_strides(s, walk.b);
  return walk;
}

static void prepare_transpose(node *n) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  const shape in = tensor_shape(n, input), out = tensor_shape(n, output);
  const constants order = constant_ints(n, 1, MAX_RANK);
  plan *p = keep_plan(n, 1);
  if (p == NULL || !node_require(n, (int32_t)order.count == in.rank && out.rank == in.rank, "the permutation does not fit the shape")) return;
  traversal walk = whole(&out);
  int32_t strides[MAX_RANK], seen = 0;
  dense_strides(&in, strides);
  for (int32_t i = 0; i < out.rank; i++) {
    const int32_t from = order.value[i] < 0 ? order.value[i] + in.rank : order.value[i];
    const bool is_new = from >= 0 && from < in.rank && !(seen >> from & 1);
    if (!node_require(n, is_new && in.dim[from] == out.dim[i], "the permutation does not fit the shape")) return;
    seen |= 1 << from;
    walk.a[i] = strides[from];
  }
  add_move(n, p, (move){.from = input, .to = output, .walk = walk});
}

/* Reads from `begin` on, every `step`th element of each dimension, as many as the counts say. */
static void add_slice(node *n, plan *p, const shape *in, const int32_t *begin, const int32_t *step, const int32_t *count) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  shape taken = {in->rank, {0}};
  uint32_t elements = 1;
  for (int32_t i = 0; i < in->rank; i++) {
    const int32_t last = begin[i] + (count[i] - 1) * step[i];
    const bool fits = count[i] > 0 && count[i] <= in->dim[i] && begin[i] >= 0 && begin[i] < in->dim[i] && last >= 0 && last < in->dim[i];
    if (!node_require(n, fits, "the slice leaves the input, or is empty")) return;
    taken.dim[i] = count[i];
    elements *= (uint32_t)count[i];
  }
  if (!node_require(n, elements == tensor_elements(n, output), "the output's shape does not follow from the slice")) return;
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
  plan *p = keep_plan(n, 1);
  if (p == NULL || !node_require(n, (int32_t)begin.count == in.rank && (int32_t)size.count == in.rank, "begin and size do not fit the shape")) return;
  for (int32_t i = 0; i < in.rank; i++) {
    if (size.value[i] == -1) size.value[i] = in.dim[i] - clamp(begin.value[i], 0, in.dim[i]);
  }
  add_slice(n, p, &in, begin.value, ones, size.value);
}

enum { BEGIN_MASK, END_MASK, ELLIPSIS_MASK, NEW_AXIS_MASK, SHRINK_MASK };

/* One axis of STRIDED_SLICE, as NumPy slices (strided_slice_logic.h): where it begins and how many elements it takes. */
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
  constants begin = constant_ints(n, 1, MAX_RANK), end = constant_ints(n, 2, MAX_RANK), step = constant_ints(n, 3, MAX_RANK);
  const int32_t from_start = fb_int32_field(n->model, n->options, BEGIN_MASK, 0), to_end = fb_int32_field(n->model, n->options, END_MASK, 0);
  const int32_t single = fb_int32_field(n->model, n->options, SHRINK_MASK, 0);
  const bool is_plain = fb_int32_field(n->model, n->options, ELLIPSIS_MASK, 0) == 0 && fb_int32_field(n->model, n->options, NEW_AXIS_MASK, 0) == 0;
  node_support(n, is_plain, "with an ellipsis or a new axis");
  plan *p = keep_plan(n, 1);
  const bool fits = (int32_t)begin.count == in.rank && (int32_t)end.count == in.rank && (int32_t)step.count == in.rank;
  if (p == NULL || !node_require(n, fits, "begin, end and strides do not fit the shape")) return;
  int32_t count[MAX_RANK];
  for (int32_t i = 0; i < in.rank; i++) {
    if (!node_require(n, step.value[i] != 0 && step.value[i] > -(1 << 20) && step.value[i] < 1 << 20, "a stride is out of range")) return;
    slice_axis s = {begin.value[i], end.value[i], step.value[i], in.dim[i], from_start >> i & 1, to_end >> i & 1, single >> i & 1};
    count[i] = take_axis(&s);
    begin.value[i] = s.begin;
  }
  add_slice(n, p, &in, begin.value, step.value, count);
}

/* The part of `big` along `axis` that a tensor of shape `small` fills, from element `at` of that axis on. */
static bool fits_along(const shape *small, const shape *big, int32_t axis, int32_t at) {
  if (small->rank != big->rank || axis < 0 || axis >= big->rank || small->dim[axis] > big->dim[axis] - at) return false;
  for (int32_t i = 0; i < big->rank; i++) {
    if (i != axis && small->dim[i] != big->dim[i]) return false;
  }
  return true;
}

static int32_t wrap_axis(int32_t axis, int32_t rank) { return axis < 0 ? axis + rank : axis; }

/* Copies between a whole tensor and its part of a larger one, which lies `at` elements into the axis. */
static void add_part(node *n, plan *p, const tensor *small, const tensor *big, int32_t axis, int32_t at, bool into_big) {
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
  plan *p = keep_plan(n, n->inputs.count);
  int32_t at = 0;
  for (uint32_t i = 0; p && i < n->inputs.count && !node_refused(n); i++) {
    add_part(n, p, node_input(n, i), output, axis, at, true);
    at += tensor_shape(n, node_input(n, i)).dim[clamp(axis, 0, MAX_RANK - 1)];
  }
  if (p) node_require(n, axis >= 0 && axis < out.rank && at == out.dim[axis], "the inputs do not fill the output");
}

static void prepare_split(node *n) {
  const tensor *input = node_input(n, 1);
  const shape in = tensor_shape(n, input);
  const constants axes = constant_ints(n, 0, 1);
  const int32_t axis = wrap_axis(axes.value[0], in.rank);
  plan *p = keep_plan(n, n->outputs.count);
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
  const int32_t axis = wrap_axis(fb_int32_field(n->model, n->options, AXIS, 0), out.rank), values = (int32_t)n->inputs.count;
  plan *p = keep_plan(n, n->inputs.count);
  if (p == NULL || !node_require(n, axis >= 0 && axis < out.rank && out.dim[axis] == values, "the axis does not hold the values")) return;
  int32_t inner = 1;
  for (int32_t i = axis + 1; i < out.rank; i++) inner *= out.dim[i];
  const int32_t outer = (int32_t)tensor_elements(n, output) / (inner * values);
  for (int32_t i = 0; i < values && !node_refused(n); i++) {
    const tensor *value = node_input(n, (uint32_t)i);
    if (!node_require(n, value->bytes * (uint32_t)values == output->bytes, "the values do not have one shape")) return;
    add_move(n, p, (move){.from = value, .to = output, .to_at = i * inner, .walk = {2, {outer, inner}, {inner, 1}, {inner * values, 1}}});
  }
}

/* What padding consists of: the given value, or the code of zero. */
static uint8_t fill_of(node *n, const tensor *output, const tensor *value) {
  if (value == NULL) return tensor_type(n, output) == INT8 ? (uint8_t)tensor_quantization(n, output).zero_point : 0;
  const bool is_byte = tensor_type(n, value) == INT8 && value->bytes == 1 && node_is_constant(n, value);
  return node_support(n, is_byte, "with this value") ? *(const uint8_t *)value->data : 0;
}

static void prepare_pad(node *n) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  const shape in = tensor_shape(n, input), out = tensor_shape(n, output);
  const constants paddings = constant_ints(n, 1, 2 * MAX_RANK);
  plan *p = keep_plan(n, 1);
  if (p == NULL || !node_require(n, (int32_t)paddings.count == 2 * in.rank && out.rank == in.rank, "the paddings do not fit the shape")) return;
  p->filled = output;
  p->fill = fill_of(n, output, node_optional_input(n, 2));
  move m = {.from = input, .to = output, .walk = whole(&in)};
  dense_strides(&out, m.walk.b);
  for (int32_t i = 0; i < in.rank; i++) {
    const int32_t before = paddings.value[2 * i], after = paddings.value[2 * i + 1];
    const bool fits = before >= 0 && after >= 0 && before <= out.dim[i] && in.dim[i] + before + after == out.dim[i];
    if (!node_require(n, fits, "the output's shape does not follow from the paddings")) return;
    m.to_at += before * m.walk.b[i];
  }
  add_move(n, p, m);
}

/*
 * Both batch operators see a tensor [batch, height, width, rest], batches first by place in the block. `space` is the one
 * with the larger image; what `margins` cut off it (or add to it) is not in the other.
 */
typedef struct {
  const tensor *space, *batch;
  shape space_shape, batch_shape;
  int32_t block[2], before[2];
} blocks;

/* NHWC with the block's two dimensions; of rank 3 the second is 1. */
static shape as_image(const shape *s) {
  shape image = {4, {1, 1, 1, 1}};
  if (s->rank == 4) return *s;
  image.dim[0] = s->dim[0];
  image.dim[1] = s->dim[1];
  image.dim[3] = s->dim[2];
  return image;
}

/* First place of the smaller image that lies in the larger one, and how many do. */
static int32_t overlap(int32_t space, int32_t small, int32_t block, int32_t offset, int32_t *first) {
  *first = offset >= 0 ? 0 : (-offset + block - 1) / block;
  const int32_t behind = space - offset <= 0 ? 0 : (space - offset + block - 1) / block;
  return (behind < small ? behind : small) - *first;
}

static void add_place(node *n, plan *p, const blocks *b, int32_t y, int32_t x, bool to_space) {
  const int32_t *space = b->space_shape.dim, *batch = b->batch_shape.dim;
  int32_t space_strides[MAX_RANK], batch_strides[MAX_RANK], row, column;
  dense_strides(&b->space_shape, space_strides);
  dense_strides(&b->batch_shape, batch_strides);
  const int32_t top = y - b->before[0], left = x - b->before[1];
  const int32_t rows = overlap(space[1], batch[1], b->block[0], top, &row), columns = overlap(space[2], batch[2], b->block[1], left, &column);
  const int32_t space_at = (top + row * b->block[0]) * space_strides[1] + (left + column * b->block[1]) * space_strides[2];
  const int32_t batch_at = (y * b->block[1] + x) * space[0] * batch_strides[0] + row * batch_strides[1] + column * batch_strides[2];
  const traversal to = {4, {space[0], rows, columns, space[3]},
                        {batch_strides[0], batch_strides[1], batch_strides[2], 1},
                        {space_strides[0], space_strides[1] * b->block[0], space_strides[2] * b->block[1], 1}};
  if (to_space) {
    add_move(n, p, (move){.from = b->batch, .to = b->space, .from_at = batch_at, .to_at = space_at, .walk = to});
    return;
  }
  move m = {.from = b->space, .to = b->batch, .from_at = space_at, .to_at = batch_at, .walk = to};
  memcpy(m.walk.a, to.b, sizeof to.b);
  memcpy(m.walk.b, to.a, sizeof to.a);
  add_move(n, p, m);
}

static bool read_blocks(node *n, blocks *b) {
  const constants block = constant_ints(n, 1, 2), margins = constant_ints(n, 2, 4);
  const shape space = tensor_shape(n, b->space), batch = tensor_shape(n, b->batch);
  const int32_t rank = (int32_t)block.count + 2;
  const bool fits = (rank == 3 || rank == 4) && space.rank == rank && batch.rank == rank && margins.count == 2 * block.count && b->space->bytes && b->batch->bytes;
  if (!node_support(n, fits, "of this rank or block")) return false;
  b->space_shape = as_image(&space);
  b->batch_shape = as_image(&batch);
  for (int i = 0; i < 2; i++) {
    b->block[i] = i < (int)block.count ? block.value[i] : 1;
    b->before[i] = i < (int)block.count ? margins.value[2 * i] : 0;
    const int32_t after = i < (int)block.count ? margins.value[2 * i + 1] : 0, limit = 1 << 12;
    const bool is_sane = b->block[i] > 0 && b->block[i] < limit && b->before[i] >= 0 && b->before[i] < limit && after >= 0 && after < limit;
    if (!node_require(n, is_sane && b->space_shape.dim[1 + i] + b->before[i] + after == b->batch_shape.dim[1 + i] * b->block[i],
                      "the output's shape does not follow from block and margins")) return false;
  }
  return node_require(n, b->batch_shape.dim[0] == b->space_shape.dim[0] * b->block[0] * b->block[1] && b->batch_shape.dim[3] == b->space_shape.dim[3],
                      "the output's shape does not follow from block and margins");
}

static plan *add_places(node *n, blocks *b, bool to_space) {
  if (node_refused(n) || !read_blocks(n, b)) return NULL;
  plan *p = keep_plan(n, (uint32_t)(b->block[0] * b->block[1]));
  for (int32_t y = 0; p && y < b->block[0]; y++) {
    for (int32_t x = 0; x < b->block[1]; x++) add_place(n, p, b, y, x, to_space);
  }
  return p;
}

static void prepare_space_to_batch(node *n) {
  blocks b = {.space = node_input(n, 0), .batch = node_output(n, 0)};
  plan *p = add_places(n, &b, false);
  if (p == NULL) return;
  p->filled = b.batch;
  p->fill = fill_of(n, b.batch, NULL);
}

/* Its crops cut the larger image as paddings enlarge it, so both read the same sum of sizes. */
static void prepare_batch_to_space(node *n) {
  blocks b = {.space = node_output(n, 0), .batch = node_input(n, 0)};
  add_places(n, &b, true);
}

const kernel transpose = {39, "TRANSPOSE", prepare_transpose, invoke};
const kernel slice = {65, "SLICE", prepare_slice, invoke};
const kernel strided_slice = {45, "STRIDED_SLICE", prepare_strided_slice, invoke};
const kernel split = {49, "SPLIT", prepare_split, invoke};
const kernel concatenation = {2, "CONCATENATION", prepare_concatenation, invoke};
const kernel pack = {83, "PACK", prepare_pack, invoke};
const kernel pad = {34, "PAD", prepare_pad, invoke};
const kernel padv2 = {60, "PADV2", prepare_pad, invoke};
const kernel space_to_batch_nd = {38, "SPACE_TO_BATCH_ND", prepare_space_to_batch, invoke};
const kernel batch_to_space_nd = {37, "BATCH_TO_SPACE_ND", prepare_batch_to_space, invoke};
