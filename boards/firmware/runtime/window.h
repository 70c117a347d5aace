/* A window sliding over the height and width of an NHWC tensor: what convolutions and poolings share. */
#ifndef TICKMARK_WINDOW_H
#define TICKMARK_WINDOW_H

#include "kernel.h"

typedef struct {
  int32_t batches;
  int32_t in_height, in_width, in_channels;
  int32_t out_height, out_width, out_channels;
  int32_t height, width; /* of the window, in taps */
  int32_t stride_y, stride_x;
  int32_t dilation_y, dilation_x;
  int32_t top, left; /* padding before the first row and column */
} window;

/* What a node's options say about its window. */
typedef struct {
  int32_t height, width;
  int32_t padding; /* 0 SAME, 1 VALID */
  int32_t stride_y, stride_x;
  int32_t dilation_y, dilation_x;
} window_options;

/* The window that slides over `input` with one place for each place of `output`, however many there are. */
window window_between(node *n, const tensor *input, const tensor *output, window_options options);

/* The same, checks the options against the shapes of input and output (ComputePaddingHeightWidth). */
window window_of(node *n, const tensor *input, const tensor *output, window_options options);

/* Copies the int8 taps under the window at (y, x) of one image: [height, width, in_channels], `outside` where there is
 * no input. */
HOT void gather_window(const window *w, const int8_t *image, int32_t y, int32_t x, int8_t outside, int8_t *patch);

#endif
