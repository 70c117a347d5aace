/* Text without printf: refusals and fault messages. */
#ifndef TICKMARK_FORMAT_H
#define TICKMARK_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Writes `pattern` into `text`, cut off to fit and always ended by a zero. Knows %s, %d, %u and %x (eight digits), each
 * of 32 bits. */
void format(char *text, size_t size, const char *pattern, va_list values);

#endif
