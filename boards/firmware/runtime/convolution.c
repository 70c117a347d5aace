/* CONV_2D and DEPTHWISE_CONV_2D: TFLM's reference_integer_ops::ConvPerChannel and DepthwiseConvPerChannel. */
#include <string.h>

#include "channels.h"
#include "dot.h"
#include "window.h"

typedef struct {
  window window;
  channels channels;
  const tensor *input, *output;
  const int8_t *weights;
  void *patch; /* int8 taps under the window; NULL when the input itself is the patch */
  void *sums;  /* int32 [out channels] */
  uint32_t patch_bytes;
  int32_t filter_channels; /* convolution: input channels that one filter sees, fewer than all in groups */
  int32_t multiplier;      /* depthwise: output channels for each input channel */
  int8_t input_zero_point;
} plan;

enum { CONV_PADDING, CONV_STRIDE_X, CONV_STRIDE_Y, CONV_ACTIVATION, CONV_DILATION_X, CONV_DILATION_Y };
enum {
  DEPTHWISE_PADDING,
  DEPTHWISE_STRIDE_X,
  DEPTHWISE_STRIDE_Y,
  DEPTHWISE_MULTIPLIER,
  DEPTHWISE_ACTIVATION,
  DEPTHWISE_DILATION_X,
  DEPTHWISE_DILATION_Y
};

static plan *keep_plan(node *n, const layer *l, const window *w) {
  const quantization in = tensor_quantization(n, l->input);
  plan *p = node_keep(n, sizeof *p);
  if (p == NULL) return NULL;
  p->window = *w;
  p->input = l->input;
  p->output = l->output;
  p->weights = l->filter->data;
  p->input_zero_point = (int8_t)in.zero_point;
  p->patch_bytes = (uint32_t)(w->height * w->width * w->in_channels);
  return p;
}

static void request_scratch(node *n, plan *p) {
  node_scratch(n, p->channels.count * sizeof(int32_t), &p->sums);
  if (p->window.height * p->window.width > 1) node_scratch(n, p->patch_bytes, &p->patch);
}

static layer layer_of(node *n, int32_t activation, uint32_t filter_axis) {
  return (layer){
      .input = node_input(n, 0),
      .filter = node_input(n, 1),
      .bias = node_optional_input(n, 2),
      .output = node_output(n, 0),
      .activation = activation,
      .filter_axis = filter_axis,
  };
}

static window_options conv_options(node *n, const shape *filter) {
  return (window_options){
      .height = filter->dim[1],
      .width = filter->dim[2],
      .padding = fb_int8_field(n->model, n->options, CONV_PADDING, 0),
      .stride_y = fb_int32_field(n->model, n->options, CONV_STRIDE_Y, 0),
      .stride_x = fb_int32_field(n->model, n->options, CONV_STRIDE_X, 0),
      .dilation_y = fb_int32_field(n->model, n->options, CONV_DILATION_Y, 1),
      .dilation_x = fb_int32_field(n->model, n->options, CONV_DILATION_X, 1),
  };
}

static void prepare_conv(node *n) {
  layer l = layer_of(n, fb_int8_field(n->model, n->options, CONV_ACTIVATION, 0), 0);
  const shape filter = tensor_shape(n, l.filter);
  if (!node_support(n, filter.rank == 4, "with a filter of a rank other than 4")) return;
  const window w = window_of(n, l.input, l.output, conv_options(n, &filter));
  const int32_t depth = filter.dim[3];
  if (!node_require(n,
                    depth > 0 && w.in_channels >= depth && w.in_channels % depth == 0 &&
                        w.out_channels % (w.in_channels / depth) == 0,
                    "the filter's channels do not divide the input's into groups"))
    return;
  node_require(n, filter.dim[0] == w.out_channels, "the filter does not have the output's channels");
  l.count = (uint32_t)w.out_channels;
  check_layer(n, &l);
  plan *p = keep_plan(n, &l, &w);
  const uint32_t filter_bytes = (uint32_t)(w.height * w.width * depth);
  if (p == NULL || !keep_channels(n, &l, filter_bytes, 1, filter_bytes, &p->channels)) return;
  p->filter_channels = depth;
  request_scratch(n, p);
}

/* The sums of all output channels at one place of the output. */
static HOT void conv_sums(const plan *p, const int8_t *patch) {
  dot_rows(patch, p->weights, p->patch_bytes, p->channels.count, p->sums);
}

