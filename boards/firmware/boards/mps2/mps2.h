/*
 * What any firmware on an MPS2 machine needs besides its runtime: start-up, UART0, SysTick, memory and the agent's
 * loop. A main() with a runtime of its own fills in the runtime's fields of mps2_board and calls mps2_serve.
 */
#ifndef TICKMARK_MPS2_H
#define TICKMARK_MPS2_H

#include "../../agent/tickmark_dut.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Everything but runtime, prepare, invoke and operator_ticks. Its input, output and arena regions are set before main.
 */
extern tickmark_board mps2_board;

/* Fills in the model and stack regions, says READY and answers the host for ever. */
__attribute__((noreturn)) void mps2_serve(void);

#ifdef __cplusplus
}
#endif

#endif
