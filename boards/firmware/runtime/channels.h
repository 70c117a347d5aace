/* Per output channel: what turns a sum of products into a code. Convolutions keep it in the arena. */
#ifndef TICKMARK_CHANNELS_H
#define TICKMARK_CHANNELS_H

#include "scale.h"

typedef struct {
  int32_t *bias; /* the model's, plus what the input's zero point adds to every sum */
  int32_t *multiplier;
  uint8_t *right_shift; /* as a signed byte where not all are 1 ... 31 */
  int32_t zero_point;   /* of the output */
  code_range range;
  uint32_t count;
  bool all_shift_right; /* by 1 ... 31: what hardly any channel is not */
} channels;

/* Types, zero points and scales of one int8 layer. `filter_axis` is the dimension of its output channels. */
typedef struct {
  const tensor *input, *filter, *bias, *output;
  int32_t activation;
  uint32_t count;
  uint32_t filter_axis;
  bool has_edges; /* not every sum has every weight in it, so the kernel takes the input's zero point off itself */
} layer;

/* Refuses what is no int8 layer with constant int8 weights and int32 bias. Call before any weight is read. */
void check_layer(node *n, const layer *l);

/* Keeps and fills the arrays. `weight_stride` leads from weight to weight of one channel, `channel_stride` from channel
 * to channel. */
bool keep_channels(node *n, const layer *l, uint32_t weights, uint32_t weight_stride, uint32_t channel_stride,
                   channels *c);

/* sums [count], each begun with its channel's bias, to codes. */
void codes_of_sums(const channels *c, const int32_t *sums, int8_t *out);

#endif
