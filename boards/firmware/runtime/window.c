#include "window.h"

#include <string.h>

enum { SAME, VALID };

/* Output size along one axis, as in TensorFlow's GetWindowedOutputSize; sets the padding before it. */
static int32_t slide(int32_t padding, int32_t in, int32_t taps, int32_t stride, int32_t dilation, int32_t *before) {
  const int32_t span = (taps - 1) * dilation + 1;
  const int32_t out = padding == SAME ? (in + stride - 1) / stride : (in + stride - span) / stride;
  const int32_t total = (out - 1) * stride + span - in;
  *before = total > 0 ? total / 2 : 0;
  return out;
}

static bool is_sane(int32_t value) { return value > 0 && value < 1 << 14; }

window window_between(node *n, const tensor *input, const tensor *output, window_options o) {
  window w = {0};
  const shape in = tensor_shape(n, input), out = tensor_shape(n, output);
  if (!node_support(n, in.rank == 4 && out.rank == 4, "of a rank other than 4")) return w;
  if (!node_require(n, input->bytes > 0, "the input is empty")) return w;
  const bool sane = is_sane(o.height) && is_sane(o.width) && is_sane(o.stride_y) && is_sane(o.stride_x) &&
                    is_sane(o.dilation_y) && is_sane(o.dilation_x) && o.height * o.dilation_y < 1 << 14 &&
                    o.width * o.dilation_x < 1 << 14;
  if (!node_require(n, sane, "a stride, dilation or window size is out of range")) return w;
  w = (window){
      .batches = in.dim[0],
      .in_height = in.dim[1],
      .in_width = in.dim[2],
      .in_channels = in.dim[3],
      .out_height = out.dim[1],
      .out_width = out.dim[2],
      .out_channels = out.dim[3],
      .height = o.height,
      .width = o.width,
      .stride_y = o.stride_y,
      .stride_x = o.stride_x,
      .dilation_y = o.dilation_y,
      .dilation_x = o.dilation_x,
  };
  slide(o.padding, w.in_height, o.height, o.stride_y, o.dilation_y, &w.top);
  slide(o.padding, w.in_width, o.width, o.stride_x, o.dilation_x, &w.left);
  node_require(n, out.dim[0] == w.batches, "input and output do not have the same batches");
  return w;
}

window window_of(node *n, const tensor *input, const tensor *output, window_options o) {
  const window w = window_between(n, input, output, o);
  int32_t padding;
  if (node_refused(n)) return w;
  const bool fits = slide(o.padding, w.in_height, o.height, o.stride_y, o.dilation_y, &padding) == w.out_height &&
                    slide(o.padding, w.in_width, o.width, o.stride_x, o.dilation_x, &padding) == w.out_width;
  node_require(n, fits, "the output's shape does not follow from the input's");
  return w;
}

/* One row of taps: `width` of them, in_channels each, from image column `column` on. */
static HOT void gather_row(const window *w, const int8_t *row, int32_t column, int8_t outside, int8_t *taps) {
  const uint32_t channels = (uint32_t)w->in_channels;
  if (w->dilation_x == 1 && column >= 0 && column + w->width <= w->in_width) {
    memcpy(taps, row + column * w->in_channels, (uint32_t)w->width * channels);
    return;
  }
  for (int32_t tap = 0; tap < w->width; tap++, column += w->dilation_x, taps += channels) {
    if (column >= 0 && column < w->in_width)
      memcpy(taps, row + column * w->in_channels, channels);
    else
      memset(taps, outside, channels);
  }
}

HOT void gather_window(const window *w, const int8_t *image, int32_t y, int32_t x, int8_t outside, int8_t *patch) {
  const int32_t row_bytes = w->width * w->in_channels;
  int32_t row = y * w->stride_y - w->top;
  for (int32_t tap = 0; tap < w->height; tap++, row += w->dilation_y, patch += row_bytes) {
    if (row < 0 || row >= w->in_height)
      memset(patch, outside, (uint32_t)row_bytes);
    else
      gather_row(w, image + row * w->in_width * w->in_channels, x * w->stride_x - w->left, outside, patch);
  }
}
