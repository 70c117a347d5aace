/*
 * The five functions that the firmware asks of a C library, for compilers that come without one. memory.c and memcpy.c
 * have them. */
#ifndef TICKMARK_STRING_H
#define TICKMARK_STRING_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *a, const void *b, size_t count);
size_t strlen(const char *text);

#endif
