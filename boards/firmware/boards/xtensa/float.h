/* IEEE 754 arithmetic, by the names that the compiler calls. */
#ifndef TICKMARK_FLOAT_H
#define TICKMARK_FLOAT_H

#include <stdint.h>

double __adddf3(double a, double b);
double __subdf3(double a, double b);
double __muldf3(double a, double b);
double __divdf3(double a, double b);
float __addsf3(float a, float b);
float __subsf3(float a, float b);
float __mulsf3(float a, float b);
double __extendsfdf2(float x);
float __truncdfsf2(double x);
double __floatsidf(int32_t x);
float __floatsisf(int32_t x);
int32_t __fixdfsi(double x);

#endif
