#include "stack.h"

extern uint32_t __stack_bottom[], __stack_top[];

tickmark_region stack_region(void) {
  return (tickmark_region){(uint8_t *)__stack_bottom, (uint32_t)(__stack_top - __stack_bottom) * sizeof *__stack_top,
                           0};
}

uint32_t stack_used(void) {
  const uint32_t *deepest = __stack_bottom;
  while (*deepest == STACK_PAINT) deepest++;
  return (uint32_t)(__stack_top - deepest) * sizeof *deepest;
}
