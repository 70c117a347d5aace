/*
 * Walks two arrays side by side over a common index space, each with its own stride for every dimension: the one loop
 * behind broadcasting (stride 0), transposing, slicing, padding, joining and reducing.
 */
#ifndef TICKMARK_TRAVERSAL_H
#define TICKMARK_TRAVERSAL_H

#include "kernel.h"

typedef struct {
  int32_t rank; /* at least 1 once simplified */
  int32_t count[MAX_RANK];
  int32_t a[MAX_RANK]; /* strides, in elements */
  int32_t b[MAX_RANK];
} traversal;

/* Strides of an array of this shape that lies without gaps. */
void dense_strides(const shape *s, int32_t strides[MAX_RANK]);

/* Strides for reading `s` as if it had shape `out` (NumPy's broadcasting); false where it cannot. */
bool broadcast_strides(const shape *s, const shape *out, int32_t strides[MAX_RANK]);

/* Merges dimensions that both arrays walk without a jump, so that the innermost runs are as long as they can be. */
void simplify(traversal *t);

/* Calls `run` for each innermost run, with its first elements; count[rank - 1] elements follow at a[rank - 1], b[rank -
 * 1]. */
void traverse(const traversal *t, void (*run)(const void *context, int32_t a, int32_t b), const void *context);

#endif
