/*
 * What any firmware of a port needs besides its runtime: start-up, UART, tick timer, memory and the agent's loop. A
 * main() with a runtime of its own fills in the runtime's fields of port_board and calls port_serve.
 */
#ifndef TICKMARK_SERVE_H
#define TICKMARK_SERVE_H

#include "../../agent/tickmark_dut.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Everything but runtime, prepare, invoke and operator_ticks. Its input, output and arena regions are set before main.
 */
extern tickmark_board port_board;

/* Starts clocks and UART, fills in the model and stack regions, says READY and answers the host for ever. */
__attribute__((noreturn)) void port_serve(void);

#ifdef __cplusplus
}
#endif

#endif
