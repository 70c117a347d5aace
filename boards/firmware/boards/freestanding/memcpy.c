/* memcpy where it is not in assembly: windows are gathered by it, so it moves words where both sides are aligned. */
#include <stddef.h>
#include <stdint.h>

#include "../../runtime/kernel.h"

typedef uint32_t __attribute__((may_alias)) word;

HOT void *memcpy(void *to, const void *from, size_t count) {
  uint8_t *out = to;
  const uint8_t *in = from;
  if ((((uintptr_t)out | (uintptr_t)in) & 3) == 0) {
    for (; count >= 16; count -= 16, in += 16, out += 16) {
      const word *words = (const word *)in;
      const word a = words[0], b = words[1], c = words[2], d = words[3];
      word *moved = (word *)out;
      moved[0] = a, moved[1] = b, moved[2] = c, moved[3] = d;
    }
    for (; count >= 4; count -= 4, in += 4, out += 4) *(word *)out = *(const word *)in;
  }
  while (count--) *out++ = *in++;
  return to;
}
