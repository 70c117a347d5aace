#include "constants.h"

#include <string.h>

constants constant_ints(node *n, uint32_t i, uint32_t most) {
  constants c = {0, {0}};
  const tensor *t = node_input(n, i);
  if (node_refused(n) || t->bytes == 0) return c;
  const uint32_t count = tensor_elements(n, t);
  if (!node_support(n, tensor_type(n, t) == INT32, "with axes or sizes that are not int32")) return c;
  if (!node_support(n, node_is_constant(n, t), "with axes or sizes that are no constant")) return c;
  if (!node_require(n, count <= most && count <= MOST_CONSTANTS, "too many axes or sizes")) return c;
  c.count = count;
  memcpy(c.value, t->data, count * sizeof *c.value);
  return c;
}
