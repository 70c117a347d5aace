/* The reference runtime as the agent sees it: model in one region, arena in another. Every port uses it as it is. */
#ifndef TICKMARK_REFERENCE_H
#define TICKMARK_REFERENCE_H

#include "../../agent/tickmark_dut.h"

#define REFERENCE_RUNTIME "tickmark-ref/1"

/* `regions` is the board's table; `clock` counts up while the tick timer runs. Call before tickmark_start. */
void reference_start(const tickmark_region *regions, uint32_t (*clock)(void));

/* For the fields of the same names in tickmark_board. */
tickmark_status reference_prepare(uint32_t model_bytes, tickmark_prepared *prepared);
tickmark_status reference_invoke(bool profile);
uint32_t reference_operator_ticks(uint16_t index);

/* As a node does that sends what it has inferred, and not what it has sensed: the output bytes are one message. */
void reference_report(void);

#endif
