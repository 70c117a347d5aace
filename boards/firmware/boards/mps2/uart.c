#include "uart.h"

#include "../cortex-m/core.h"
#include "../cortex-m/inbox.h"

#define UART0_DATA 0x40004000
#define UART0_STATE 0x40004004
#define UART0_CTRL 0x40004008
#define UART0_INTCLEAR 0x4000400c
#define UART0_BAUDDIV 0x40004010
enum { UART0_RX_IRQ = 0, BAUD = 115200 };

void uart_start(void) {
  enum { TX = 1 << 0, RX = 1 << 1, RX_INTERRUPT = 1 << 3 };
  REGISTER(UART0_BAUDDIV) = SYSCLK_HZ / BAUD;
  REGISTER(UART0_CTRL) = TX | RX | RX_INTERRUPT;
  REGISTER(NVIC_ISER) = 1 << UART0_RX_IRQ;
}

void uart0_interrupt(void) {
  enum { RX_FULL = 1 << 1, RX_PENDING = 1 << 1 };
  REGISTER(UART0_INTCLEAR) = RX_PENDING;
  while (REGISTER(UART0_STATE) & RX_FULL) inbox_put((uint8_t)REGISTER(UART0_DATA));
}

void uart_send(const uint8_t *bytes, uint32_t count) {
  enum { TX_FULL = 1 << 0 };
  while (count--) {
    while (REGISTER(UART0_STATE) & TX_FULL) {
    }
    REGISTER(UART0_DATA) = *bytes++;
  }
}

/* Tests with interrupts off, so that a byte cannot come between the test and the sleep: WFI wakes for it all the same.
 */
static void sleep_until_received(void) {
  __asm__ volatile("cpsid i" ::: "memory");
  while (inbox_is_empty()) __asm__ volatile("wfi\n\tcpsie i\n\tisb\n\tcpsid i" ::: "memory");
  __asm__ volatile("cpsie i" ::: "memory");
}

uint8_t uart_receive(void) {
  if (inbox_is_empty()) sleep_until_received();
  return inbox_take();
}
