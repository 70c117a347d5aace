/*
 * The agent on the host, between stdin and stdout, with a toy for a runtime: the sanitizers see what damaged bytes do
 * to it. The outputs are the input bytes, each plus the model byte of its place; the ticks are the sum of the input
 * bytes. A model of one byte claims more output than there is room for. It cannot tell what arrives in a window.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../agent/tickmark_dut.h"

enum { MODEL_BYTES = 4096, INPUT_BYTES = 64, STACK_BYTES = 1024 };

static uint8_t model[MODEL_BYTES], input[INPUT_BYTES], output[INPUT_BYTES], stack[STACK_BYTES];
static const uint8_t build_id[20] = {0xab, 0xcd};

static void send_out(const uint8_t *bytes, uint32_t count) { fwrite(bytes, 1, count, stdout); }

static void clock_start(void) {}

static uint64_t clock_stop(void) {
  uint64_t ticks = 0;
  for (int i = 0; i < INPUT_BYTES; i++) ticks += input[i];
  return ticks;
}

static uint32_t stack_used(void) { return STACK_BYTES / 2; }

static tickmark_status prepare(uint32_t model_bytes, tickmark_prepared *prepared) {
  if (model_bytes == 0) return (tickmark_status){TICKMARK_BAD_MODEL, "a model of no bytes"};
  *prepared = (tickmark_prepared){0, INPUT_BYTES, INPUT_BYTES + (model_bytes == 1), 2};
  return (tickmark_status){0, ""};
}

static tickmark_status invoke(bool profile) {
  (void)profile;
  for (int i = 0; i < INPUT_BYTES; i++) output[i] = (uint8_t)(input[i] + model[i]);
  return (tickmark_status){0, ""};
}

static uint32_t operator_ticks(uint16_t index) { return 100u * (index + 1u); }

static const tickmark_board board = {
    .board = "host",
    .unit = "",
    .runtime = "toy/1",
    .tick_source = "sum",
    .tick_hz = 1000000,
    .build_id = build_id,
    .regions =
        {
            [TICKMARK_MODEL] = {model, MODEL_BYTES, TICKMARK_WRITABLE},
            [TICKMARK_INPUT] = {input, INPUT_BYTES, TICKMARK_WRITABLE},
            [TICKMARK_OUTPUT] = {output, INPUT_BYTES, 0},
            [TICKMARK_STACK] = {stack, STACK_BYTES, 0},
        },
    .send = send_out,
    .clock_start = clock_start,
    .clock_stop = clock_stop,
    .stack_used = stack_used,
    .prepare = prepare,
    .invoke = invoke,
    .operator_ticks = operator_ticks,
};

int main(void) {
  uint8_t bytes[4096];
  tickmark_start(&board);
  fflush(stdout);
  for (ssize_t count; (count = read(STDIN_FILENO, bytes, sizeof bytes)) > 0; fflush(stdout))
    for (ssize_t i = 0; i < count; i++) tickmark_receive(bytes[i]);
  return 0;
}
