#include "transcendental.h"

#include "fixed_point.h"

enum { ONE_Q0 = INT32_MAX, ONE_Q2 = 1 << 29 };

/* Saturating x * 2^bits. */
static int32_t shift_up(int32_t x, int32_t bits) {
  const int32_t limit = INT32_MAX >> bits;
  if (x > limit) return INT32_MAX;
  if (x < -limit - 1) return INT32_MIN;
  return (int32_t)((uint32_t)x << bits);
}

/* e^x for x in [-1/4, 0): Taylor's series around -1/8. Q0.31. */
static int32_t exp_of_quarter(int32_t x) {
  const int32_t exp_of_minus_eighth = 1895147668, third = 715827883;
  const int32_t y = x + (1 << 28);
  const int32_t y2 = high_multiply(y, y);
  const int32_t y3 = high_multiply(y2, y);
  const int32_t y4_over_4 = rounding_shift(high_multiply(y2, y2), 2);
  const int32_t tail = rounding_shift(high_multiply(y4_over_4 + y3, third) + y2, 1);
  return exp_of_minus_eighth + high_multiply(exp_of_minus_eighth, y + tail);
}

int32_t exp_of_negative(int32_t x, int32_t integer_bits) {
  /* e^-2^k for k = -2 ... 4, Q0.31 */
  static const int32_t powers[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  if (x == 0) return ONE_Q0;
  const int32_t fraction_bits = 31 - integer_bits, quarter = 1 << (fraction_bits - 2);
  const int32_t in_quarter = (x & (quarter - 1)) - quarter;
  int32_t result = exp_of_quarter((int32_t)((uint32_t)in_quarter << integer_bits));
  const int32_t rest = in_quarter - x;
  for (int32_t k = -2; k < integer_bits; k++) {
    if (rest >> (fraction_bits + k) & 1) result = high_multiply(result, powers[k + 2]);
  }
  return result;
}

/* x / 2 + 1 / 2 in Q0.31, ties away from zero. */
static int32_t half_of_one_plus(int32_t x) { return (int32_t)(((uint32_t)x + (uint32_t)ONE_Q0 + 1) >> 1); }

/* 2 / (1 + x), Q2.29, by three steps of Newton and Raphson from 48/17 - 32/17 d. */
static int32_t two_over_one_plus(int32_t x) {
  const int32_t halved = half_of_one_plus(x);
  int32_t guess = 1515870810 + high_multiply(halved, -1010580540);
  for (int step = 0; step < 3; step++) {
    const int32_t error = ONE_Q2 - high_multiply(halved, guess);
    guess += shift_up(high_multiply(guess, error), 2);
  }
  return guess;
}

int32_t one_over_one_plus(int32_t x) { return shift_up(two_over_one_plus(x), 1); }
int32_t one_minus_over_one_plus(int32_t x) { return shift_up(two_over_one_plus(x) - ONE_Q2, 2); }

int32_t logistic_q4(int32_t x) {
  if (x == 0) return 1 << 30;
  const int32_t positive = one_over_one_plus(exp_of_negative(x < 0 ? x : -x, 4));
  return x > 0 ? positive : ONE_Q0 - positive;
}

int32_t tanh_q4(int32_t x) {
  if (x == 0) return 0;
  const int32_t positive =
      one_minus_over_one_plus(exp_of_negative(x < 0 ? x : -x, 5)); /* read with one more integer bit: twice x */
  return x > 0 ? positive : -positive;
}
