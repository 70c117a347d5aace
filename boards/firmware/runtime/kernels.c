/* The table of kernels. An operator is added by its kernel's file and one line here. */
#include "kernel.h"

/* clang-format off */
#define KERNELS(EACH) \
  EACH(add) EACH(arg_max) EACH(arg_min) EACH(average_pool_2d) EACH(batch_to_space_nd) EACH(concatenation) \
  EACH(conv_2d) EACH(depthwise_conv_2d) EACH(dequantize) EACH(elu) EACH(expand_dims) EACH(fully_connected) \
  EACH(hard_swish) EACH(leaky_relu) EACH(logistic) EACH(max_pool_2d) EACH(maximum) EACH(mean) EACH(minimum) \
  EACH(mul) EACH(pack) EACH(pad) EACH(padv2) EACH(prelu) EACH(quantize) EACH(reduce_max) EACH(reduce_min) \
  EACH(relu) EACH(relu6) EACH(reshape) EACH(resize_bilinear) EACH(resize_nearest_neighbor) EACH(shape_of) \
  EACH(slice) EACH(softmax) EACH(space_to_batch_nd) EACH(split) EACH(squeeze) EACH(strided_slice) EACH(sub) \
  EACH(sum) EACH(svdf) EACH(tanh_int8) EACH(transpose) EACH(transpose_conv)
/* clang-format on */

#define DECLARE(name) extern const kernel name;
KERNELS(DECLARE)

#define ADDRESS(name) &name,
static const kernel *const kernels[] = {KERNELS(ADDRESS)};

const kernel *kernel_for(int32_t code) {
  for (uint32_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
    if (kernels[i]->code == code) return kernels[i];
  }
  return NULL;
}
