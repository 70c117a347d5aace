/* From a model's real scales to integer factors, at prepare time. No math library: what TFLM takes from it is here. */
#ifndef TICKMARK_SCALE_H
#define TICKMARK_SCALE_H

#include "fixed_point.h"
#include "kernel.h"

/* Range of codes that a fused activation leaves. */
typedef struct {
  int32_t low;
  int32_t high;
} code_range;

/* QuantizeMultiplier. Refuses a factor that is no positive number or needs more than 31 bits to the left. */
factor factor_of(node *n, double real);

/* CalculateInputRadius: how far from zero a code may be before `f` takes it out of Q`integer_bits`. For f.shift in [0,
 * 31]. */
int32_t input_radius(factor f, int32_t integer_bits);

/* Nearest integer, ties away from zero; saturates. */
int32_t round_to_int(double x);

/* e^x, within a few units of the last place; 0 or a large number where x is far out. */
double exp_of(double x);

/* CalculateActivationRangeQuantized. `activation` is ActivationFunctionType of the schema. */
code_range activation_range(node *n, int32_t activation, const tensor *output);

/* Lowest and highest code of an int8, uint8, int16 or int32 tensor. */
code_range type_range(node *n, const tensor *t);

#endif
