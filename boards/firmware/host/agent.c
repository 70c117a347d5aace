/*
 * The agent on the host, between stdin and stdout, with a toy for a runtime: the sanitizers see what damaged bytes do
 * to it. The outputs are the first input bytes, each plus the model byte of its place; the ticks are the sum of the
 * input bytes. A model of one byte claims more output than there is room for. One that begins with 0xff has a state:
 * the inferences since PREPARE, which is added too. It cannot tell what arrives in a window.
 *   agent-host [INPUT_BYTES OUTPUT_BYTES WINDOW_BYTES MS]   64 64 1983 0: what it takes and gives, what it says that it
 *                                                           keeps while it is busy, and how long an inference takes
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../agent/tickmark_dut.h"

enum { MODEL_BYTES = 4096, MOST_INPUT_BYTES = 65536, STACK_BYTES = 1024, INPUT = 0, OUTPUT, WINDOW, MILLISECONDS };

static uint8_t model[MODEL_BYTES], input[MOST_INPUT_BYTES], output[MODEL_BYTES], stack[STACK_BYTES];
static uint32_t options[] = {[INPUT] = 64, [OUTPUT] = 64, [WINDOW] = 1983, [MILLISECONDS] = 0};
static uint32_t inferences; /* since PREPARE, of a model with a state */
static const uint8_t build_id[20] = {0xab, 0xcd};

static void send_out(const uint8_t *bytes, uint32_t count) { fwrite(bytes, 1, count, stdout); }

static void clock_start(void) {}

static uint64_t clock_stop(void) {
  uint64_t ticks = 0;
  for (uint32_t i = 0; i < options[INPUT]; i++) ticks += input[i];
  return ticks;
}

static uint32_t stack_used(void) { return STACK_BYTES / 2; }

static tickmark_status prepare(uint32_t model_bytes, tickmark_prepared *prepared) {
  if (model_bytes == 0) return (tickmark_status){TICKMARK_BAD_MODEL, "a model of no bytes"};
  *prepared = (tickmark_prepared){0, options[INPUT], options[OUTPUT] + (model_bytes == 1) * MODEL_BYTES, 2};
  inferences = 0;
  return (tickmark_status){0, ""};
}

static tickmark_status invoke(bool profile) {
  (void)profile;
  const struct timespec takes = {options[MILLISECONDS] / 1000, options[MILLISECONDS] % 1000 * 1000000};
  nanosleep(&takes, 0);
  for (uint32_t i = 0; i < options[OUTPUT]; i++) output[i] = (uint8_t)(input[i] + model[i] + inferences);
  inferences += model[0] == 0xff;
  return (tickmark_status){0, ""};
}

/* Bytes wait in the pipe. */
static uint32_t lend(uint8_t *spare, uint32_t count) {
  (void)spare, (void)count;
  return options[WINDOW];
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
            [TICKMARK_INPUT] = {input, MOST_INPUT_BYTES, TICKMARK_WRITABLE},
            [TICKMARK_OUTPUT] = {output, MODEL_BYTES, 0},
            [TICKMARK_STACK] = {stack, STACK_BYTES, 0},
        },
    .send = send_out,
    .clock_start = clock_start,
    .clock_stop = clock_stop,
    .stack_used = stack_used,
    .prepare = prepare,
    .invoke = invoke,
    .operator_ticks = operator_ticks,
    .lend = lend,
};

int main(int argc, char **argv) {
  for (int i = 1; i < argc && i <= MILLISECONDS + 1; i++) options[i - 1] = (uint32_t)strtoul(argv[i], 0, 10);
  if (options[INPUT] > MOST_INPUT_BYTES || options[OUTPUT] > MODEL_BYTES || options[OUTPUT] > options[INPUT]) {
    fputs("agent-host: at most 65536 input bytes, 4096 output bytes, and no more outputs than inputs\n", stderr);
    return 2;
  }
  uint8_t bytes[4096];
  tickmark_start(&board);
  fflush(stdout);
  for (ssize_t count; (count = read(STDIN_FILENO, bytes, sizeof bytes)) > 0; fflush(stdout))
    for (ssize_t i = 0; i < count; i++) tickmark_receive(bytes[i]);
  return 0;
}
