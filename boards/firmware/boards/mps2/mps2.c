#include "mps2.h"

#include "../cortex-m/inbox.h"
#include "../cortex-m/stack.h"
#include "../cortex-m/systick.h"
#include "uart.h"

/* Room for images of 640 x 480 and for arenas of megabytes; a firmware of one model may want less. */
#ifndef INPUT_BYTES
#define INPUT_BYTES (640 * 1024)
#endif
#ifndef OUTPUT_BYTES
#define OUTPUT_BYTES (128 * 1024)
#endif
#ifndef ARENA_BYTES
#define ARENA_BYTES (3 * 1024 * 1024)
#endif

/* From the linker script. */
extern uint8_t __tickmark_model_start[], __tickmark_model_end[];
extern const uint8_t __build_id_note[];

#define POOL __attribute__((section(".pool"), aligned(16)))
POOL uint8_t tickmark_input[INPUT_BYTES];
POOL uint8_t tickmark_output[OUTPUT_BYTES];
POOL uint8_t tickmark_arena[ARENA_BYTES];

tickmark_board mps2_board = {
    .board = MPS2_IMAGE,
    .unit = "",
    .tick_source = "systick",
    .tick_hz = SYSCLK_HZ,
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
    .received = inbox_received,
};

void mps2_serve(void) {
  uart_start();
  mps2_board.regions[TICKMARK_MODEL] =
      (tickmark_region){__tickmark_model_start, (uint32_t)(__tickmark_model_end - __tickmark_model_start),
                        TICKMARK_WRITABLE | TICKMARK_ADDRESSABLE};
  mps2_board.regions[TICKMARK_STACK] = stack_region();
  tickmark_start(&mps2_board);
  for (;;) tickmark_receive(uart_receive());
}
