/* No chip of this family is served yet: an emulator is restarted from outside. */
#include "../common/hooks.h"

void (*const port_reset)(void) = 0;

const char *port_reset_cause(void) { return ""; }
