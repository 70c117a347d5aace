/* A model under Tickmark. Beside this, model.cc defines `alignas(16) extern const unsigned char g_model[]` and
 * g_model_len. */
#include "sdkconfig.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tickmark_port.h"
#include "tickmark_tflm.h"

extern const unsigned char g_model[];
extern const unsigned int g_model_len;

namespace {

alignas(16) uint8_t tensor_arena[32 * 1024];
alignas(16) uint8_t input[1024]; /* all input tensors, end to end */
alignas(16) uint8_t output[64];

}  // namespace

extern "C" void app_main() {
  static tflite::MicroMutableOpResolver<3> resolver;
  resolver.AddConv2D();
  resolver.AddFullyConnected();
  resolver.AddSoftmax();

  static tickmark_board board;
  tickmark_port_fill(&board);
  board.board = CONFIG_IDF_TARGET;
  board.runtime = "tflm+esp-nn/esp-idf";
  board.regions[TICKMARK_MODEL] = tickmark_region_of(g_model, g_model_len, 0);
  board.regions[TICKMARK_INPUT] = tickmark_region_of(input, sizeof input, TICKMARK_WRITABLE);
  board.regions[TICKMARK_OUTPUT] = tickmark_region_of(output, sizeof output, 0);
  board.regions[TICKMARK_ARENA] = tickmark_region_of(tensor_arena, sizeof tensor_arena, 0);
  tickmark_tflm_attach(&board, resolver, tickmark_port_clock);
  tickmark_port_serve(&board);
}
