/*
 * TRANSPOSE_CONV: TFLM's reference_integer_ops::TransposeConv. There each input is scattered over a window of int32
 * sums; here each output gathers the inputs whose windows reach it, which gives the same sums and needs no room for
 * them.
 */
#include "channels.h"
#include "window.h"

typedef struct {
  window window; /* slides over the output, one place for each place of the input */
  channels channels;
  const tensor *input, *output;
  const int8_t *weights; /* [out channel, height, width, in channel] */
  void *sums;            /* int32 [out channels] */
  int32_t input_zero_point;
} plan;

enum { PADDING, STRIDE_X, STRIDE_Y, ACTIVATION };

static void prepare(node *n) {
  layer l = {
      .filter = node_input(n, 1),
      .input = node_input(n, 2),
      .bias = node_optional_input(n, 3),
      .output = node_output(n, 0),
      .activation = fb_int8_field(n->model, n->options, ACTIVATION, 0),
      .has_edges = true,
  };
  const shape filter = tensor_shape(n, l.filter);
  if (!node_support(n, filter.rank == 4, "with a filter of a rank other than 4")) return;
  /* As in TFLM, inputs whose windows lie outside of the output count for nothing. */
  const window w = window_between(n, l.output, l.input,
                                  (window_options){
                                      .height = filter.dim[1],
                                      .width = filter.dim[2],
                                      .padding = fb_int8_field(n->model, n->options, PADDING, 0),
                                      .stride_y = fb_int32_field(n->model, n->options, STRIDE_Y, 0),
                                      .stride_x = fb_int32_field(n->model, n->options, STRIDE_X, 0),
                                      .dilation_y = 1,
                                      .dilation_x = 1,
                                  });
  node_require(n, filter.dim[0] == w.in_channels && filter.dim[3] == w.out_channels,
               "the filter does not have the tensors' channels");
  l.count = (uint32_t)w.in_channels;
  check_layer(n, &l);
  const quantization in = tensor_quantization(n, l.input);
  plan *p = node_keep(n, sizeof *p);
  if (p == NULL) return;
  *p = (plan){
      .window = w, .input = l.input, .output = l.output, .weights = l.filter->data, .input_zero_point = in.zero_point};
  const uint32_t filter_bytes = (uint32_t)(w.height * w.width * w.out_channels);
  if (keep_channels(n, &l, filter_bytes, 1, filter_bytes, &p->channels))
    node_scratch(n, l.count * sizeof(int32_t), &p->sums);
}

static int32_t dot(const plan *p, const int8_t *x, const int8_t *weights) {
  int32_t sum = 0;
  for (int32_t i = 0; i < p->window.out_channels; i++) sum += (x[i] - p->input_zero_point) * weights[i];
  return sum;
}

/* Place of the input whose window has its tap `tap` at `at` of the output, or -1. */
static int32_t source(int32_t at, int32_t tap, int32_t stride, int32_t inputs) {
  const int32_t distance = at - tap;
  return distance >= 0 && distance % stride == 0 && distance / stride < inputs ? distance / stride : -1;
}

static int32_t gather(const plan *p, const int8_t *image, const int8_t *weights, int32_t y, int32_t x) {
  const window *w = &p->window;
  int32_t sum = 0;
  for (int32_t row = 0; row < w->height; row++) {
    const int32_t in_y = source(y + w->top, row, w->stride_y, w->out_height);
    for (int32_t column = 0; column < w->width && in_y >= 0; column++) {
      const int32_t in_x = source(x + w->left, column, w->stride_x, w->out_width);
      if (in_x >= 0)
        sum += dot(p, image + (in_y * w->out_width + in_x) * w->out_channels,
                   weights + (row * w->width + column) * w->out_channels);
    }
  }
  return sum;
}

static void invoke(const void *plan_) {
  const plan *p = plan_;
  const window *w = &p->window;
  const int8_t *image = p->input->data;
  int8_t *out = p->output->data;
  int32_t *sums = p->sums;
  const int32_t filter = w->height * w->width * w->out_channels;
  for (int32_t batch = 0; batch < w->batches; batch++, image += w->out_height * w->out_width * w->out_channels) {
    for (int32_t y = 0; y < w->in_height; y++) {
      for (int32_t x = 0; x < w->in_width; x++, out += w->in_channels) {
        for (int32_t c = 0; c < w->in_channels; c++)
          sums[c] =
              (int32_t)((uint32_t)p->channels.bias[c] + (uint32_t)gather(p, image, p->weights + c * filter, y, x));
        codes_of_sums(&p->channels, sums, out);
      }
    }
  }
}

const kernel transpose_conv = {67, "TRANSPOSE_CONV", prepare, invoke};
