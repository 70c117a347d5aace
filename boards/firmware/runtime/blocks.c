/* SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: each place in the block is one strided copy. */
#include <string.h>

#include "constants.h"
#include "move.h"

/*
 * Both batch operators see a tensor [batch, height, width, rest], batches first by place in the block. `space` is the
 * one with the larger image; what the margins add to it, or crop from it, is not in that image.
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

static void add_place(node *n, move_plan *p, const blocks *b, int32_t y, int32_t x, bool to_space) {
  const int32_t *space = b->space_shape.dim, *batch = b->batch_shape.dim;
  int32_t space_strides[MAX_RANK], batch_strides[MAX_RANK], row, column;
  dense_strides(&b->space_shape, space_strides);
  dense_strides(&b->batch_shape, batch_strides);
  const int32_t top = y - b->before[0], left = x - b->before[1];
  const int32_t rows = overlap(space[1], batch[1], b->block[0], top, &row),
                columns = overlap(space[2], batch[2], b->block[1], left, &column);
  const int32_t space_at =
      (top + row * b->block[0]) * space_strides[1] + (left + column * b->block[1]) * space_strides[2];
  const int32_t batch_at =
      (y * b->block[1] + x) * space[0] * batch_strides[0] + row * batch_strides[1] + column * batch_strides[2];
  const traversal to = {4,
                        {space[0], rows, columns, space[3]},
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
  const bool fits = (rank == 3 || rank == 4) && space.rank == rank && batch.rank == rank &&
                    margins.count == 2 * block.count && b->space->bytes && b->batch->bytes;
  if (!node_support(n, fits, "of this rank or block")) return false;
  b->space_shape = as_image(&space);
  b->batch_shape = as_image(&batch);
  for (int i = 0; i < 2; i++) {
    b->block[i] = i < (int)block.count ? block.value[i] : 1;
    b->before[i] = i < (int)block.count ? margins.value[2 * i] : 0;
    const int32_t after = i < (int)block.count ? margins.value[2 * i + 1] : 0, limit = 1 << 12;
    const bool is_sane = b->block[i] > 0 && b->block[i] < limit && b->before[i] >= 0 && b->before[i] < limit &&
                         after >= 0 && after < limit;
    if (!node_require(
            n, is_sane && b->space_shape.dim[1 + i] + b->before[i] + after == b->batch_shape.dim[1 + i] * b->block[i],
            "the output's shape does not follow from block and margins"))
      return false;
  }
  return node_require(n,
                      b->batch_shape.dim[0] == b->space_shape.dim[0] * b->block[0] * b->block[1] &&
                          b->batch_shape.dim[3] == b->space_shape.dim[3],
                      "the output's shape does not follow from block and margins");
}

static move_plan *add_places(node *n, blocks *b, bool to_space) {
  if (node_refused(n) || !read_blocks(n, b)) return NULL;
  move_plan *p = keep_moves(n, (uint32_t)(b->block[0] * b->block[1]));
  for (int32_t y = 0; p && y < b->block[0]; y++) {
    for (int32_t x = 0; x < b->block[1]; x++) add_place(n, p, b, y, x, to_space);
  }
  return p;
}

static void prepare_space_to_batch(node *n) {
  blocks b = {.space = node_input(n, 0), .batch = node_output(n, 0)};
  add_places(n, &b, false);
  /* SpaceToBatchParams.output_offset is never set there: TFLM pads with whatever the arena held. */
  node_support(n, b.space->bytes == b.batch->bytes, "with paddings, which TFLM leaves undefined");
}

/* Its crops cut the larger image as paddings enlarge it, so both read the same sum of sizes. */
static void prepare_batch_to_space(node *n) {
  blocks b = {.space = node_output(n, 0), .batch = node_input(n, 0)};
  add_places(n, &b, true);
}

const kernel space_to_batch_nd = {38, "SPACE_TO_BATCH_ND", prepare_space_to_batch, run_moves};
const kernel batch_to_space_nd = {37, "BATCH_TO_SPACE_ND", prepare_batch_to_space, run_moves};
