/*
 * A whole firmware: one model, TFLM, and the Tickmark agent. The functions and symbols declared first are your board's;
 * the README beside this says what each has to do.
 */
#include "tensorflow/lite/micro/cortex_m_generic/debug_log_callback.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tickmark_port.h"
#include "tickmark_tflm.h"

extern "C" {
void uart_start(void);
void uart_send(const uint8_t *bytes, uint32_t count);
uint8_t uart_receive(void);
uint32_t uart_received(void);

void ticks_start(void);
uint64_t ticks_stop(void);
uint32_t ticks_now(void);

void marker_set(bool is_active);                       /* a free pin, which a current meter samples too */
void radio_send(const uint8_t *bytes, uint32_t count); /* its driver calls tickmark_uplink for what it sends */

extern const uint8_t g_model[]; /* alignas(16) */
extern const uint32_t g_model_bytes;

extern const uint8_t __build_id_note[];
extern uint32_t __StackLimit[], __StackTop[];
}

namespace {

constexpr uint32_t stack_paint = 0x5ac4f00d;

alignas(16) uint8_t tensor_arena[32 * 1024];
alignas(16) uint8_t input[1024]; /* all input tensors, end to end */
alignas(16) uint8_t output[64];

/* Everything below what main uses so far. */
void paint_stack() {
  const uint32_t *here = static_cast<uint32_t *>(__builtin_frame_address(0)) - 64;
  for (uint32_t *word = __StackLimit; word < here; word++) *word = stack_paint;
}

uint32_t stack_used() {
  const uint32_t *deepest = __StackLimit;
  while (*deepest == stack_paint) deepest++;
  return static_cast<uint32_t>((__StackTop - deepest) * sizeof *deepest);
}

/* What this node tells of an input: the first score, not the input. */
void report() { radio_send(output, 1); }

}  // namespace

int main() {
  paint_stack();
  uart_start();
  RegisterDebugLogCallback(tickmark_tflm_log);

  static tflite::MicroMutableOpResolver<6> resolver;
  resolver.AddConv2D();
  resolver.AddDepthwiseConv2D();
  resolver.AddAveragePool2D();
  resolver.AddReshape();
  resolver.AddFullyConnected();
  resolver.AddSoftmax();

  static tickmark_board board;
  board.board = "my-board";
  board.unit = ""; /* the chip's serial number, where it has one */
  board.runtime = "tflm+cmsis-nn/2026-08";
  board.tick_source = "dwt";
  board.tick_hz = TICK_HZ; /* from the build: -DTICK_HZ=64000000 */
  board.build_id = tickmark_build_id_in(__build_id_note);
  board.regions[TICKMARK_MODEL] = tickmark_region_of(g_model, g_model_bytes, 0);
  board.regions[TICKMARK_INPUT] = tickmark_region_of(input, sizeof input, TICKMARK_WRITABLE | TICKMARK_ADDRESSABLE);
  board.regions[TICKMARK_OUTPUT] = tickmark_region_of(output, sizeof output, TICKMARK_ADDRESSABLE);
  board.regions[TICKMARK_ARENA] = tickmark_region_of(tensor_arena, sizeof tensor_arena, 0);
  board.regions[TICKMARK_STACK] = tickmark_region_of(__StackLimit, (__StackTop - __StackLimit) * sizeof *__StackTop, 0);
  board.send = uart_send;
  board.clock_start = ticks_start;
  board.clock_stop = ticks_stop;
  board.stack_used = stack_used;
  board.received = uart_received; /* or leave it out: see the README */
  board.mark = marker_set;        /* or leave both out */
  board.report = report;
  tickmark_tflm_attach(&board, resolver, ticks_now);

  tickmark_start(&board);
  for (;;) tickmark_receive(uart_receive());
}
