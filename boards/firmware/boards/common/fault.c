#include "fault.h"

#include <stdarg.h>

#include "../../agent/tickmark_dut.h"
#include "../../support/format.h"

void tell_fault(const char *pattern, ...) {
  char text[80];
  va_list values;
  va_start(values, pattern);
  format(text, sizeof text, pattern, values);
  va_end(values);
  tickmark_fault(text);
}
