/* 32-bit halves, and what the compiler calls by these names. */
#ifndef TICKMARK_INTEGER_H
#define TICKMARK_INTEGER_H

#include <stdint.h>

uint64_t __umulsidi3(uint32_t a, uint32_t b);

int64_t __muldi3(int64_t a, int64_t b);
uint32_t __udivsi3(uint32_t n, uint32_t d);
uint32_t __umodsi3(uint32_t n, uint32_t d);
int32_t __divsi3(int32_t n, int32_t d);
int64_t __divdi3(int64_t n, int64_t d);

#endif
