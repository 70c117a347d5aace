/* RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR: TFLM's reference_ops::ResizeNearestNeighbor and ResizeBilinearInteger.
 */
#include <string.h>

#include "scale.h"

/* One axis: how the output's places map to the input's. */
typedef struct {
  int32_t in, out;
  bool align_corners, half_pixel_centers;
} axis;

typedef struct {
  const tensor *input, *output;
  int32_t batches, channels;
  axis y, x;
} plan;

static void prepare_axes(node *n, uint32_t align_corners_field) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  node_support_type(n, input, INT8);
  node_support_type(n, output, INT8);
  const shape in = tensor_shape(n, input), out = tensor_shape(n, output);
  const bool align = fb_int8_field(n->model, n->options, align_corners_field, 0),
             half = fb_int8_field(n->model, n->options, align_corners_field + 1, 0);
  const bool fits = in.rank == 4 && out.rank == 4 && in.dim[0] == out.dim[0] && in.dim[3] == out.dim[3] && input->bytes;
  if (!node_require(n, fits, "the output's shape does not follow from the input's")) return;
  const bool is_sane = in.dim[1] < 1 << 12 && in.dim[2] < 1 << 12 && out.dim[1] < 1 << 12 && out.dim[2] < 1 << 12;
  node_support(n, is_sane, "for sides of 4096 and more");
  plan *p = node_keep(n, sizeof *p);
  if (p)
    *p = (plan){input,
                output,
                in.dim[0],
                in.dim[3],
                {in.dim[1], out.dim[1], align, half},
                {in.dim[2], out.dim[2], align, half}};
}

static void prepare_nearest(node *n) { prepare_axes(n, 0); }
static void prepare_bilinear(node *n) { prepare_axes(n, 2); } /* behind two fields that are no longer used */

/* GetNearestNeighbor, in single precision as there. */
static int32_t nearest(const axis *a, int32_t place) {
  const bool align = a->align_corners && a->out > 1;
  const float scale = align ? (float)(a->in - 1) / (float)(a->out - 1) : (float)a->in / (float)a->out;
  const float at = ((float)place + (a->half_pixel_centers ? 0.5f : 0)) * scale;
  const int32_t found = a->align_corners ? round_to_int((double)at) : (int32_t)at; /* at >= 0: truncation is floor */
  return found < a->in - 1 ? found : a->in - 1;
}

static const int8_t *pixel(const plan *p, int32_t batch, int32_t y, int32_t x) {
  return (const int8_t *)p->input->data + ((batch * p->y.in + y) * p->x.in + x) * p->channels;
}

static void invoke_nearest(const void *plan_) {
  const plan *p = plan_;
  int8_t *out = p->output->data;
  for (int32_t batch = 0; batch < p->batches; batch++) {
    for (int32_t y = 0; y < p->y.out; y++) {
      const int32_t in_y = nearest(&p->y, y);
      for (int32_t x = 0; x < p->x.out; x++, out += p->channels)
        memcpy(out, pixel(p, batch, in_y, nearest(&p->x, x)), (uint32_t)p->channels);
    }
  }
}

enum { ONE = 1 << 10 };

/* Between which two places of the input one of the output lies, and how far behind the first, in 1/1024. */
typedef struct {
  int32_t low, high, share;
} between;

/* ComputeInterpolationValuesInteger. At the edges the share may lie outside [0, 1]; both places are then the same one.
 */
static between interpolate(const axis *a, int32_t place) {
  const bool align = a->align_corners && a->out > 1;
  const int32_t in = align ? a->in - 1 : a->in, out = align ? a->out - 1 : a->out;
  const int32_t scale = (ONE * in + out / 2) / out;
  const int32_t at = place * scale + (a->half_pixel_centers ? scale / 2 - ONE / 2 : 0);
  const int32_t low = at / ONE > 0 ? at / ONE : 0, high = (at + ONE - 1) / ONE;
  return (between){low < a->in ? low : a->in - 1, high < a->in ? high : a->in - 1, at - ONE * low};
}

static int8_t blend(const between *y, const between *x, const int8_t *top_left, const int8_t *bottom_left,
                    const int8_t *top_right, const int8_t *bottom_right) {
  const int64_t sum = (int64_t)*top_left * (ONE - y->share) * (ONE - x->share) +
                      (int64_t)*bottom_left * y->share * (ONE - x->share) +
                      (int64_t)*top_right * (ONE - y->share) * x->share + (int64_t)*bottom_right * y->share * x->share;
  return (int8_t)((sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20));
}

static void invoke_bilinear(const void *plan_) {
  const plan *p = plan_;
  int8_t *out = p->output->data;
  for (int32_t batch = 0; batch < p->batches; batch++) {
    for (int32_t row = 0; row < p->y.out; row++) {
      const between y = interpolate(&p->y, row);
      for (int32_t column = 0; column < p->x.out; column++) {
        const between x = interpolate(&p->x, column);
        const int8_t *top_left = pixel(p, batch, y.low, x.low), *bottom_left = pixel(p, batch, y.high, x.low);
        const int8_t *top_right = pixel(p, batch, y.low, x.high), *bottom_right = pixel(p, batch, y.high, x.high);
        for (int32_t c = 0; c < p->channels; c++)
          *out++ = blend(&y, &x, top_left++, bottom_left++, top_right++, bottom_right++);
      }
    }
  }
}

const kernel resize_nearest_neighbor = {97, "RESIZE_NEAREST_NEIGHBOR", prepare_nearest, invoke_nearest};
const kernel resize_bilinear = {23, "RESIZE_BILINEAR", prepare_bilinear, invoke_bilinear};
