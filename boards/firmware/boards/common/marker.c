/* Of a port that has no pin for it. */
#include "hooks.h"

__attribute__((weak)) void (*const port_mark)(bool is_active) = 0;
