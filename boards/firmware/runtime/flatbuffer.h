/*
 * Reads a FlatBuffer where it lies, without trusting a byte of it: https://flatbuffers.dev/internals
 *
 * An offset that leads out of the buffer marks the buffer broken and reads as zero or empty, so callers read on and ask
 * once, at the end, whether what they read was real.
 */
#ifndef TICKMARK_FLATBUFFER_H
#define TICKMARK_FLATBUFFER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  const uint8_t *bytes;
  uint32_t size;
  bool broken;
} flatbuffer;

/* Elements of a vector: `at` is the first one's offset in the buffer, all `count` lie inside it. */
typedef struct {
  uint32_t at;
  uint32_t count;
} fb_vector;

/* Scalars at an offset, at any alignment. */
uint32_t fb_uint(flatbuffer *fb, uint32_t at, uint32_t bytes);
int32_t fb_int32(flatbuffer *fb, uint32_t at);
float fb_float(flatbuffer *fb, uint32_t at);

/* A table is the offset of its start; 0 is no table, and reads as one without fields. */
uint32_t fb_root(flatbuffer *fb);
uint32_t fb_table_at(flatbuffer *fb, uint32_t at);

/* Fields by their number: the value, or `absent` where the table leaves it out. */
int32_t fb_int8_field(flatbuffer *fb, uint32_t table, uint32_t field, int32_t absent);
int32_t fb_int32_field(flatbuffer *fb, uint32_t table, uint32_t field, int32_t absent);
float fb_float_field(flatbuffer *fb, uint32_t table, uint32_t field, float absent);
uint32_t fb_table_field(flatbuffer *fb, uint32_t table, uint32_t field);
fb_vector fb_vector_field(flatbuffer *fb, uint32_t table, uint32_t field, uint32_t element_bytes);

#endif
