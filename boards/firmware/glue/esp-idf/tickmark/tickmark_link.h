/* How bytes come and go: a file for each kind of port, of which Kconfig compiles one. */
#ifndef TICKMARK_LINK_H
#define TICKMARK_LINK_H

#include <stdint.h>

void link_start(void);
void link_send(const uint8_t *bytes, uint32_t count);

/* Waits for at least one byte. */
uint32_t link_take(uint8_t *bytes, uint32_t room);

/* A count that grows with every byte that comes within a window; NULL: the driver cannot tell. */
extern uint32_t (*const link_received)(void);

#endif
