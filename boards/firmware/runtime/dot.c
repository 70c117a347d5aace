#include "dot.h"

static HOT int32_t dot(const int8_t *x, const int8_t *row, uint32_t length) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < length; i++) sum += x[i] * row[i];
  return sum;
}

static HOT int32_t dot_wide(const int16_t *x, const int8_t *row, uint32_t length) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < length; i++) sum += x[i] * row[i];
  return sum;
}

static void add_to(int32_t *sum, int32_t products) {
  *sum = (int32_t)((uint32_t)*sum + (uint32_t)products);
} /* wraps, as on every target */

#ifdef __ARM_ARCH_6M__

/* Four rows at a time: one load of x serves four weights. Adds to sums[0 ... 3]. */
void dot_rows4(const int8_t *x, const int8_t *rows, uint32_t length, int32_t *sums);
void dot_wide_rows4(const int16_t *x, const int8_t *rows, uint32_t length, int32_t *sums);

#else

/* For inputs of either width: one load of x serves four weights. */
#define SUM_ROWS4(x, rows, length, sums)                        \
  int32_t a = 0, b = 0, c = 0, d = 0;                           \
  for (const int8_t *end = rows + length; rows < end; rows++) { \
    const int32_t tap = *x++;                                   \
    a += tap * rows[0], b += tap * rows[length];                \
    c += tap * rows[2 * length], d += tap * rows[3 * length];   \
  }                                                             \
  add_to(&sums[0], a), add_to(&sums[1], b), add_to(&sums[2], c), add_to(&sums[3], d)

static HOT void dot_rows4(const int8_t *x, const int8_t *rows, uint32_t length, int32_t *sums) {
  SUM_ROWS4(x, rows, length, sums);
}

static HOT void dot_wide_rows4(const int16_t *x, const int8_t *rows, uint32_t length, int32_t *sums) {
  SUM_ROWS4(x, rows, length, sums);
}

HOT void dot_columns(const int8_t *x, const int8_t *w, uint32_t taps, uint32_t count, int32_t *sums) {
  for (uint32_t c = 0; c < count; c++) {
    const int8_t *tap = x + c, *weight = w + c;
    int32_t sum = 0;
    for (uint32_t i = taps; i; i--, tap += count, weight += count) add_to(&sum, *tap * *weight);
    add_to(&sums[c], sum);
  }
}

#endif

HOT void dot_rows(const int8_t *x, const int8_t *rows, uint32_t length, uint32_t count, int32_t *sums) {
  for (; count >= 4; count -= 4, rows += 4 * length, sums += 4) dot_rows4(x, rows, length, sums);
  for (; count; count--, rows += length) add_to(sums++, dot(x, rows, length));
}

HOT void dot_wide_rows(const int16_t *x, const int8_t *rows, uint32_t length, uint32_t count, int32_t *sums) {
  for (; count >= 4; count -= 4, rows += 4 * length, sums += 4) dot_wide_rows4(x, rows, length, sums);
  for (; count; count--, rows += length) add_to(sums++, dot_wide(x, rows, length));
}
