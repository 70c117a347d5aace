/*
 * A firmware for a fake platform that runs real models: the reference runtime. An inference takes a millisecond of the
 * fake's time, which stands still otherwise.
 */
#include "../../boards/reference/reference.h"

#include "host.h"
#include "tickmark_port.h"

static uint8_t model[64 * 1024], input[4096], output[1024];
static uint8_t arena[32 * 1024];

static tickmark_status invoke(bool profile) {
  host_advance(1000);
  return reference_invoke(profile);
}

void app_main(void) {
  static tickmark_board board;
  tickmark_port_fill(&board);
  board.board = "fake";
  board.runtime = REFERENCE_RUNTIME;
  board.regions[TICKMARK_MODEL] = tickmark_region_of(model, sizeof model, TICKMARK_WRITABLE);
  board.regions[TICKMARK_INPUT] = tickmark_region_of(input, sizeof input, TICKMARK_WRITABLE);
  board.regions[TICKMARK_OUTPUT] = tickmark_region_of(output, sizeof output, 0);
  board.regions[TICKMARK_ARENA] = tickmark_region_of(arena, sizeof arena, 0);
  board.prepare = reference_prepare;
  board.invoke = invoke;
  board.operator_ticks = reference_operator_ticks;
  reference_start(board.regions, tickmark_port_clock);
  tickmark_port_serve(&board);
}
