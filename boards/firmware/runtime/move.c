#include "move.h"

#include <string.h>

move_plan *keep_moves(node *n, uint32_t moves) {
  move_plan *p = node_keep(n, sizeof *p);
  if (p == NULL) return NULL;
  p->moves = node_keep(n, moves * sizeof *p->moves);
  return p->moves ? p : NULL;
}

void add_move(node *n, move_plan *p, move m) {
  for (int32_t i = 0; i < m.walk.rank; i++) {
    if (m.walk.count[i] <= 0) return;
  }
  m.element_bytes = tensor_element_bytes(n, m.from);
  const bool is_sound = tensor_type(n, m.from) == tensor_type(n, m.to) && m.from->bytes && m.to->bytes;
  if (!node_require(n, is_sound, "the output is not of the input's type")) return;
  if (!node_support(n, m.element_bytes == 1 || m.element_bytes == 2 || m.element_bytes == 4,
                    "for elements of this size"))
    return;
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
    if (bytes == 1)
      *to = *from;
    else
      memcpy(to, from, (uint32_t)bytes);
  }
}

void run_moves(const void *plan) {
  const move_plan *p = plan;
  if (p->filled) memset(p->filled->data, p->fill, p->filled->bytes);
  for (uint32_t i = 0; i < p->count; i++) traverse(&p->moves[i].walk, run, &p->moves[i]);
}

traversal whole(const shape *s) {
  traversal walk = {s->rank, {0}, {0}, {0}};
  for (int32_t i = 0; i < s->rank; i++) walk.count[i] = s->dim[i];
  dense_strides(s, walk.a);
  dense_strides(s, walk.b);
  return walk;
}

uint8_t fill_of(node *n, const tensor *output, const tensor *value) {
  if (value == NULL) return tensor_type(n, output) == INT8 ? (uint8_t)tensor_quantization(n, output).zero_point : 0;
  const bool is_byte = tensor_type(n, value) == INT8 && value->bytes == 1 && node_is_constant(n, value);
  const bool fits = is_byte && tensor_type(n, output) == INT8 && same_quantization(n, value, output);
  return node_support(n, fits, "with this value") ? *(const uint8_t *)value->data : 0;
}
