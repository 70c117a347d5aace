/*
 * A firmware for all the fakes: the platform's glue, and a toy for a runtime, which adds the model's byte to each input
 * byte. An input that begins with 255 takes until another byte has come from the host.
 */
#include "tickmark_port.h"

enum { BYTES = 64 };

static uint8_t model[BYTES], input[BYTES], output[BYTES];
static tickmark_board board;

static tickmark_status prepare(uint32_t model_bytes, tickmark_prepared *prepared) {
  if (model_bytes != BYTES) return (tickmark_status){TICKMARK_BAD_MODEL, "the toy's model has 64 bytes"};
  *prepared = (tickmark_prepared){0, BYTES, BYTES, 1};
  return (tickmark_status){0, ""};
}

static uint32_t received(void) { return board.received ? board.received() : 0; }

static tickmark_status invoke(bool profile) {
  (void)profile;
  const uint32_t before = received(), start = tickmark_port_clock();
  for (uint32_t i = 0; i < BYTES; i++) output[i] = (uint8_t)(input[i] + model[i]);
  while (tickmark_port_clock() - start < 20000u) continue; /* what an inference takes */
  while (board.received && input[0] == 255 && received() == before) tickmark_port_clock();
  return (tickmark_status){0, ""};
}

static uint32_t operator_ticks(uint16_t index) { return index + 7u; }

static void report(void) { tickmark_uplink(output, 2); }

void app_main(void) {
  tickmark_port_fill(&board);
  board.board = "fake";
  board.runtime = "toy/1";
  board.regions[TICKMARK_MODEL] = (tickmark_region){model, BYTES, TICKMARK_WRITABLE};
  board.regions[TICKMARK_INPUT] = (tickmark_region){input, BYTES, TICKMARK_WRITABLE};
  board.regions[TICKMARK_OUTPUT] = (tickmark_region){output, BYTES, 0};
  board.prepare = prepare;
  board.invoke = invoke;
  board.operator_ticks = operator_ticks;
  board.report = report;
  tickmark_port_serve(&board);
}
