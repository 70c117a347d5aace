/*
 * nRF52840-DK: UARTE0 on P0.06 (TX) and P0.08 (RX), the serial port of its J-Link, 115200 baud, 8N1. It moves bytes by
 * DMA alone: one at a time in, by interrupt; a piece at a time out, by polling. Product specification, "UARTE",
 * "CLOCK", "NVMC" and "GPIO".
 */
#include "../common/hooks.h"
#include "../common/inbox.h"
#include "../cortex-m/core.h"
#include "marker.h"
#include "port.h"

#define CLOCK_TASKS_HFCLKSTART 0x40000000
#define CLOCK_EVENTS_HFCLKSTARTED 0x40000100
#define NVMC_ICACHECNF 0x4001e540

#define P0_OUTSET 0x50000508
#define P0_PIN_CNF 0x50000700

#define UARTE0 0x40002000
#define TASKS_STARTRX (UARTE0 + 0x000)
#define TASKS_STARTTX (UARTE0 + 0x008)
#define EVENTS_ENDRX (UARTE0 + 0x110)
#define EVENTS_ENDTX (UARTE0 + 0x120)
#define INTENSET (UARTE0 + 0x304)
#define ENABLE (UARTE0 + 0x500)
#define PSEL_TXD (UARTE0 + 0x50c)
#define PSEL_RXD (UARTE0 + 0x514)
#define BAUDRATE (UARTE0 + 0x524)
#define RXD_PTR (UARTE0 + 0x534)
#define RXD_MAXCNT (UARTE0 + 0x538)
#define TXD_PTR (UARTE0 + 0x544)
#define TXD_MAXCNT (UARTE0 + 0x548)

static volatile uint8_t arrived;

/* The crystal, for the baud rate's and the ticks' sake; without it the internal 64 MHz go on. It takes 0.4 ms. */
static void start_crystal(void) {
  enum { MOST_POLLS = 20000 };
  REGISTER(CLOCK_TASKS_HFCLKSTART) = 1;
  for (uint32_t polls = 0; !REGISTER(CLOCK_EVENTS_HFCLKSTARTED) && polls < MOST_POLLS; polls++) {
  }
}

enum { P0_06 = 6, P0_08 = 8 };

/* As the UARTE wants its pins before it is enabled: TX drives the level of an idle line, RX is read, and pulled to it.
 */
static void configure_pins(void) {
  enum { OUTPUT = 1 << 0, UNREAD = 1 << 1, PULL_UP = 3 << 2 };
  REGISTER(P0_OUTSET) = 1 << P0_06;
  REGISTER(P0_PIN_CNF + 4 * P0_06) = OUTPUT | UNREAD;
  REGISTER(P0_PIN_CNF + 4 * P0_08) = PULL_UP;
}

void port_start(void) {
  enum { CACHE_ON = 1, BAUD_115200 = 0x01d60000, UARTE = 8, END_OF_RX = 1 << 4 };
  start_crystal();
  REGISTER(NVMC_ICACHECNF) = CACHE_ON;
  configure_pins();
  marker_start();
  REGISTER(PSEL_TXD) = P0_06;
  REGISTER(PSEL_RXD) = P0_08;
  REGISTER(BAUDRATE) = BAUD_115200;
  REGISTER(ENABLE) = UARTE;
  REGISTER(RXD_PTR) = (uint32_t)(uintptr_t)&arrived;
  REGISTER(RXD_MAXCNT) = 1;
  REGISTER(INTENSET) = END_OF_RX;
  enable_interrupt(UART_IRQ);
  REGISTER(TASKS_STARTRX) = 1;
}

/* The receiver has a FIFO of a few bytes for what comes before it is started again; a byte takes 87 us. */
void uart_interrupt(void) {
  if (!REGISTER(EVENTS_ENDRX)) return;
  REGISTER(EVENTS_ENDRX) = 0;
  inbox_put(arrived);
  REGISTER(TASKS_STARTRX) = 1;
}

static void send_piece(const uint8_t *bytes, uint32_t count) {
  REGISTER(TXD_PTR) = (uint32_t)(uintptr_t)bytes;
  REGISTER(TXD_MAXCNT) = count;
  REGISTER(EVENTS_ENDTX) = 0;
  REGISTER(TASKS_STARTTX) = 1;
  while (!REGISTER(EVENTS_ENDTX)) {
  }
}

/* DMA reads RAM alone, and `bytes` may lie in flash. */
void uart_send(const uint8_t *bytes, uint32_t count) {
  static uint8_t piece[64];
  while (count) {
    uint32_t length = 0;
    while (length < sizeof piece && length < count) piece[length] = bytes[length], length++;
    __asm__ volatile("" ::: "memory"); /* the piece is in memory before the DMA is told of it */
    send_piece(piece, length);
    bytes += length;
    count -= length;
  }
}
