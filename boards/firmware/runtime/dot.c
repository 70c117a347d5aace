#include "dot.h"

#ifndef __ARM_ARCH_6M__

void dot_rows4(const int8_t *x, const int8_t *rows, uint32_t length, int32_t sums[4]) {
  for (int r = 0; r < 4; r++) sums[r] = dot_row(x, rows + (uint32_t)r * length, length);
}

void dot_wide_rows4(const int16_t *x, const int8_t *rows, uint32_t length, int32_t sums[4]) {
  for (int r = 0; r < 4; r++) sums[r] = dot_wide_row(x, rows + (uint32_t)r * length, length);
}

int32_t dot_strided(const int8_t *x, const int8_t *w, uint32_t taps, uint32_t stride) {
  int32_t sum = 0;
  for (; taps; taps--, x += stride, w += stride) sum += *x * *w;
  return sum;
}

#endif

HOT int32_t dot_row(const int8_t *x, const int8_t *row, uint32_t length) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < length; i++) sum += x[i] * row[i];
  return sum;
}

HOT int32_t dot_wide_row(const int16_t *x, const int8_t *row, uint32_t length) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < length; i++) sum += x[i] * row[i];
  return sum;
}
