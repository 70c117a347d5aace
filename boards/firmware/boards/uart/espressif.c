/*
 * UART0 of the ESP32 and the ESP32-C3, as the boot loader has set it up: pins, clock, 115200 baud, 8N1. Receives by
 * interrupt, sends by polling. "UART Controller" of the ESP32 and ESP32-C3 Technical Reference Manuals.
 * Tried on Renode alone. The ESP32's errata have writes to FIFO get lost at this address, and RXFIFO_CNT count wrongly.
 */
#include "../common/hooks.h"
#include "../common/inbox.h"
#include "core.h"
#include "port.h"

#define FIFO (UART_BASE + 0x00)
#define INT_ENA (UART_BASE + 0x0c)
#define INT_CLR (UART_BASE + 0x10)
#define STATUS (UART_BASE + 0x1c)
#define CONF1 (UART_BASE + 0x24)
enum { RXFIFO_FULL = 1 << 0, RXFIFO_TOUT = 1 << 8, ALL_INTERRUPTS = 0xfffff };
enum { FIFO_BYTES = 128 };

/* At each byte; and for a chip that wants more bytes than the threshold, once the line has been idle. */
void port_start(void) {
  REGISTER(CONF1) = 1 | UART_RX_TIMEOUT;
  REGISTER(INT_CLR) = ALL_INTERRUPTS;
  REGISTER(INT_ENA) = RXFIFO_FULL | RXFIFO_TOUT;
  enable_uart_interrupt();
}

INTERRUPT_HANDLER void uart_interrupt(void) {
  while (REGISTER(STATUS) & UART_RXFIFO_CNT) inbox_put((uint8_t)REGISTER(FIFO));
  REGISTER(INT_CLR) = RXFIFO_FULL | RXFIFO_TOUT;
}

void uart_send(const uint8_t *bytes, uint32_t count) {
  while (count--) {
    while ((REGISTER(STATUS) >> 16 & UART_RXFIFO_CNT) >= FIFO_BYTES - 1) {
    }
    REGISTER(FIFO) = *bytes++;
  }
}
