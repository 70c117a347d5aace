/* What the compiler expects of a C library; memcpy is a file of its own, by the core. Built with
 * -fno-tree-loop-distribute-patterns, or memset would call memset. */
#include <stddef.h>
#include <stdint.h>

#include "../../runtime/kernel.h"

static int is_aligned(const void *at) { return ((uintptr_t)at & 3) == 0; }

typedef uint32_t __attribute__((may_alias)) word;

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
