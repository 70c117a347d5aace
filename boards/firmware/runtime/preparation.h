/* A model on its way to being prepared: shared by prepare.c, node.c and plan.c. */
#ifndef TICKMARK_PREPARATION_H
#define TICKMARK_PREPARATION_H

#include "kernel.h"

/* A buffer that the arena must hold from step `first` to step `last`; 0 bytes: nothing to hold. */
typedef struct {
  uint32_t bytes;
  uint32_t offset;
  void **where; /* receives the address */
  int16_t first;
  int16_t last;
} request;

/*
 * The arena while preparing: what is kept grows up from the start; requests, needed only until the plan stands, grow
 * down from the end, request k at requests[-1 - k]. The first tensor_count of them are the tensors'.
 */
struct preparation {
  flatbuffer model;
  refusal *why;
  uint8_t *arena;
  uint32_t arena_bytes;
  uint32_t kept;
  request *requests;
  uint16_t request_count;
  uint16_t tensor_count;
  tensor *tensors;
  fb_vector tensor_tables;
  fb_vector buffers;
};

/* 4 on a 32-bit chip: enough for every element that a kernel here reads. LARGEST_NEED keeps sums of sizes from
 * wrapping. */
enum { ARENA_ALIGNMENT = sizeof(void *), LARGEST_NEED = 1 << 29, BEFORE_FIRST_STEP = -1 };

static inline uint32_t aligned(uint32_t bytes) {
  return (bytes + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
}

static inline request *request_at(preparation *p, uint32_t k) { return p->requests - 1 - k; }

/* The first refusal stays. Always false, so that a check can be `ok || refuse(...)`. */
bool refuse(preparation *p, uint8_t code, const char *pattern, ...);

/* Zeroed memory in the kept part; NULL and a refusal when the arena is full. */
void *keep(preparation *p, uint32_t bytes);

/* Adds a request; NULL and a refusal when the arena is full. */
request *add_request(preparation *p, uint32_t bytes);

/* Places every request by its size, larger first, and returns the bytes of arena that all of it takes; 0 when refused.
 */
uint32_t place_requests(preparation *p);

#endif
