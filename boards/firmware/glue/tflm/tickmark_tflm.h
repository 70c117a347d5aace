/*
 * A TensorFlow Lite Micro interpreter behind the Tickmark agent. C++17, no heap, no exceptions, no RTTI; TFLM itself is
 * yours.
 */
#ifndef TICKMARK_TFLM_H
#define TICKMARK_TFLM_H

#include "tensorflow/lite/micro/micro_op_resolver.h"
#include "tickmark_dut.h"

/* Operators that ticks are kept for, 4 bytes each. A model with more is refused. */
#ifndef TICKMARK_TFLM_OPERATORS
#define TICKMARK_TFLM_OPERATORS 256
#endif

/*
 * Fills in what TFLM does for the agent: prepare, invoke, operator_ticks. `board`'s regions say where the model lies
 * (at a multiple of 16), where the arena is, and where inputs and outputs wait. `clock` counts up while the tick timer
 * runs. All three must stay. Call before tickmark_start.
 */
void tickmark_tflm_attach(tickmark_board *board, const tflite::MicroOpResolver &resolver, uint32_t (*clock)(void));

/* What TFLM logs, so that a refusal can give its reason: call it from your DebugLog, or register it as its callback. */
extern "C" void tickmark_tflm_log(const char *text);

#endif
