/* PAD and PADV2: the output filled, then the input within. */
#include "constants.h"
#include "move.h"

static void prepare_pad(node *n) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  const shape in = tensor_shape(n, input), out = tensor_shape(n, output);
  node_support(n, in.rank <= 5, "of more than 5 dimensions");
  const constants paddings = constant_ints(n, 1, 2 * MAX_RANK);
  move_plan *p = keep_moves(n, 1);
  if (p == NULL || !node_require(n, (int32_t)paddings.count == 2 * in.rank && out.rank == in.rank,
                                 "the paddings do not fit the shape"))
    return;
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

const kernel pad = {34, "PAD", prepare_pad, run_moves};
const kernel padv2 = {60, "PADV2", prepare_pad, run_moves};
