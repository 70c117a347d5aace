/* Sums of products, where inference spends its time. Cortex-M0+ has them in assembly (dot_armv6m.S), all others in C
 * (dot.c). */
#ifndef TICKMARK_DOT_H
#define TICKMARK_DOT_H

#include "kernel.h"

/* sums[r] += sum over i < length of x[i] * rows[r * length + i], for r < count. length >= 1. */
void dot_rows(const int8_t *x, const int8_t *rows, uint32_t length, uint32_t count, int32_t *sums);

/* The same for inputs whose zero point is taken off. */
void dot_wide_rows(const int16_t *x, const int8_t *rows, uint32_t length, uint32_t count, int32_t *sums);

/* sums[c] += sum over i < taps of x[i * count + c] * w[i * count + c], for c < count: a depthwise window. taps and
 * count >= 1. */
void dot_columns(const int8_t *x, const int8_t *w, uint32_t taps, uint32_t count, int32_t *sums);

#endif
