/* What the fakes of all platforms do: the link is stdin and stdout, time is this machine's. The program ends with
 * stdin. */
#ifndef TICKMARK_FAKE_HOST_H
#define TICKMARK_FAKE_HOST_H

#include <stdbool.h>
#include <stdint.h>

void host_send(const void *bytes, uint32_t count);

/* Bytes that can be taken without waiting. */
uint32_t host_waiting(void);

/* Waits for at least one byte. */
uint32_t host_take(void *bytes, uint32_t room);

/* Waits, for a while: whether there is a byte, or the end. */
bool host_wait(int ms);

/* A chip that restarts: the program ends with a status of its own. */
__attribute__((noreturn)) void host_reset(void);

/* From now on time passes by this alone. */
void host_advance(uint32_t us);

uint64_t host_us(void);

/* What a counter of 32 bits shows at `mhz`, which begins shortly before it wraps. */
uint32_t host_cycles(uint32_t mhz);

#endif
