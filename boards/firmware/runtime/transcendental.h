/* exp, logistic, tanh and 1 / (1 + x) in fixed point, bit for bit as gemmlowp's fixedpoint.h computes them. Qm.n has m
 * integer bits. */
#ifndef TICKMARK_TRANSCENDENTAL_H
#define TICKMARK_TRANSCENDENTAL_H

#include <stdint.h>

/* e^x for x <= 0. `integer_bits` of x is 4 or 5; the result is Q0.31. */
int32_t exp_of_negative(int32_t x, int32_t integer_bits);

/* 1 / (1 + x) and (1 - x) / (1 + x) for x in [0, 1], Q0.31 to Q0.31. */
int32_t one_over_one_plus(int32_t x);
int32_t one_minus_over_one_plus(int32_t x);

/* Q4.27 to Q0.31. */
int32_t logistic_q4(int32_t x);
int32_t tanh_q4(int32_t x);

#endif
