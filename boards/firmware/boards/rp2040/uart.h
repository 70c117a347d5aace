/* UART0 on GPIO0 (TX) and GPIO1 (RX), 115200 baud, 8N1. Receives by interrupt, sends by polling. Datasheet 4.2. */
#ifndef TICKMARK_RP2040_UART_H
#define TICKMARK_RP2040_UART_H

#include <stdint.h>

void uart_start(void);
void uart_send(const uint8_t *bytes, uint32_t count);

/* The next byte received. Sleeps until there is one. */
uint8_t uart_receive(void);

#endif
