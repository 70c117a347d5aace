/* AVERAGE_POOL_2D and MAX_POOL_2D: TFLM's reference_integer_ops::AveragePool and MaxPool. Padding takes no part in
 * either. */
#include "scale.h"
#include "window.h"

typedef struct {
  window window;
  const tensor *input, *output;
  code_range range;
} plan;

/* The taps of one window that lie inside the image. */
typedef struct {
  const int8_t *first; /* its first channel */
  int32_t rows, columns;
} taps;

enum { PADDING, STRIDE_X, STRIDE_Y, WIDTH, HEIGHT, ACTIVATION };

/* PoolingPrepare's check: a code is pooled, never rescaled. */
static bool keeps_quantization(node *n, const tensor *input, const tensor *output) {
  const quantization in = tensor_quantization(n, input), out = tensor_quantization(n, output);
  const float change = in.scale - out.scale;
  return change <= 1e-6f && change >= -1e-6f && in.zero_point == out.zero_point;
}

static void prepare(node *n) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  node_support_type(n, input, INT8);
  node_support_type(n, output, INT8);
  const window w = window_of(n, input, output,
                             (window_options){
                                 .height = fb_int32_field(n->model, n->options, HEIGHT, 0),
                                 .width = fb_int32_field(n->model, n->options, WIDTH, 0),
                                 .padding = fb_int8_field(n->model, n->options, PADDING, 0),
                                 .stride_y = fb_int32_field(n->model, n->options, STRIDE_Y, 0),
                                 .stride_x = fb_int32_field(n->model, n->options, STRIDE_X, 0),
                                 .dilation_y = 1,
                                 .dilation_x = 1,
                             });
  node_require(n, w.in_channels == w.out_channels, "the output does not have the input's channels");
  node_support(n, keeps_quantization(n, input, output), "with a change of quantization");
  const code_range range = activation_range(n, fb_int8_field(n->model, n->options, ACTIVATION, 0), output);
  plan *p = node_keep(n, sizeof *p);
  if (p) *p = (plan){w, input, output, range};
}

static int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }
static int32_t most(int32_t a, int32_t b) { return a > b ? a : b; }

static HOT taps taps_at(const window *w, const int8_t *image, int32_t y, int32_t x) {
  const int32_t row = y * w->stride_y - w->top, column = x * w->stride_x - w->left;
  const int32_t top = most(row, 0), left = most(column, 0);
  return (taps){
      .first = image + (top * w->in_width + left) * w->in_channels,
      .rows = least(row + w->height, w->in_height) - top,
      .columns = least(column + w->width, w->in_width) - left,
  };
}

static HOT int32_t average(const window *w, taps t) {
  int32_t sum = 0;
  for (int32_t row = 0; row < t.rows; row++, t.first += w->in_width * w->in_channels) {
    const int8_t *x = t.first;
    for (int32_t column = 0; column < t.columns; column++, x += w->in_channels) sum += *x;
  }
  const int32_t count = t.rows * t.columns;
  return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

static HOT int32_t largest(const window *w, taps t) {
  int32_t max = INT8_MIN;
  for (int32_t row = 0; row < t.rows; row++, t.first += w->in_width * w->in_channels) {
    const int8_t *x = t.first;
    for (int32_t column = 0; column < t.columns; column++, x += w->in_channels) max = most(max, *x);
  }
  return max;
}

static HOT void pool(const plan *p, int32_t (*reduce)(const window *, taps)) {
  const window *w = &p->window;
  const int8_t *image = p->input->data;
  int8_t *out = p->output->data;
  for (int32_t batch = 0; batch < w->batches; batch++, image += w->in_height * w->in_width * w->in_channels) {
    for (int32_t y = 0; y < w->out_height; y++) {
      for (int32_t x = 0; x < w->out_width; x++) {
        taps t = taps_at(w, image, y, x);
        for (int32_t channel = 0; channel < w->in_channels; channel++, t.first++)
          *out++ = (int8_t)clamp(reduce(w, t), p->range.low, p->range.high);
      }
    }
  }
}

static void invoke_average(const void *p) { pool(p, average); }
static void invoke_max(const void *p) { pool(p, largest); }

const kernel average_pool_2d = {1, "AVERAGE_POOL_2D", prepare, invoke_average};
const kernel max_pool_2d = {17, "MAX_POOL_2D", prepare, invoke_max};