/* In groups, each filter sees its share of the channels under every tap. */
static void grouped_sums(const plan *p, const int8_t *patch) {
  const window *w = &p->window;
  const int32_t depth = p->filter_channels, taps = w->height * w->width,
                filters = w->out_channels / (w->in_channels / depth);
  const int8_t *weight = p->weights;
  int32_t *sums = p->sums;
  for (int32_t channel = 0; channel < w->out_channels; channel++) {
    const int8_t *x = patch + channel / filters * depth;
    int32_t sum = 0;
    for (int32_t tap = 0; tap < taps; tap++, x += w->in_channels) {
      for (int32_t i = 0; i < depth; i++) sum += x[i] * *weight++;
    }
    sums[channel] = (int32_t)((uint32_t)sums[channel] + (uint32_t)sum);
  }
}

static HOT void depthwise_sums(const plan *p, const int8_t *patch) {
  dot_columns(patch, p->weights, (uint32_t)(p->window.height * p->window.width), p->channels.count, p->sums);
}

/* A depth multiplier spreads each input channel over several filters. */
static void multiplied_sums(const plan *p, const int8_t *patch) {
  const int32_t in = p->window.in_channels, count = p->window.out_channels, taps = p->window.height * p->window.width;
  int32_t *sums = p->sums;
  for (int32_t channel = 0; channel < count; channel++) {
    const int8_t *x = patch + channel / p->multiplier, *w = p->weights + channel;
    int32_t sum = 0;
    for (int32_t tap = 0; tap < taps; tap++) sum += x[tap * in] * w[tap * count];
    sums[channel] = (int32_t)((uint32_t)sums[channel] + (uint32_t)sum);
  }
}

static HOT void slide(const plan *p, void (*add_sums)(const plan *, const int8_t *)) {
  const window *w = &p->window;
  const int8_t *image = p->input->data;
  int8_t *out = p->output->data;
  for (int32_t batch = 0; batch < w->batches; batch++, image += w->in_height * w->in_width * w->in_channels) {
    for (int32_t y = 0; y < w->out_height; y++) {
      for (int32_t x = 0; x < w->out_width; x++, out += w->out_channels) {
        const int8_t *patch = p->patch;
        if (patch)
          gather_window(w, image, y, x, p->input_zero_point, p->patch);
        else
          patch = image + (y * w->stride_y * w->in_width + x * w->stride_x) * w->in_channels;
        memcpy(p->sums, p->channels.bias, p->channels.count * sizeof(int32_t));
        add_sums(p, patch);
        codes_of_sums(&p->channels, p->sums, out);
      }
    }
  }
}

static void invoke_conv(const void *plan_) {
  const plan *p = plan_;
  slide(p, p->filter_channels == p->window.in_channels ? conv_sums : grouped_sums);
}

static window_options depthwise_options(node *n, const shape *filter) {
  return (window_options){
      .height = filter->dim[1],
      .width = filter->dim[2],
      .padding = fb_int8_field(n->model, n->options, DEPTHWISE_PADDING, 0),
      .stride_y = fb_int32_field(n->model, n->options, DEPTHWISE_STRIDE_Y, 0),
      .stride_x = fb_int32_field(n->model, n->options, DEPTHWISE_STRIDE_X, 0),
      .dilation_y = fb_int32_field(n->model, n->options, DEPTHWISE_DILATION_Y, 1),
      .dilation_x = fb_int32_field(n->model, n->options, DEPTHWISE_DILATION_X, 1),
  };
}

static void prepare_depthwise(node *n) {
  layer l = layer_of(n, fb_int8_field(n->model, n->options, DEPTHWISE_ACTIVATION, 0), 3);
  const shape filter = tensor_shape(n, l.filter);
  if (!node_support(n, filter.rank == 4, "with a filter of a rank other than 4")) return;
  const window w = window_of(n, l.input, l.output, depthwise_options(n, &filter));
  if (!node_require(n,
                    w.in_channels > 0 && w.out_channels % w.in_channels == 0 && w.out_channels == filter.dim[3] &&
                        filter.dim[0] == 1,
                    "the filter does not have the output's channels"))
    return;
  l.count = (uint32_t)w.out_channels;
  check_layer(n, &l);
  plan *p = keep_plan(n, &l, &w);
  if (p == NULL || !keep_channels(n, &l, (uint32_t)(w.height * w.width), l.count, 1, &p->channels)) return;
  p->multiplier = w.out_channels / w.in_channels;
  request_scratch(n, p);
}

static void invoke_depthwise(const void *plan_) {
  const plan *p = plan_;
  slide(p, p->multiplier == 1 ? depthwise_sums : multiplied_sums);
}

const kernel conv_2d = {3, "CONV_2D", prepare_conv, invoke_conv};
const kernel depthwise_conv_2d = {4, "DEPTHWISE_CONV_2D", prepare_depthwise, invoke_depthwise};
