/* What the compiler expects of a C library. Built with -fno-tree-loop-distribute-patterns, or memset would call memset. */
#include <stddef.h>
#include <stdint.h>

#include "../../runtime/kernel.h"

static int is_aligned(const void *at) { return ((uintptr_t)at & 3) == 0; }

typedef uint32_t __attribute__((may_alias)) word;

HOT void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  uint8_t *out = to;
  const uint8_t *in = from;
  if (is_aligned(out) && is_aligned(in)) {
    for (; count >= 16; count -= 16, out += 16, in += 16) {
      const word *w = (const word *)in;
      const word a = w[0], b = w[1], c = w[2], d = w[3];
      word *o = (word *)out;
      o[0] = a;
      o[1] = b;
      o[2] = c;
      o[3] = d;
    }
    for (; count >= 4; count -= 4, out += 4, in += 4) *(word *)out = *(const word *)in;
  }
  while (count--) *out++ = *in++;
  return to;
}

HOT void *memset(void *to, int value, size_t count) {
  uint8_t *out = to;
  for (; count && !is_aligned(out); count--) *out++ = (uint8_t)value;
  const word filled = (uint8_t)value * 0x01010101u;
  for (; count >= 4; count -= 4, out += 4) *(word *)out = filled;
  while (count--) *out++ = (uint8_t)value;
  return to;
}

void *memmove(void *to, const void *from, size_t count) {
  uint8_t *out = to;
  const uint8_t *in = from;
  if (out <= in) {
    while (count--) *out++ = *in++;
  } else {
    while (count--) out[count] = in[count];
  }
  return to;
}

int memcmp(const void *a, const void *b, size_t count) {
  const uint8_t *left = a, *right = b;
  for (; count; count--, left++, right++) {
    if (*left != *right) return *left - *right;
  }
  return 0;
}

size_t strlen(const char *text) {
  const char *end = text;
  while (*end) end++;
  return (size_t)(end - text);
}
