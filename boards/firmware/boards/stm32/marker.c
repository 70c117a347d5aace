/*
 * The marker on PA8: on a header of each of these boards, with nothing else on it. UM1472: P2 of the STM32F4 Discovery;
 * UM1907: D10 of the STM32F746G Discovery; UM2324: D7 of the NUCLEO-G0B1RE. RM0090, 8.4.7: BSRR; alike on F7 and G0.
 */
#include "marker.h"

#include "../common/hooks.h"
#include "../cortex-m/core.h"
#include "pins.h"
#include "port.h"

#define BSRR (GPIOA + 0x18)
enum { PIN = 8, TO_LOW = 16 };

void marker_start(void) { pin_to_output(GPIOA, PIN); }

static void mark(bool is_active) { REGISTER(BSRR) = 1u << (is_active ? PIN : PIN + TO_LOW); }

void (*const port_mark)(bool is_active) = mark;
