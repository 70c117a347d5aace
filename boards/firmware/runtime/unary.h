#ifndef TICKMARK_UNARY_H
#define TICKMARK_UNARY_H

#include "kernel.h"

/* QUANTIZE from one integer type to another: a function of a code like the others, so its table is theirs. */
void prepare_requantize(node *n);

#endif
