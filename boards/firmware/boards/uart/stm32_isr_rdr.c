/* The USART of STM32F7, G0 and all later ones, with ISR, RDR and TDR. Receives by interrupt, sends by polling.
 * RM0385, 31.8. */
#include "../common/hooks.h"
#include "../common/inbox.h"
#include "../cortex-m/core.h"
#include "port.h"
#include "uart.h"

#define CR1 (UART_BASE + 0x00)
#define CR3 (UART_BASE + 0x08)
#define BRR (UART_BASE + 0x0c)
#define ISR (UART_BASE + 0x1c)
#define RDR (UART_BASE + 0x24)
#define TDR (UART_BASE + 0x28)

__extension__ _Static_assert(UART_CLOCK_HZ / BAUD >= 16, "a bit is sampled 16 times");

/* With overruns disabled a late byte replaces the one before it; nothing has to be cleared, and the agent sees a bad
 * frame. */
void uart_start(void) {
  enum { ENABLE = 1 << 0, RX = 1 << 2, TX = 1 << 3, RX_INTERRUPT = 1 << 5, NO_OVERRUN = 1 << 12 };
  REGISTER(BRR) = (UART_CLOCK_HZ + BAUD / 2) / BAUD;
  REGISTER(CR3) = NO_OVERRUN;
  REGISTER(CR1) = ENABLE | TX | RX | RX_INTERRUPT;
  enable_interrupt(UART_IRQ);
}

void uart_interrupt(void) {
  enum { RX_FULL = 1 << 5 };
  if (REGISTER(ISR) & RX_FULL) inbox_put((uint8_t)REGISTER(RDR));
}

void uart_send(const uint8_t *bytes, uint32_t count) {
  enum { TX_EMPTY = 1 << 7 };
  while (count--) {
    while (!(REGISTER(ISR) & TX_EMPTY)) {
    }
    REGISTER(TDR) = *bytes++;
  }
}
