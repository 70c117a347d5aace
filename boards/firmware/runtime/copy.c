/* Operators that move no element: RESHAPE, SQUEEZE, EXPAND_DIMS. The output's shape is the model's. */
#include <string.h>

#include "kernel.h"

typedef struct {
  const tensor *input, *output;
} plan;

static void prepare(node *n) {
  const tensor *input = node_input(n, 0), *output = node_output(n, 0);
  node_require(n, input->bytes == output->bytes && tensor_type(n, input) == tensor_type(n, output),
               "the output does not hold the input's elements");
  plan *p = node_keep(n, sizeof *p);
  if (p) *p = (plan){input, output};
}

static void invoke(const void *plan_) {
  const plan *p = plan_;
  memcpy(p->output->data, p->input->data, p->input->bytes);
}

const kernel reshape = {22, "RESHAPE", prepare, invoke};
const kernel squeeze = {43, "SQUEEZE", prepare, invoke};
const kernel expand_dims = {70, "EXPAND_DIMS", prepare, invoke};
