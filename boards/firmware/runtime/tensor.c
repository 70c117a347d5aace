#include "kernel.h"
#include "schema.h"

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
  if (!node_require(n, q.zero_point >= low && q.zero_point <= high, "a zero point is outside its type"))
    q.zero_point = 0;
  return q;
}

bool same_quantization(node *n, const tensor *a, const tensor *b) {
  const quantization of_a = tensor_quantization(n, a), of_b = tensor_quantization(n, b);
  return of_a.scale == of_b.scale && of_a.zero_point == of_b.zero_point;
}

float channel_scale(node *n, const quantization *q, uint32_t channel) {
  return q->channels == 1 ? q->scale : checked_scale(n, q->scales_at + 4 * channel);
}
