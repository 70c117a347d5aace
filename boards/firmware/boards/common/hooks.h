/* What a port gives to the code that all ports share. */
#ifndef TICKMARK_HOOKS_H
#define TICKMARK_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

/* Before anything is said: the clocks, and the UART, whose interrupt calls inbox_put for each byte. */
void port_start(void);

/* Why the chip booted, as PROTOCOL.md names it. Before port_start; it may clear what it reads, and is asked once. */
const char *port_reset_cause(void);

/* Restarts the chip, and does not return. NULL where it cannot. */
extern void (*const port_reset)(void);

/* Drives the pin that marks windows, which port_start has set up. NULL where the port has none. */
extern void (*const port_mark)(bool is_active);

/* Returns once the bytes are on their way. Works without interrupts: a fault is told by it. */
void uart_send(const uint8_t *bytes, uint32_t count);

/* Sleeps until an interrupt has made `is_idle` false. */
void sleep_while(bool (*is_idle)(void));

#endif
