/* RP2040 with 2 MiB of flash. Datasheet 2.3.2 for the interrupts. */
#define TICK_HZ 125000000 /* SysTick counts clk_sys */

#define UART_CLOCK_HZ 125000000
#define UART_IRQ 20
#define IRQS 32

#define MODEL_FLAGS TICKMARK_ADDRESSABLE

/* A firmware of one model may define what it wants. */
#ifndef ARENA_BYTES
#define INPUT_BYTES (40 * 1024)
#define OUTPUT_BYTES (16 * 1024)
#define ARENA_BYTES (184 * 1024)
#endif
