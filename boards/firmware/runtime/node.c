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
  return holds || refuse(n->prep, REFUSED_KERNEL, "no kernel for %s %s (operator %u)", n->kernel->name, configuration, (uint32_t)n->index);
}

bool node_refused(const node *n) { return n->prep->why->code != 0 || n->model->broken; }

static const char *type_name(int32_t type) {
  static const char *const names[] = {"float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64", "int8"};
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

/* Fields of Tensor and QuantizationParameters in the schema. */
enum { TENSOR_SHAPE, TENSOR_TYPE, TENSOR_BUFFER, TENSOR_NAME, TENSOR_QUANTIZATION, TENSOR_IS_VARIABLE };
enum { QUANTIZATION_SCALE = 2, QUANTIZATION_ZERO_POINT = 3, QUANTIZATION_AXIS = 6 };

int32_t tensor_type(node *n, const tensor *t) { return fb_int8_field(n->model, t->table, TENSOR_TYPE, FLOAT32); }

uint32_t tensor_element_bytes(node *n, const tensor *t) {
  static const uint8_t bytes[] = {4, 2, 4, 1, 8, 0, 1, 2, 8, 1};
  const int32_t type = tensor_type(n, t);
  return type >= 0 && type < (int32_t)sizeof bytes ? bytes[type] : 0;
}

uint32_t tensor_elements(node *n, const tensor *t) {
  const uint32_t element_bytes = tensor_element_bytes(n, t);
  return element_bytes ? t->bytes / element_bytes : 0;
}

shape tensor_shape(node *n, const tensor *t) {
  shape s = {0, {0}};
  const fb_vector dims = fb_vector_field(n->model, t->table, TENSOR_SHAPE, 4);
  if (!node_support(n, dims.count <= MAX_RANK, "with more than 6 dimensions")) return s;
  s.rank = (int32_t)dims.count;
  for (uint32_t i = 0; i < dims.count; i++) s.dim[i] = fb_int32(n->model, dims.at + 4 * i);
  return s;
}

bool same_shape(const shape *a, const shape *b) {
  if (a->rank != b->rank) return false;
  for (int32_t i = 0; i < a->rank; i++) {
    if (a->dim[i] != b->dim[i]) return false;
  }
  return true;
}

static float checked_scale(node *n, uint32_t at) {
  const float scale = fb_float(n->model, at);
  return node_require(n, scale > 0x1p-126f && scale < 0x1p100f, "a scale is no positive number") ? scale : 1;
}

quantization tensor_quantization(node *n, const tensor *t) {
  quantization q = {1, 0, 0, 0, 0};
  const uint32_t table = fb_table_field(n->model, t->table, TENSOR_QUANTIZATION);
  const fb_vector scales = fb_vector_field(n->model, table, QUANTIZATION_SCALE, 4);
  const fb_vector zero_points = fb_vector_field(n->model, table, QUANTIZATION_ZERO_POINT, 8);
  if (!node_require(n, scales.count > 0, "a tensor has no scale")) return q;
  q.channels = scales.count;
  q.scales_at = scales.at;
  q.axis = (uint32_t)fb_int32_field(n->model, table, QUANTIZATION_AXIS, 0);
  q.scale = checked_scale(n, scales.at);
  if (zero_points.count) q.zero_point = fb_int32(n->model, zero_points.at);
  const int32_t low = tensor_type(n, t) == UINT8 ? 0 : tensor_type(n, t) == INT8 ? INT8_MIN : INT16_MIN;
  const int32_t high = tensor_type(n, t) == UINT8 ? UINT8_MAX : tensor_type(n, t) == INT8 ? INT8_MAX : INT16_MAX;
  if (!node_require(n, q.zero_point >= low && q.zero_point <= high, "a zero point is outside its type")) q.zero_point = 0;
  return q;
}

float channel_scale(node *n, const quantization *q, uint32_t channel) {
  return q->channels == 1 ? q->scale : checked_scale(n, q->scales_at + 4 * channel);
}
