/* The marker on GPIO2, beside the UART's pins. Datasheet 2.3.1.7: the core's own GPIO registers; 2.19.2: functions. */
#include "marker.h"

#include "../common/hooks.h"
#include "registers.h"

enum { PIN = 1 << 2 };

void marker_start(void) {
  enum { FUNCTION_SIO = 5 };
  REGISTER(GPIO_OUT_CLR) = PIN;
  REGISTER(GPIO_OE_SET) = PIN;
  REGISTER(GPIO2_CTRL) = FUNCTION_SIO;
}

static void mark(bool is_active) { REGISTER(is_active ? GPIO_OUT_SET : GPIO_OUT_CLR) = PIN; }

void (*const port_mark)(bool is_active) = mark;
