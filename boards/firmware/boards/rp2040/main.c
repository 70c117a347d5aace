/* The RP2040 port: where things lie, and the loop that feeds bytes to the agent. */
#include "../cortex-m/inbox.h"
#include "../cortex-m/stack.h"
#include "../cortex-m/systick.h"
#include "../reference.h"
#include "clocks.h"
#include "uart.h"

enum { INPUT_BYTES = 40 * 1024, OUTPUT_BYTES = 16 * 1024, ARENA_BYTES = 184 * 1024 };

/* From the linker script. */
extern uint8_t __tickmark_model_start[], __tickmark_model_end[];
extern const uint8_t __build_id_note[];

#define POOL __attribute__((section(".pool"), aligned(16)))
POOL uint8_t tickmark_input[INPUT_BYTES];
POOL uint8_t tickmark_output[OUTPUT_BYTES];
POOL uint8_t tickmark_arena[ARENA_BYTES];

static tickmark_board board = {
    .board = "rp2040",
    .unit = "", /* the chip has no serial number; a flash chip's would need the flash taken out of reading in place */
    .runtime = REFERENCE_RUNTIME,
    .tick_source = "systick",
    .tick_hz = SYS_HZ,
    .build_id = __build_id_note + 16, /* behind three words of sizes and type, and "GNU" */
    .regions =
        {
            [TICKMARK_INPUT] = {tickmark_input, INPUT_BYTES, TICKMARK_WRITABLE | TICKMARK_ADDRESSABLE},
            [TICKMARK_OUTPUT] = {tickmark_output, OUTPUT_BYTES, TICKMARK_ADDRESSABLE},
            [TICKMARK_ARENA] = {tickmark_arena, ARENA_BYTES, 0},
        },
    .send = uart_send,
    .clock_start = systick_start,
    .clock_stop = systick_stop,
    .stack_used = stack_used,
    .prepare = reference_prepare,
    .invoke = reference_invoke,
    .operator_ticks = reference_operator_ticks,
    .received = inbox_received,
};

int main(void) {
  clocks_start();
  uart_start();
  board.regions[TICKMARK_MODEL] = (tickmark_region){
      __tickmark_model_start, (uint32_t)(__tickmark_model_end - __tickmark_model_start), TICKMARK_ADDRESSABLE};
  board.regions[TICKMARK_STACK] = stack_region();
  reference_start(board.regions, systick_now32);
  tickmark_start(&board);
  for (;;) tickmark_receive(uart_receive());
}
