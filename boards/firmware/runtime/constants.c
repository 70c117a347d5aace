#include "constants.h"

constants constant_ints(node *n, uint32_t i, uint32_t most) {
  constants c = {0, {0}};
  const tensor *t = node_input(n, i);
  if (node_refused(n) || t->bytes == 0) return c;
  const uint32_t element_bytes = tensor_element_bytes(n, t), count = tensor_elements(n, t);
  const int32_t type = tensor_type(n, t);
  if (!node_support(n, type == INT32 || type == INT64, "with axes or sizes of this type")) return c;
  if (!node_support(n, node_is_constant(n, t), "with axes or sizes that are no constant")) return c;
  if (!node_require(n, count <= most && count <= MOST_CONSTANTS, "too many axes or sizes")) return c;
  c.count = count;
  for (uint32_t k = 0; k < count; k++) {
    const int32_t *low = (const int32_t *)t->data + k * element_bytes / 4;
    c.value[k] = *low;
    if (type == INT64) node_require(n, low[1] == (*low < 0 ? -1 : 0), "a size leaves 32 bits");
  }
  return c;
}
