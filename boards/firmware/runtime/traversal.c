#include "traversal.h"

void dense_strides(const shape *s, int32_t strides[MAX_RANK]) {
  int32_t stride = 1;
  for (int32_t i = s->rank - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= s->dim[i];
  }
}

bool broadcast_strides(const shape *s, const shape *out, int32_t strides[MAX_RANK]) {
  int32_t dense[MAX_RANK];
  dense_strides(s, dense);
  const int32_t missing = out->rank - s->rank;
  if (missing < 0) return false;
  for (int32_t i = 0; i < out->rank; i++) {
    const int32_t dim = i < missing ? 1 : s->dim[i - missing];
    if (dim != 1 && dim != out->dim[i]) return false;
    strides[i] = dim == 1 ? 0 : dense[i - missing];
  }
  return true;
}

static void remove_dimension(traversal *t, int32_t i) {
  t->rank--;
  for (; i < t->rank; i++) {
    t->count[i] = t->count[i + 1];
    t->a[i] = t->a[i + 1];
    t->b[i] = t->b[i + 1];
  }
}

void simplify(traversal *t) {
  for (int32_t i = t->rank - 1; i >= 0; i--) {
    if (t->count[i] == 1) remove_dimension(t, i);
  }
  for (int32_t i = t->rank - 2; i >= 0; i--) {
    const int32_t inner = t->count[i + 1];
    if (t->a[i] != t->a[i + 1] * inner || t->b[i] != t->b[i + 1] * inner) continue;
    t->count[i + 1] *= t->count[i];
    remove_dimension(t, i);
  }
  if (t->rank == 0) *t = (traversal){1, {1}, {1}, {1}};
}

HOT void traverse(const traversal *t, void (*run)(const void *context, int32_t a, int32_t b), const void *context) {
  int32_t index[MAX_RANK] = {0}, a = 0, b = 0;
  for (int32_t i = 0; i < t->rank; i++) {
    if (t->count[i] <= 0) return;
  }
  for (;;) {
    run(context, a, b);
    int32_t i = t->rank - 2; /* the next run: an odometer over the outer dimensions */
    for (; i >= 0; i--) {
      a += t->a[i];
      b += t->b[i];
      if (++index[i] < t->count[i]) break;
      a -= t->a[i] * t->count[i];
      b -= t->b[i] * t->count[i];
      index[i] = 0;
    }
    if (i < 0) return;
  }
}
