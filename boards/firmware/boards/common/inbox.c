#include "inbox.h"

/* Room for a whole request. A host that sends more than one at a time loses bytes, and the agent counts the frame. */
enum { INBOX_BYTES = 2048 };
__extension__ _Static_assert((INBOX_BYTES & (INBOX_BYTES - 1)) == 0, "head and tail wrap at 2^32, a multiple of it");

static volatile uint8_t bytes[INBOX_BYTES];
static volatile uint32_t received;
static volatile uint32_t head; /* the interrupt's */
static volatile uint32_t tail; /* the reader's; both run on and are taken modulo the inbox */

void inbox_put(uint8_t byte) {
  received++;
  if (head - tail < INBOX_BYTES) bytes[head++ % INBOX_BYTES] = byte;
}

uint32_t inbox_received(void) { return received; }

bool inbox_is_empty(void) { return head == tail; }

uint8_t inbox_take(void) { return bytes[tail++ % INBOX_BYTES]; }
