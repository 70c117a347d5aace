/*
 * The fixed-point arithmetic that decides bit-exactness: gemmlowp's, with its double rounding, as TFLM uses it
 * (MultiplyByQuantizedMultiplier with TFLITE_SINGLE_ROUNDING off).
 */
#ifndef TICKMARK_FIXED_POINT_H
#define TICKMARK_FIXED_POINT_H

#include <stdint.h>

/* A positive real factor: multiplier / 2^31 * 2^shift. */
typedef struct {
  int32_t multiplier;
  int32_t shift;
} factor;

/* Cortex-M0+ has no 32 x 32 -> 64 multiply; elsewhere TICKMARK_SHORT_MULTIPLY tests the same path. */
#if defined(__ARM_ARCH_6M__) && !defined(TICKMARK_SHORT_MULTIPLY)
#define TICKMARK_SHORT_MULTIPLY
#endif

/*
 * SaturatingRoundingDoublingHighMul: floor((a * b + 2^30) / 2^31). Its one saturating case, both INT32_MIN, never
 * arises here.
 *
 * By halves, each in [-2^15, 2^15]: a * b = 2^32 ah bh + 2^16 (ah bl + al bh) + al bl. What the low 16 bits hold cannot
 * reach the floor, and the middle sum stays below 2^31 because a high half of -2^15 never meets a negative low half.
 */
static inline int32_t high_multiply(int32_t a, int32_t b) {
#ifdef TICKMARK_SHORT_MULTIPLY
  const int32_t al = (int16_t)a, ah = (a >> 16) + (a >> 15 & 1);
  const int32_t bl = (int16_t)b, bh = (b >> 16) + (b >> 15 & 1);
  const int32_t middle = ah * bl + al * bh + (al * bl >> 16) + (1 << 14);
  return (int32_t)(2 * (uint32_t)(ah * bh) + (uint32_t)(middle >> 15));
#else
  return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
#endif
}

/* RoundingDivideByPOT: x / 2^shift, ties away from zero. The last bit shifted out decides, once negatives are lowered
 * by one. */
static inline int32_t rounding_shift(int32_t x, int32_t shift) {
  if (shift == 0) return x;
  x += x >> 31;
  return (x >> shift) + (x >> (shift - 1) & 1);
}

/* MultiplyByQuantizedMultiplier. A left shift drops what leaves 32 bits, as on every target of TFLM. */
static inline int32_t scale_by(int32_t x, int32_t multiplier, int32_t shift) {
  if (shift > 0) return high_multiply((int32_t)((uint32_t)x << shift), multiplier);
  return rounding_shift(high_multiply(x, multiplier), -shift);
}

static inline int32_t apply_factor(int32_t x, factor f) { return scale_by(x, f.multiplier, f.shift); }

static inline int32_t clamp(int32_t x, int32_t low, int32_t high) { return x < low ? low : x > high ? high : x; }

#endif
