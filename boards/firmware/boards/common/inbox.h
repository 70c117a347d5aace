/* Bytes between the interrupt that receives them and the program that takes them. One writer, one reader. */
#ifndef TICKMARK_INBOX_H
#define TICKMARK_INBOX_H

#include <stdbool.h>
#include <stdint.h>

/* For the interrupt. */
void inbox_put(uint8_t byte);

bool inbox_is_empty(void);

/* Bytes put since boot, those that found no room too. */
uint32_t inbox_received(void);

/* The oldest byte of an inbox that is not empty. */
uint8_t inbox_take(void);

/* From now on bytes wait at `spare`, where that is more room; until it is called again. Bytes of requests that it
 * holds, beside a short one. */
uint32_t inbox_lend(uint8_t *spare, uint32_t count);

#endif
