#include "serve.h"

#include "hooks.h"
#include "inbox.h"
#include "port.h"
#include "stack.h"
#include "ticks.h"

/* From the linker script. */
extern uint8_t __tickmark_model_start[], __tickmark_model_end[];
extern const uint8_t __build_id_note[];

#define POOL __attribute__((section(".pool"), aligned(16)))
POOL uint8_t tickmark_input[INPUT_BYTES];
POOL uint8_t tickmark_output[OUTPUT_BYTES];
POOL uint8_t tickmark_arena[ARENA_BYTES];

tickmark_board port_board = {
    .board = BOARD,
    .unit = "",
    .tick_source = tick_source,
    .tick_hz = TICK_HZ,
    .build_id = __build_id_note + 16, /* behind three words of sizes and type, and "GNU" */
    .regions =
        {
            [TICKMARK_INPUT] = {tickmark_input, INPUT_BYTES, TICKMARK_WRITABLE | TICKMARK_ADDRESSABLE},
            [TICKMARK_OUTPUT] = {tickmark_output, OUTPUT_BYTES, TICKMARK_ADDRESSABLE},
            [TICKMARK_ARENA] = {tickmark_arena, ARENA_BYTES, 0},
        },
    .send = uart_send,
    .clock_start = ticks_start,
    .clock_stop = ticks_stop,
    .stack_used = stack_used,
    .received = inbox_received,
    .lend = inbox_lend,
};

void port_serve(void) {
  port_board.reset_cause = port_reset_cause();
  port_board.reset = port_reset;
  port_board.mark = port_mark;
  port_start();
  port_board.regions[TICKMARK_MODEL] =
      (tickmark_region){__tickmark_model_start, (uint32_t)(__tickmark_model_end - __tickmark_model_start), MODEL_FLAGS};
  port_board.regions[TICKMARK_STACK] = stack_region();
  tickmark_start(&port_board);
  for (;;) {
    if (inbox_is_empty()) sleep_while(inbox_is_empty);
    tickmark_receive(inbox_take());
  }
}
