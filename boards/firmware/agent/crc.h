/* CRC-32 (IEEE 802.3) and CRC-32C (Castagnoli), both reflected. Chain over parts: start with 0, hand the last result
 * on. */
#ifndef TICKMARK_CRC_H
#define TICKMARK_CRC_H

#include <stdint.h>

uint32_t crc32(uint32_t crc, const uint8_t *bytes, uint32_t count);
uint32_t crc32c(uint32_t crc, const uint8_t *bytes, uint32_t count);

#endif
