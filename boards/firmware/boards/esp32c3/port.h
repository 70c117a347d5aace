/* ESP32-C3 at 160 MHz. ESP32-C3 Technical Reference Manual. */

/* mcycle, which Renode's core has and the chip's has not: Renode counts one for each instruction. */
#define TICK_HZ 160000000

#define UART_BASE 0x60000000
#define UART_RXFIFO_CNT 0x3ff
#define UART_RX_TIMEOUT (1 << 21) /* after the 10 bit times of MEM_CONF's reset */

/* No interrupt matrix is modelled: UART0 comes by the core's external interrupt. */
#define enable_uart_interrupt enable_external_interrupt

#define MODEL_FLAGS TICKMARK_ADDRESSABLE

/* A firmware of one model may define what it wants. */
#ifndef ARENA_BYTES
#define INPUT_BYTES (40 * 1024)
#define OUTPUT_BYTES (16 * 1024)
#define ARENA_BYTES (208 * 1024)
#endif
