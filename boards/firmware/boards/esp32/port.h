/* ESP32: one of its cores, and what it has for it. ESP32 Technical Reference Manual. */

/* The timer group's timers count the 80 MHz of APB, divided by 2 at least. */
#define TICK_HZ 40000000

#define UART_BASE 0x3ff40000
#define UART_RXFIFO_CNT 0xff
#define UART_RX_TIMEOUT (1u << 31 | 2 << 24) /* after the time of two bytes */

/* No interrupt matrix is modelled: UART0 comes by the core's interrupt 0. */
#define enable_uart_interrupt() enable_interrupt(0)

#define MODEL_FLAGS TICKMARK_ADDRESSABLE

/* A firmware of one model may define what it wants. */
#ifndef ARENA_BYTES
#define INPUT_BYTES (40 * 1024)
#define OUTPUT_BYTES (16 * 1024)
#define ARENA_BYTES (208 * 1024)
#endif
