/*
 * The agent on the host, between stdin and stdout, with a toy for a runtime: the sanitizers see what damaged bytes do
 * to it. The outputs are the input bytes, each plus the model byte of its place; the ticks are the sum of the input
 * bytes. A model of one byte claims more output than there is room for; one that begins with 0xff has a state, the
 * number of inferences since PREPARE, which each output byte has added to it. It cannot tell what arrives in a window.
 *
 *   agent [--input BYTES] [--output BYTES] [--infer-us N] [--tick-us N] [--window BYTES]
 *     64 bytes of input, as many of output, and no time for an inference, unless given; what it says that it keeps
 *     while it is busy is what a port keeps whose input region has 40 KiB. Such bytes wait in the pipe. With --tick-us
 *     a tick is N us of this machine's clock, as a meter sees it; its marker pin is that of marker.h. It "sends" its
 * outputs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../agent/tickmark_dut.h"
#include "marker.h"
#include "wall.h"

enum { MODEL_BYTES = 32768, STACK_BYTES = 1024 };

static uint32_t input_bytes = 64, output_bytes = 64, infer_us, tick_us, window_bytes;
static uint64_t window_us;  /* when it began */
static uint32_t inferences; /* since PREPARE, of a model with a state */
static uint8_t model[MODEL_BYTES], input[MODEL_BYTES], output[MODEL_BYTES], stack[STACK_BYTES];
static const uint8_t build_id[20] = {0xab, 0xcd};

static void send_out(const uint8_t *bytes, uint32_t count) { fwrite(bytes, 1, count, stdout); }

/* What was answered before is on the line while this computes. */
static void clock_start(void) {
  fflush(stdout);
  window_us = wall_us();
}

static uint64_t clock_stop(void) {
  if (tick_us > 0) return (wall_us() - window_us) / tick_us;
  uint64_t ticks = 0;
  for (uint32_t i = 0; i < input_bytes; i++) ticks += input[i];
  return ticks;
}

static uint32_t stack_used(void) { return STACK_BYTES / 2; }

static tickmark_status prepare(uint32_t model_bytes, tickmark_prepared *prepared) {
  if (model_bytes == 0) return (tickmark_status){TICKMARK_BAD_MODEL, "a model of no bytes"};
  inferences = 0;
  *prepared = (tickmark_prepared){0, input_bytes, output_bytes + (model_bytes == 1), 2};
  return (tickmark_status){0, ""};
}

static tickmark_status invoke(bool profile) {
  (void)profile;
  const uint64_t end_us = wall_us() + infer_us;
  fflush(stdout); /* the answers to what was fed before */
  for (uint32_t i = 0; i < output_bytes; i++) output[i] = (uint8_t)(input[i] + model[i] + inferences);
  inferences += model[0] == 0xff;
  if (infer_us > 0) wall_wait_until(end_us);
  return (tickmark_status){0, ""};
}

static void report(void) { tickmark_uplink(output, output_bytes); }

static uint32_t lend(uint8_t *spare, uint32_t count) {
  enum { REGION_BYTES = 40 * 1024, INBOX_BYTES = 2048, NOT_TOLD = 65 };
  (void)spare, (void)count;
  if (window_bytes) return window_bytes;
  return (input_bytes + INBOX_BYTES < REGION_BYTES ? REGION_BYTES - input_bytes : INBOX_BYTES) - NOT_TOLD;
}

static void reset(void);

static uint32_t operator_ticks(uint16_t index) { return 100u * (index + 1u); }

static tickmark_board board = {
    .board = "host",
    .unit = "",
    .runtime = "toy/1",
    .tick_source = "sum",
    .tick_hz = 1000000,
    .build_id = build_id,
    .regions =
        {
            [TICKMARK_MODEL] = {model, MODEL_BYTES, TICKMARK_WRITABLE},
            [TICKMARK_INPUT] = {input, 0, TICKMARK_WRITABLE},
            [TICKMARK_OUTPUT] = {output, 0, 0},
            [TICKMARK_STACK] = {stack, STACK_BYTES, 0},
        },
    .send = send_out,
    .clock_start = clock_start,
    .clock_stop = clock_stop,
    .stack_used = stack_used,
    .prepare = prepare,
    .invoke = invoke,
    .operator_ticks = operator_ticks,
    .report = report,
    .lend = lend,
    .reset = reset,
    .reset_cause = "software",
};

/* Nothing of a chip: it says READY. */
static void reset(void) { tickmark_start(&board); }

static void read_options(char **argv) {
  for (; argv[0] && argv[1]; argv += 2) {
    const uint32_t value = (uint32_t)strtoul(argv[1], NULL, 10);
    if (strcmp(argv[0], "--input") == 0 && value <= MODEL_BYTES)
      input_bytes = value;
    else if (strcmp(argv[0], "--output") == 0 && value <= MODEL_BYTES)
      output_bytes = value;
    else if (strcmp(argv[0], "--infer-us") == 0)
      infer_us = value;
    else if (strcmp(argv[0], "--tick-us") == 0 && value > 0)
      tick_us = value;
    else if (strcmp(argv[0], "--window") == 0)
      window_bytes = value;
    else
      break;
  }
  if (argv[0]) exit((fprintf(stderr, "agent: not understood: %s\n", argv[0]), 2));
}

int main(int argc, char **argv) {
  uint8_t bytes[4096];
  (void)argc;
  read_options(argv + 1);
  board.regions[TICKMARK_INPUT].bytes = input_bytes;
  board.regions[TICKMARK_OUTPUT].bytes = output_bytes;
  if (tick_us > 0) board.tick_source = "clock", board.tick_hz = 1000000 / tick_us;
  if (marker_open()) board.mark = marker_set;
  tickmark_start(&board);
  fflush(stdout);
  for (ssize_t count; (count = read(STDIN_FILENO, bytes, sizeof bytes)) > 0; fflush(stdout))
    for (ssize_t i = 0; i < count; i++) tickmark_receive(bytes[i]);
  return 0;
}
