/* The UART of Arm's CMSDK, on the USB connector of its FPGA boards. Receives by interrupt, sends by polling. Arm DDI
 * 0479, 4.3. */
#include "../common/hooks.h"
#include "../common/inbox.h"
#include "../cortex-m/core.h"
#include "port.h"

#define DATA (UART_BASE + 0x00)
#define STATE (UART_BASE + 0x04)
#define CTRL (UART_BASE + 0x08)
#define INTCLEAR (UART_BASE + 0x0c)
#define BAUDDIV (UART_BASE + 0x10)
enum { BAUD = 115200 };
__extension__ _Static_assert(UART_CLOCK_HZ / BAUD >= 16, "the least that BAUDDIV takes");

/* These boards' clocks run from power-on. */
void port_start(void) {
  enum { TX = 1 << 0, RX = 1 << 1, RX_INTERRUPT = 1 << 3 };
  REGISTER(BAUDDIV) = UART_CLOCK_HZ / BAUD;
  REGISTER(CTRL) = TX | RX | RX_INTERRUPT;
  enable_interrupt(UART_IRQ);
}

void uart_interrupt(void) {
  enum { RX_FULL = 1 << 1, RX_PENDING = 1 << 1 };
  REGISTER(INTCLEAR) = RX_PENDING;
  while (REGISTER(STATE) & RX_FULL) inbox_put((uint8_t)REGISTER(DATA));
}

void uart_send(const uint8_t *bytes, uint32_t count) {
  enum { TX_FULL = 1 << 0 };
  while (count--) {
    while (REGISTER(STATE) & TX_FULL) {
    }
    REGISTER(DATA) = *bytes++;
  }
}
