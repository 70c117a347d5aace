/* Consistent Overhead Byte Stuffing (Cheshire and Baker 1999): no zero byte left, so that zero can end a frame. */
#ifndef TICKMARK_COBS_H
#define TICKMARK_COBS_H

#include <stdint.h>

/* Hands the encoding to `send` in pieces, without the zeros around it. */
void cobs_send(const uint8_t *bytes, uint32_t count, void (*send)(const uint8_t *bytes, uint32_t count));

/* Decodes in place. Bytes left, or -1 where the encoding is broken. */
int32_t cobs_decode(uint8_t *bytes, uint32_t count);

#endif
