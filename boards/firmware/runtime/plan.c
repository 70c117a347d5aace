/* The arena's plan: TFLM's greedy-by-size (micro/memory_planner/greedy_memory_planner), in place of a heap. */
#include "preparation.h"

static bool overlap_in_time(const request *a, const request *b) { return a->first <= b->last && b->first <= a->last; }

/* Lowest offset at which `r` meets none of the placed requests that live at the same time. */
static uint32_t lowest_gap(preparation *p, const request *r, uint32_t placed) {
  uint32_t offset = 0;
  for (uint32_t k = 0; k < placed; k++) { /* placed ones lie in the order of their offsets */
    const request *other = request_at(p, k);
    if (!overlap_in_time(r, other)) continue;
    if (other->offset >= offset + r->bytes) break;
    if (other->offset + other->bytes > offset) offset = other->offset + other->bytes;
  }
  return offset;
}

static void swap(request *a, request *b) {
  const request held = *a;
  *a = *b;
  *b = held;
}

/* Moves the largest request that is not yet placed to slot `placed`; of equals, the one that is needed first. */
static request *take_largest(preparation *p, uint32_t placed) {
  request *largest = request_at(p, placed);
  for (uint32_t k = placed + 1; k < p->request_count; k++) {
    request *other = request_at(p, k);
    if (other->bytes > largest->bytes || (other->bytes == largest->bytes && other->first < largest->first))
      largest = other;
  }
  swap(largest, request_at(p, placed));
  return request_at(p, placed);
}

static void sort_in(preparation *p, uint32_t slot) {
  for (; slot > 0 && request_at(p, slot - 1)->offset > request_at(p, slot)->offset; slot--) {
    swap(request_at(p, slot - 1), request_at(p, slot));
  }
}

uint32_t place_requests(preparation *p) {
  uint32_t end = 0;
  for (uint32_t placed = 0; placed < p->request_count && end < LARGEST_NEED; placed++) {
    request *r = take_largest(p, placed);
    r->offset = lowest_gap(p, r, placed);
    if (r->bytes && r->offset + r->bytes > end) end = r->offset + r->bytes;
    sort_in(p, placed);
  }
  const uint32_t used = p->kept + end;
  if (used > p->arena_bytes) {
    refuse(p, REFUSED_SIZE, "the arena needs %u bytes, %u are reserved", used, p->arena_bytes);
    return 0;
  }
  for (uint32_t k = 0; k < p->request_count; k++) {
    const request *r = request_at(p, k);
    if (r->bytes) *r->where = p->arena + p->kept + r->offset;
  }
  return used;
}
