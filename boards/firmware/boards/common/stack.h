/* The stack that start-up has painted with STACK_PAINT, between the linker script's symbols. */
#ifndef TICKMARK_STACK_H
#define TICKMARK_STACK_H

#include "../../agent/tickmark_dut.h"

tickmark_region stack_region(void);

/* High-water mark since boot, in bytes. */
uint32_t stack_used(void);

#endif
