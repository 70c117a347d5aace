/* A model under Tickmark. Beside this, model.cc defines `alignas(16) extern const unsigned char g_model[]` and
 * g_model_len. */
#include "driver/gpio.h"
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

constexpr gpio_num_t marker = GPIO_NUM_4; /* a free pin, which a current meter samples too */

void mark(bool is_active) { gpio_set_level(marker, is_active); }

/* What this node tells of an input, where it has a radio to tell it by. */
void report() { tickmark_uplink(output, 1); }

}  // namespace

extern "C" void app_main() {
  static tflite::MicroMutableOpResolver<3> resolver;
  resolver.AddConv2D();
  resolver.AddFullyConnected();
  resolver.AddSoftmax();

  gpio_set_direction(marker, GPIO_MODE_OUTPUT);
  static tickmark_board board;
  tickmark_port_fill(&board);
  board.board = CONFIG_IDF_TARGET;
  board.runtime = "tflm+esp-nn/esp-idf";
  board.regions[TICKMARK_MODEL] = tickmark_region_of(g_model, g_model_len, 0);
  board.regions[TICKMARK_INPUT] = tickmark_region_of(input, sizeof input, TICKMARK_WRITABLE);
  board.regions[TICKMARK_OUTPUT] = tickmark_region_of(output, sizeof output, 0);
  board.regions[TICKMARK_ARENA] = tickmark_region_of(tensor_arena, sizeof tensor_arena, 0);
  board.mark = mark;
  board.report = report;
  tickmark_tflm_attach(&board, resolver, tickmark_port_clock);
  tickmark_port_serve(&board);
}
