/* SHA-256, FIPS 180-4. */
#ifndef TICKMARK_SHA256_H
#define TICKMARK_SHA256_H

#include <stdint.h>

typedef struct {
  uint32_t state[8];
  uint64_t bytes;
  uint8_t block[64];
} sha256;

void sha256_start(sha256 *hash);
void sha256_add(sha256 *hash, const uint8_t *bytes, uint32_t count);
void sha256_end(sha256 *hash, uint8_t digest[32]);

#endif
