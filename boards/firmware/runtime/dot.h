/* Sums of products, where inference spends its time. Cortex-M0+ has them in assembly (dot_armv6m.S), all others in C (dot.c). */
#ifndef TICKMARK_DOT_H
#define TICKMARK_DOT_H

#include "kernel.h"

/* sums[r] = sum over i < length of x[i] * rows[r * length + i], for four rows. One load of x serves four weights. length >= 1. */
void dot_rows4(const int8_t *x, const int8_t *rows, uint32_t length, int32_t sums[4]);
int32_t dot_row(const int8_t *x, const int8_t *row, uint32_t length);

/* The same for x with its zero point taken off. */
void dot_wide_rows4(const int16_t *x, const int8_t *rows, uint32_t length, int32_t sums[4]);
int32_t dot_wide_row(const int16_t *x, const int8_t *row, uint32_t length);

/* sum over i < taps of x[i * stride] * w[i * stride]: one channel of a depthwise window. taps >= 1. */
int32_t dot_strided(const int8_t *x, const int8_t *w, uint32_t taps, uint32_t stride);

#endif
