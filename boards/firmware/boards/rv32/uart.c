/*
 * The 16550 of QEMU's machine virt, received by interrupt through its PLIC. TI TL16C550C, 8; RISC-V PLIC specification;
 * hw/riscv/virt.c for addresses and the interrupt's number.
 */
#include "../common/hooks.h"
#include "../common/inbox.h"
#include "../riscv/core.h"

#define UART ((volatile uint8_t *)0x10000000)
enum { DATA = 0, INTERRUPT_ENABLE = 1, FIFO_CONTROL = 2, LINE_CONTROL = 3, LINE_STATUS = 5 };

#define PLIC_PRIORITY 0x0c000000
#define PLIC_ENABLE 0x0c002000
#define PLIC_THRESHOLD 0x0c200000
#define PLIC_CLAIM 0x0c200004
enum { UART_IRQ = 10 };

void port_start(void) {
  enum { EIGHT_BITS = 3, ON_AND_EMPTY = 7, RECEIVED = 1 };
  UART[LINE_CONTROL] = EIGHT_BITS;
  UART[FIFO_CONTROL] = ON_AND_EMPTY;
  UART[INTERRUPT_ENABLE] = RECEIVED;
  REGISTER(PLIC_PRIORITY + 4 * UART_IRQ) = 1;
  REGISTER(PLIC_ENABLE) = 1 << UART_IRQ;
  REGISTER(PLIC_THRESHOLD) = 0;
  enable_external_interrupt();
}

INTERRUPT_HANDLER void uart_interrupt(void) {
  enum { READY = 1 << 0 };
  const uint32_t source = REGISTER(PLIC_CLAIM);
  while (UART[LINE_STATUS] & READY) inbox_put(UART[DATA]);
  REGISTER(PLIC_CLAIM) = source;
}

void uart_send(const uint8_t *bytes, uint32_t count) {
  enum { TX_EMPTY = 1 << 5 };
  while (count--) {
    while (!(UART[LINE_STATUS] & TX_EMPTY)) {
    }
    UART[DATA] = *bytes++;
  }
}
