/* The table of kernels. An operator is added by its kernel's file and one line here. */
#include "kernel.h"

#define KERNELS(EACH)                                                                          \
  EACH(average_pool_2d) EACH(conv_2d) EACH(depthwise_conv_2d) EACH(expand_dims)                \
  EACH(fully_connected) EACH(logistic) EACH(max_pool_2d) EACH(reshape) EACH(softmax) EACH(squeeze)

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
