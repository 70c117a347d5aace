#include "flatbuffer.h"

static bool inside(flatbuffer *fb, uint32_t at, uint32_t bytes) {
  if (at <= fb->size && bytes <= fb->size - at) return true;
  fb->broken = true;
  return false;
}

uint32_t fb_uint(flatbuffer *fb, uint32_t at, uint32_t bytes) {
  uint32_t value = 0;
  if (inside(fb, at, bytes)) {
    while (bytes--) value = value << 8 | fb->bytes[at + bytes];
  }
  return value;
}

int32_t fb_int32(flatbuffer *fb, uint32_t at) { return (int32_t)fb_uint(fb, at, 4); }

float fb_float(flatbuffer *fb, uint32_t at) {
  union {
    uint32_t bits;
    float value;
  } word = {fb_uint(fb, at, 4)};
  return word.value;
}

/* Follows the unsigned offset that lies at `at`. 0 when it leads nowhere. */
static uint32_t follow(flatbuffer *fb, uint32_t at) {
  const uint32_t offset = fb_uint(fb, at, 4);
  if (offset == 0 || offset > fb->size - at) { /* at <= size, or offset reads as 0 */
    fb->broken = true;
    return 0;
  }
  return at + offset;
}

uint32_t fb_root(flatbuffer *fb) { return follow(fb, 0); }
uint32_t fb_table_at(flatbuffer *fb, uint32_t at) { return follow(fb, at); }

/* Offset of a field's value; 0 when the table does not hold it. */
static uint32_t field_at(flatbuffer *fb, uint32_t table, uint32_t field) {
  if (table == 0) return 0;
  const uint32_t vtable = table - fb_uint(fb, table, 4); /* a signed distance: the sum wraps as it should */
  const uint32_t vtable_bytes = fb_uint(fb, vtable, 2);
  const uint32_t entry = 4 + 2 * field;
  if (entry + 2 > vtable_bytes) return 0;
  const uint32_t offset = fb_uint(fb, vtable + entry, 2);
  return offset && inside(fb, table, offset) ? table + offset : 0;
}

int32_t fb_int8_field(flatbuffer *fb, uint32_t table, uint32_t field, int32_t absent) {
  const uint32_t at = field_at(fb, table, field);
  return at ? (int8_t)fb_uint(fb, at, 1) : absent;
}

int32_t fb_int32_field(flatbuffer *fb, uint32_t table, uint32_t field, int32_t absent) {
  const uint32_t at = field_at(fb, table, field);
  return at ? fb_int32(fb, at) : absent;
}

float fb_float_field(flatbuffer *fb, uint32_t table, uint32_t field, float absent) {
  const uint32_t at = field_at(fb, table, field);
  return at ? fb_float(fb, at) : absent;
}

uint32_t fb_table_field(flatbuffer *fb, uint32_t table, uint32_t field) {
  const uint32_t at = field_at(fb, table, field);
  return at ? follow(fb, at) : 0;
}

fb_vector fb_vector_field(flatbuffer *fb, uint32_t table, uint32_t field, uint32_t element_bytes) {
  const fb_vector empty = {0, 0};
  const uint32_t vector = fb_table_field(fb, table, field);
  if (vector == 0) return empty;
  const fb_vector found = {vector + 4, fb_uint(fb, vector, 4)};
  if (fb->broken || (uint64_t)found.count * element_bytes > fb->size - found.at) {
    fb->broken = true;
    return empty;
  }
  return found;
}
