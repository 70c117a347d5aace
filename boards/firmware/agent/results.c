#include "results.h"

#include <string.h>

typedef struct {
  uint32_t digest;
  uint16_t number;
} slot_header;

static uint8_t bytes[TICKMARK_KEPT_BYTES];
static uint32_t output_bytes;
static uint32_t oldest, count; /* slots; `oldest` is taken modulo their number */

/* Headers are copied in and out: an output of any length leaves the next one unaligned. */
static uint32_t slot_bytes(void) { return (uint32_t)sizeof(slot_header) + output_bytes; }

static uint8_t *slot(uint32_t index) { return bytes + (oldest + index) % results_room() * slot_bytes(); }

static kept_result result_in(uint32_t index) {
  slot_header header;
  memcpy(&header, slot(index), sizeof header);
  return (kept_result){header.number, header.digest, slot(index) + sizeof header};
}

void results_clear(uint32_t bytes_each) {
  output_bytes = bytes_each;
  oldest = count = 0;
}

uint16_t results_room(void) {
  if (output_bytes > TICKMARK_KEPT_BYTES) return 0;
  const uint32_t room = TICKMARK_KEPT_BYTES / slot_bytes();
  return (uint16_t)(room < UINT16_MAX ? room : UINT16_MAX);
}

bool results_are_full(void) { return count == results_room(); }

void results_keep(uint16_t number, uint32_t digest, const uint8_t *output) {
  const slot_header header = {digest, number};
  uint8_t *const to = slot(count++);
  memcpy(to, &header, sizeof header);
  memcpy(to + sizeof header, output, output_bytes);
}

static bool is_before(uint16_t number, uint16_t other) { return (uint16_t)(number - other) >= 0x8000; }

void results_release(uint16_t number) {
  while (count && is_before(result_in(0).number, number)) {
    oldest = (oldest + 1) % results_room();
    count--;
  }
}

bool results_oldest(kept_result *result) {
  if (count == 0) return false;
  *result = result_in(0);
  return true;
}

bool results_find(uint16_t number, kept_result *result) {
  for (uint32_t index = 0; index < count; index++) {
    *result = result_in(index);
    if (result->number == number) return true;
  }
  return false;
}
