/*
 * Operators that only put elements elsewhere are lists of strided copies, made at prepare time: slicing.c, joining.c,
 * padding.c, blocks.c. None rescales, as in TFLM.
 */
#ifndef TICKMARK_MOVE_H
#define TICKMARK_MOVE_H

#include "traversal.h"

typedef struct {
  const tensor *from, *to;
  int32_t from_at, to_at; /* first element */
  uint32_t element_bytes; /* set by add_move */
  traversal walk;         /* a: from, b: to */
} move;

typedef struct {
  const tensor *filled; /* gets `fill` in every byte before the moves; NULL: the moves cover all */
  uint8_t fill;
  uint32_t count;
  move *moves;
} move_plan;

/* A plan with room for so many moves; NULL once something was refused. */
move_plan *keep_moves(node *n, uint32_t moves);

/* Adds a copy. Leaves out one that copies nothing, and refuses one between types. */
void add_move(node *n, move_plan *p, move m);

/* Every element of an array of shape `s`, read and written without gaps. */
traversal whole(const shape *s);

/* An axis that may count from behind. */
static inline int32_t wrap_axis(int32_t axis, int32_t rank) { return axis < 0 ? axis + rank : axis; }

/* invoke of all these kernels. */
void run_moves(const void *plan);

/* What padding consists of: the given value, or the code of zero. `value` may be NULL. */
uint8_t fill_of(node *n, const tensor *output, const tensor *value);

#endif
