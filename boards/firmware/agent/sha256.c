#include "sha256.h"

#include <string.h>

/* First 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, int bits) { return x >> bits | x << (32 - bits); }

/* FIPS 180-4, 4.1.2, rotating sums of rotations (6 + 5 = 11, 11 + 14 = 25): one register is enough. */
static uint32_t big_sigma0(uint32_t x) { return rotate(x ^ rotate(x ^ rotate(x, 9), 11), 2); }
static uint32_t big_sigma1(uint32_t x) { return rotate(x ^ rotate(x ^ rotate(x, 14), 5), 6); }
static uint32_t small_sigma0(uint32_t x) { return rotate(x ^ rotate(x, 11), 7) ^ x >> 3; }
static uint32_t small_sigma1(uint32_t x) { return rotate(x ^ rotate(x, 2), 17) ^ x >> 10; }

static void load_schedule(const uint8_t *block, uint32_t w[64]) {
  for (int i = 0; i < 16; i++, block += 4)
    w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
  for (int i = 16; i < 64; i++) w[i] = w[i - 16] + small_sigma0(w[i - 15]) + w[i - 7] + small_sigma1(w[i - 2]);
}

/* The names change places from round to round, so that no value has to: eight rounds are one turn. */
#define ROUND(a, b, c, d, e, f, g, h, i)                          \
  h += big_sigma1(e) + (g ^ (e & (f ^ g))) + constants[i] + w[i]; \
  d += h;                                                         \
  h += big_sigma0(a) + (a & b) + (c & (a ^ b))

static void compress(uint32_t state[8], const uint8_t *block) {
  uint32_t schedule[64];
  load_schedule(block, schedule);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6],
           h = state[7];
  for (int first = 0; first < 64; first += 8) {
    const uint32_t *constants = round_constants + first, *w = schedule + first;
    ROUND(a, b, c, d, e, f, g, h, 0);
    ROUND(h, a, b, c, d, e, f, g, 1);
    ROUND(g, h, a, b, c, d, e, f, 2);
    ROUND(f, g, h, a, b, c, d, e, 3);
    ROUND(e, f, g, h, a, b, c, d, 4);
    ROUND(d, e, f, g, h, a, b, c, 5);
    ROUND(c, d, e, f, g, h, a, b, 6);
    ROUND(b, c, d, e, f, g, h, a, 7);
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

void sha256_start(sha256 *hash) {
  static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memcpy(hash->state, start, sizeof start);
  hash->bytes = 0;
}

void sha256_add(sha256 *hash, const uint8_t *bytes, uint32_t count) {
  while (count) {
    const uint32_t filled = hash->bytes % 64, room = 64 - filled, part = count < room ? count : room;
    memcpy(hash->block + filled, bytes, part);
    hash->bytes += part;
    bytes += part;
    count -= part;
    if (part == room) compress(hash->state, hash->block);
  }
}

void sha256_end(sha256 *hash, uint8_t digest[32]) {
  const uint64_t bits = hash->bytes * 8;
  const uint8_t one = 0x80, zero = 0;
  sha256_add(hash, &one, 1);
  while (hash->bytes % 64 != 56) sha256_add(hash, &zero, 1);
  uint8_t length[8];
  for (int i = 0; i < 8; i++) length[i] = (uint8_t)(bits >> (56 - 8 * i));
  sha256_add(hash, length, sizeof length);
  for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}
