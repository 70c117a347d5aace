/* The marker on P0.03, A0 of the nRF52840-DK. Product specification, "GPIO". */
#include "marker.h"

#include "../common/hooks.h"
#include "../cortex-m/core.h"

#define P0_OUTSET 0x50000508
#define P0_OUTCLR 0x5000050c
#define P0_PIN_CNF 0x50000700
enum { P0_03 = 3 };

void marker_start(void) {
  enum { OUTPUT = 1 << 0, UNREAD = 1 << 1 };
  REGISTER(P0_OUTCLR) = 1 << P0_03;
  REGISTER(P0_PIN_CNF + 4 * P0_03) = OUTPUT | UNREAD;
}

static void mark(bool is_active) { REGISTER(is_active ? P0_OUTSET : P0_OUTCLR) = 1 << P0_03; }

void (*const port_mark)(bool is_active) = mark;
