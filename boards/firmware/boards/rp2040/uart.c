/* UART0 on GPIO0 (TX) and GPIO1 (RX), 115200 baud, 8N1. Receives by interrupt, sends by polling. Datasheet 4.2. */
#include "../common/hooks.h"
#include "../common/inbox.h"
#include "clocks.h"
#include "marker.h"
#include "port.h"
#include "registers.h"

enum { BAUD = 115200 };

void port_start(void) {
  enum { FUNCTION_UART = 2, EIGHT_BITS_FIFO = 0x70, ENABLE_RX_TX = 0x301, RX_AND_TIMEOUT = 1 << 4 | 1 << 6 };
  enum { DIVISOR_64THS = (UART_CLOCK_HZ * 4ll + BAUD / 2) / BAUD };
  clocks_start();
  unreset(RESETS_IO_BANK0 | RESETS_PADS_BANK0 | RESETS_UART0);
  REGISTER(UART0_IBRD) = DIVISOR_64THS >> 6;
  REGISTER(UART0_FBRD) = DIVISOR_64THS & 63;
  REGISTER(UART0_LCR_H) = EIGHT_BITS_FIFO; /* also takes the divisor over, so it comes after it */
  REGISTER(UART0_CR) = ENABLE_RX_TX;
  REGISTER(GPIO0_CTRL) = FUNCTION_UART;
  REGISTER(GPIO1_CTRL) = FUNCTION_UART;
  marker_start();
  REGISTER(UART0_IMSC) = RX_AND_TIMEOUT;
  enable_interrupt(UART_IRQ);
}

void uart_interrupt(void) {
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
