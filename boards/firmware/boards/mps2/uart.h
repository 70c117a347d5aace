/* UART0 of the CMSDK, on the USB connector of a board. Receives by interrupt, sends by polling. Arm DDI 0479, 4.3. */
#ifndef TICKMARK_MPS2_UART_H
#define TICKMARK_MPS2_UART_H

#include <stdint.h>

enum { SYSCLK_HZ = 25000000 };

void uart_start(void);
void uart_send(const uint8_t *bytes, uint32_t count);

/* The next byte received. Sleeps until there is one. */
uint8_t uart_receive(void);

#endif
