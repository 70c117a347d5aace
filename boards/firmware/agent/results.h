/* Results of inputs that were fed one behind the other, kept until the host says that it has them. */
#ifndef TICKMARK_RESULTS_H
#define TICKMARK_RESULTS_H

#include <stdbool.h>
#include <stdint.h>

/* For 2 results of 1 KiB, or 113 of 12 bytes: the host feeds no more inputs than there is room for. */
#ifndef TICKMARK_KEPT_BYTES
#define TICKMARK_KEPT_BYTES 2048
#endif

typedef struct {
  uint16_t number; /* of the FEED that asked for it */
  uint32_t digest;
  const uint8_t *output;
} kept_result;

/* Forgets all. From now on outputs have so many bytes. */
void results_clear(uint32_t output_bytes);

/* How many there is room for; 0 where one output alone is too large. */
uint16_t results_room(void);

bool results_are_full(void);

/* Copies the output. Only where there is room. */
void results_keep(uint16_t number, uint32_t digest, const uint8_t *output);

/* Forgets those before `number`, in an order of numbers that wraps at 2^16. */
void results_release(uint16_t number);

/* False where none is kept. */
bool results_oldest(kept_result *result);
bool results_find(uint16_t number, kept_result *result);

#endif
