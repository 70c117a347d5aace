/* The USART of STM32F4 and its like, with SR and DR. Receives by interrupt, sends by polling. RM0090, 30.6. */
#include "../common/hooks.h"
#include "../common/inbox.h"
#include "../cortex-m/core.h"
#include "port.h"
#include "uart.h"

#define SR (UART_BASE + 0x00)
#define DR (UART_BASE + 0x04)
#define BRR (UART_BASE + 0x08)
#define CR1 (UART_BASE + 0x0c)

__extension__ _Static_assert(UART_CLOCK_HZ / BAUD >= 16, "a bit is sampled 16 times");

void uart_start(void) {
  enum { RX = 1 << 2, TX = 1 << 3, RX_INTERRUPT = 1 << 5, ENABLE = 1 << 13 };
  REGISTER(BRR) = (UART_CLOCK_HZ + BAUD / 2) / BAUD;
  REGISTER(CR1) = ENABLE | TX | RX | RX_INTERRUPT;
  enable_interrupt(UART_IRQ);
}

/* An overrun interrupts too, and is cleared by reading SR, then DR. */
void uart_interrupt(void) {
  enum { RX_FULL = 1 << 5 };
  const uint32_t status = REGISTER(SR), byte = REGISTER(DR);
  if (status & RX_FULL) inbox_put((uint8_t)byte);
}

void uart_send(const uint8_t *bytes, uint32_t count) {
  enum { TX_EMPTY = 1 << 7 };
  while (count--) {
    while (!(REGISTER(SR) & TX_EMPTY)) {
    }
    REGISTER(DR) = *bytes++;
  }
}
