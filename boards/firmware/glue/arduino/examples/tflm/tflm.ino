/*
 * A model under Tickmark, in a sketch. Put your model beside this as model.h: `alignas(16) const unsigned char g_model[]`
 * and `const unsigned int g_model_len`, as `xxd -i` writes them.
 */
#include <TensorFlowLite.h>  // or <Chirale_TensorFlowLite.h>: the TFLM library that you have

#include "model.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tickmark_arduino.h"
#include "tickmark_tflm.h"

alignas(16) static uint8_t tensor_arena[32 * 1024];
alignas(16) static uint8_t input[1024];  // all input tensors, end to end
alignas(16) static uint8_t output[64];

static tflite::MicroMutableOpResolver<3> resolver;
static tickmark_board board;

void setup() {
  Serial.begin(115200);

  resolver.AddConv2D();
  resolver.AddFullyConnected();
  resolver.AddSoftmax();

  tickmark_arduino_link(Serial);
  tickmark_port_fill(&board);
  board.board = "my-board";
  board.runtime = "tflm/arduino";
  board.regions[TICKMARK_MODEL] = tickmark_region_of(g_model, g_model_len, 0);
  board.regions[TICKMARK_INPUT] = tickmark_region_of(input, sizeof input, TICKMARK_WRITABLE);
  board.regions[TICKMARK_OUTPUT] = tickmark_region_of(output, sizeof output, 0);
  board.regions[TICKMARK_ARENA] = tickmark_region_of(tensor_arena, sizeof tensor_arena, 0);
  tickmark_tflm_attach(&board, resolver, tickmark_port_clock);
  tickmark_start(&board);
}

void loop() { tickmark_port_poll(); }
