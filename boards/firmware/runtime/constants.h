/* Small constant inputs that say what to do: axes, shapes, paddings. */
#ifndef TICKMARK_CONSTANTS_H
#define TICKMARK_CONSTANTS_H

#include "kernel.h"

enum { MOST_CONSTANTS = 2 * MAX_RANK };

typedef struct {
  uint32_t count;
  int32_t value[MOST_CONSTANTS];
} constants;

/* The values of the node's input `i`. Refuses what is no int32 constant or has more than `most` values. */
constants constant_ints(node *n, uint32_t i, uint32_t most);

#endif
