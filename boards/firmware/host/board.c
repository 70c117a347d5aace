/*
 * A board on the host, for tests of rigs: the agent and the runtime between stdin and stdout, as a UART has them.
 *
 *   board FLASH UNIT [INFER_MS]
 *     FLASH is a file with the build id of what is in the flash, in hex; a "programmer" writes it, and it is read at
 *     each start, as a boot does. While FLASH.hang exists, no inference ends after as many as it says, as in a core
 *     that hangs.
 *
 * Its ticks are counted, not timed, so that they are the same on a busy machine. With INFER_MS an inference lasts so
 * long, as far as this machine has the time, and counts so many µs; its marker pin, for a meter, is that of marker.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../agent/tickmark_dut.h"
#include "../boards/reference/reference.h"
#include "marker.h"
#include "wall.h"

enum { MODEL_BYTES = 1 << 20, TENSOR_BYTES = 1 << 16, ARENA_BYTES = 1 << 18, TICKS_A_WINDOW = 20, TICKS_A_RUN = 12000 };

static _Alignas(16) uint8_t model[MODEL_BYTES], input[TENSOR_BYTES], output[TENSOR_BYTES], arena[ARENA_BYTES];
static uint8_t stack[1024], build_id[20];
static char hang_path[4096];
static uint64_t ticks, due_us; /* when the next inference may begin */
static uint32_t ticks_a_run = TICKS_A_RUN, infer_us;

static void send_out(const uint8_t *bytes, uint32_t count) { fwrite(bytes, 1, count, stdout); }

static void clock_start(void) {
  ticks = TICKS_A_WINDOW;
  due_us = wall_us();
}

static uint64_t clock_stop(void) { return ticks; }

static uint32_t operator_clock(void) { return (uint32_t)(ticks += ticks_a_run / 100); }

static uint32_t stack_used(void) { return sizeof stack / 2; }

static bool hangs(void) {
  static unsigned inferences;
  unsigned most = 0;
  FILE *file = fopen(hang_path, "r");
  inferences++;
  if (!file) return false;
  if (fscanf(file, "%u", &most) != 1) most = 0;
  fclose(file);
  return inferences > most;
}

/* From the end of the one before, so that being late does not add up in a window. */
static void wait_for_end(void) {
  const uint64_t now_us = wall_us();
  due_us = (due_us + infer_us < now_us ? now_us : due_us) + infer_us;
  wall_wait_until(due_us);
}

static tickmark_status invoke(bool profile) {
  if (hangs())
    while (access(hang_path, F_OK) == 0) sleep(1);
  ticks += ticks_a_run;
  const tickmark_status status = reference_invoke(profile);
  if (infer_us > 0) wait_for_end();
  return status;
}

/* Who started this starts it again, as a chip boots again. */
static void restart(void) {
  fflush(stdout);
  exit(0);
}

static tickmark_board board = {
    .board = "host",
    .runtime = REFERENCE_RUNTIME,
    .tick_source = "counted",
    .tick_hz = 1000000,
    .build_id = build_id,
    .regions =
        {
            [TICKMARK_MODEL] = {model, MODEL_BYTES, TICKMARK_WRITABLE},
            [TICKMARK_INPUT] = {input, TENSOR_BYTES, TICKMARK_WRITABLE},
            [TICKMARK_OUTPUT] = {output, TENSOR_BYTES, 0},
            [TICKMARK_ARENA] = {arena, ARENA_BYTES, 0},
            [TICKMARK_STACK] = {stack, sizeof stack, 0},
        },
    .send = send_out,
    .clock_start = clock_start,
    .clock_stop = clock_stop,
    .stack_used = stack_used,
    .prepare = reference_prepare,
    .invoke = invoke,
    .operator_ticks = reference_operator_ticks,
    .report = reference_report,
    .reset = restart,
};

static void boot_from(const char *flash) {
  FILE *file = fopen(flash, "r");
  for (int i = 0; file && i < 20; i++) {
    unsigned byte = 0;
    if (fscanf(file, "%2x", &byte) != 1) exit((fprintf(stderr, "board: %s holds no build id\n", flash), 2));
    build_id[i] = (uint8_t)byte;
  }
  if (!file) exit((fprintf(stderr, "board: no %s\n", flash), 2));
  fclose(file);
  snprintf(hang_path, sizeof hang_path, "%s.hang", flash);
}

int main(int argc, char **argv) {
  uint8_t bytes[4096];
  if (argc < 3 || argc > 4) return fprintf(stderr, "board FLASH UNIT [INFER_MS]\n"), 2;
  boot_from(argv[1]);
  board.unit = argv[2];
  if (argc == 4) ticks_a_run = infer_us = (uint32_t)strtoul(argv[3], NULL, 10) * 1000;
  if (marker_open()) board.mark = marker_set;
  reference_start(board.regions, operator_clock);
  tickmark_start(&board);
  fflush(stdout);
  for (ssize_t count; (count = read(STDIN_FILENO, bytes, sizeof bytes)) > 0; fflush(stdout))
    for (ssize_t i = 0; i < count; i++) tickmark_receive(bytes[i]);
  return 0;
}
