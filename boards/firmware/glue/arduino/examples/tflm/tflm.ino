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

static const int marker = 2;  // a free pin, which a current meter samples too

static void mark(bool is_active) { digitalWrite(marker, is_active ? HIGH : LOW); }

// What this node tells of an input, where it has a radio to tell it by.
static void report() { tickmark_uplink(output, 1); }

void setup() {
  Serial.begin(115200);
  pinMode(marker, OUTPUT);

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
  board.mark = mark;
  board.report = report;
  tickmark_tflm_attach(&board, resolver, tickmark_port_clock);
  tickmark_start(&board);
}

void loop() { tickmark_port_poll(); }
