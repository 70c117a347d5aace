#include "cobs.h"

enum { LONGEST_RUN = 254 };

void cobs_send(const uint8_t *bytes, uint32_t count, void (*send)(const uint8_t *bytes, uint32_t count)) {
  const uint8_t *const end = bytes + count;
  for (;;) {
    uint32_t run = 0;
    while (run < LONGEST_RUN && bytes + run < end && bytes[run] != 0) run++;
    const uint8_t code = (uint8_t)(run + 1);
    send(&code, 1);
    send(bytes, run);
    bytes += run;
    if (bytes == end) return;
    if (run < LONGEST_RUN) bytes++; /* the zero that the code stands for; even a last one gets the code after it */
  }
}

int32_t cobs_decode(uint8_t *bytes, uint32_t count) {
  uint32_t from = 0, to = 0;
  while (from < count) {
    const uint32_t code = bytes[from++];
    if (code == 0 || code - 1 > count - from) return -1;
    for (uint32_t i = 1; i < code; i++) bytes[to++] = bytes[from++];
    if (code <= LONGEST_RUN && from < count) bytes[to++] = 0;
  }
  return (int32_t)to;
}
