/* What kernels ask while they prepare: their tensors, shapes, scales, and memory. */
#include <stdarg.h>
#include <string.h>

#include "../support/format.h"
#include "preparation.h"

static const tensor no_tensor = {0, 0, 0};

bool refuse(preparation *p, uint8_t code, const char *pattern, ...) {
  if (p->why->code == 0) {
    va_list values;
    va_start(values, pattern);
    format(p->why->text, sizeof p->why->text, pattern, values);
    va_end(values);
    p->why->code = code;
  }
  return false;
}

bool node_require(node *n, bool holds, const char *rule) {
  return holds || refuse(n->prep, REFUSED_MODEL, "operator %u, %s: %s", (uint32_t)n->index, n->kernel->name, rule);
}

bool node_support(node *n, bool holds, const char *configuration) {
  return holds || refuse(n->prep, REFUSED_KERNEL, "no kernel for %s %s (operator %u)", n->kernel->name, configuration,
                         (uint32_t)n->index);
}

bool node_refused(const node *n) { return n->prep->why->code != 0 || n->model->broken; }

static const char *type_name(int32_t type) {
  static const char *const names[] = {"float32", "float16", "int32", "uint8",     "int64",
                                      "string",  "bool",    "int16", "complex64", "int8"};
  return type >= 0 && type < (int32_t)(sizeof names / sizeof *names) ? names[type] : "an unknown type";
}

void node_support_type(node *n, const tensor *t, int32_t type) {
  if (t) node_support(n, tensor_type(n, t) == type, type_name(tensor_type(n, t)));
}

static const tensor *tensor_of(node *n, const fb_vector *indices, uint32_t i) {
  const uint32_t index = i < indices->count ? fb_uint(n->model, indices->at + 4 * i, 4) : UINT32_MAX;
  return index < n->prep->tensor_count ? &n->prep->tensors[index] : NULL;
}

const tensor *node_optional_input(node *n, uint32_t i) { return tensor_of(n, &n->inputs, i); }

const tensor *node_input(node *n, uint32_t i) {
  const tensor *t = tensor_of(n, &n->inputs, i);
  node_require(n, t != NULL, "an input is missing");
  return t ? t : &no_tensor;
}

const tensor *node_output(node *n, uint32_t i) {
  const tensor *t = tensor_of(n, &n->outputs, i);
  node_require(n, t != NULL, "an output is missing");
  return t ? t : &no_tensor;
}

bool node_is_constant(node *n, const tensor *t) {
  const uint8_t *data = t->data;
  return data != NULL && data >= n->model->bytes && data < n->model->bytes + n->model->size;
}

void *node_keep(node *n, uint32_t bytes) {
  if (node_refused(n)) return NULL;
  void *memory = keep(n->prep, bytes);
  if (n->plan == NULL) n->plan = memory;
  return memory;
}

void node_scratch(node *n, uint32_t bytes, void **where) {
  request *r = add_request(n->prep, bytes);
  if (r == NULL) return;
  r->first = r->last = (int16_t)n->index;
  r->where = where;
}

void *keep(preparation *p, uint32_t bytes) {
  const uint32_t free = (uint32_t)((uint8_t *)(p->requests - p->request_count) - p->arena) - p->kept;
  if (bytes > free - free % ARENA_ALIGNMENT) {
    refuse(p, REFUSED_SIZE, "the arena has no room for the model's metadata: %u bytes are reserved", p->arena_bytes);
    return NULL;
  }
  void *memory = p->arena + p->kept;
  p->kept += aligned(bytes);
  return memset(memory, 0, bytes);
}

request *add_request(preparation *p, uint32_t bytes) {
  const uint32_t free = (uint32_t)((uint8_t *)(p->requests - p->request_count) - p->arena) - p->kept;
  if (free < sizeof(request) || bytes > p->arena_bytes) {
    refuse(p, REFUSED_SIZE, "the arena needs more than %u bytes", p->arena_bytes);
    return NULL;
  }
  request *r = request_at(p, p->request_count++);
  *r = (request){aligned(bytes), 0, NULL, 0, 0};
  return r;
}
