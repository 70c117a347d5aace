#include "inbox.h"

/* `own` takes a whole request; what comes on top of it is lost, and the agent counts the frame. */
enum { OWN_BYTES = 2048, SHORT_REQUEST_BYTES = 64 };

/* One place stays free, so that a ring which is full is not one that is empty. All of it is written before `filling`
 * says so to the interrupt. */
typedef struct {
  volatile uint8_t *volatile bytes;
  volatile uint32_t count;
  volatile uint32_t head; /* the interrupt's */
  volatile uint32_t tail; /* the reader's */
} ring;

static volatile uint8_t own_bytes[OWN_BYTES];
static ring own = {own_bytes, OWN_BYTES, 0, 0}, lent;
static ring *volatile filling = &own; /* the interrupt's: it changes between two of them */
static ring *emptying = &own;         /* the reader's, which follows once it is empty */
static volatile uint32_t received;

static uint32_t after(const ring *r, uint32_t at) { return at + 1 == r->count ? 0 : at + 1; }

static bool is_drained(const ring *r) { return r->head == r->tail; }

void inbox_put(uint8_t byte) {
  ring *const to = filling;
  const uint32_t head = to->head, next = after(to, head);
  received++;
  if (next == to->tail) return;
  to->bytes[head] = byte;
  to->head = next;
}

uint32_t inbox_received(void) { return received; }

bool inbox_is_empty(void) {
  if (!is_drained(emptying)) return false;
  emptying = filling; /* nothing is put into the other one any more */
  return is_drained(emptying);
}

uint8_t inbox_take(void) {
  const uint8_t byte = emptying->bytes[emptying->tail];
  emptying->tail = after(emptying, emptying->tail);
  return byte;
}

/* A ring that is read from stays as it is: only a host that talks while it waits has put something there. */
uint32_t inbox_lend(uint8_t *spare, uint32_t count) {
  filling = &own;
  if (count > OWN_BYTES && inbox_is_empty()) {
    lent = (ring){spare, count, 0, 0};
    filling = &lent;
  }
  return filling->count - 1 - SHORT_REQUEST_BYTES;
}
