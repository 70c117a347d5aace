#include "uart.h"

#include "../cortex-m/inbox.h"
#include "clocks.h"
#include "registers.h"

enum { BAUD = 115200 };

void uart_start(void) {
  enum { FUNCTION_UART = 2, EIGHT_BITS_FIFO = 0x70, ENABLE_RX_TX = 0x301, RX_AND_TIMEOUT = 1 << 4 | 1 << 6 };
  enum { DIVISOR_64THS = (SYS_HZ * 4ll + BAUD / 2) / BAUD };
  unreset(RESETS_IO_BANK0 | RESETS_PADS_BANK0 | RESETS_UART0);
  REGISTER(UART0_IBRD) = DIVISOR_64THS >> 6;
  REGISTER(UART0_FBRD) = DIVISOR_64THS & 63;
  REGISTER(UART0_LCR_H) = EIGHT_BITS_FIFO; /* also takes the divisor over, so it comes after it */
  REGISTER(UART0_CR) = ENABLE_RX_TX;
  REGISTER(GPIO0_CTRL) = FUNCTION_UART;
  REGISTER(GPIO1_CTRL) = FUNCTION_UART;
  REGISTER(UART0_IMSC) = RX_AND_TIMEOUT;
  REGISTER(NVIC_ISER) = 1 << UART0_IRQ;
}

void uart0_interrupt(void) {
  enum { RX_EMPTY = 1 << 4 };
  while (!(REGISTER(UART0_FR) & RX_EMPTY)) inbox_put((uint8_t)REGISTER(UART0_DR));
}

void uart_send(const uint8_t *bytes, uint32_t count) {
  enum { TX_FULL = 1 << 5 };
  while (count--) {
    while (REGISTER(UART0_FR) & TX_FULL) {
    }
    REGISTER(UART0_DR) = *bytes++;
  }
}

uint8_t uart_receive(void) {
  while (inbox_is_empty()) __asm__ volatile("wfe"); /* an interrupt since the test has set the event: no race */
  return inbox_take();
}
