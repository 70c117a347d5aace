#include "format.h"

#include <stdint.h>

typedef struct {
  char *at;
  char *end;
} cursor;

static void put(cursor *out, char c) {
  if (out->at < out->end) *out->at++ = c;
}

static void put_text(cursor *out, const char *text) {
  while (*text) put(out, *text++);
}

static void put_decimal(cursor *out, uint32_t value) {
  char digits[10];
  int count = 0;
  do digits[count++] = (char)('0' + value % 10);
  while (value /= 10);
  while (count) put(out, digits[--count]);
}

static void put_signed(cursor *out, int32_t value) {
  if (value < 0) put(out, '-');
  put_decimal(out, value < 0 ? 0u - (uint32_t)value : (uint32_t)value);
}

static void put_hex(cursor *out, uint32_t value) {
  for (int shift = 28; shift >= 0; shift -= 4) put(out, "0123456789abcdef"[value >> shift & 15]);
}

void format(char *text, size_t size, const char *pattern, va_list values) {
  cursor out = {text, text + size - 1};
  for (; *pattern; pattern++) {
    if (*pattern != '%') {
      put(&out, *pattern);
      continue;
    }
    switch (*++pattern) {
      case 's': put_text(&out, va_arg(values, const char *)); break;
      case 'd': put_signed(&out, va_arg(values, int32_t)); break;
      case 'u': put_decimal(&out, va_arg(values, uint32_t)); break;
      case 'x': put_hex(&out, va_arg(values, uint32_t)); break;
      default: break;
    }
  }
  *out.at = 0;
}
