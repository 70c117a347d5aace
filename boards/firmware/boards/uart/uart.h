/* For ports whose UART needs clocks and pins first: takes the driver up, at 115200 baud, 8N1. */
#ifndef TICKMARK_UART_H
#define TICKMARK_UART_H

enum { BAUD = 115200 };

void uart_start(void);

#endif
