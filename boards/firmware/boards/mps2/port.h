/* MPS2 with the FPGA images AN385, AN386 and AN500. Arm DAI 0385, 0386, 0500: clocks, interrupts. */
#define TICK_HZ 25000000 /* SysTick counts SYSCLK */

#define UART_BASE 0x40004000 /* UART0 */
#define UART_CLOCK_HZ 25000000
#define UART_IRQ 0
#define IRQS 32

#define MODEL_FLAGS (TICKMARK_WRITABLE | TICKMARK_ADDRESSABLE)

/* Room for images of 640 x 480 and for arenas of megabytes; a firmware of one model may define what it wants. */
#ifndef ARENA_BYTES
#define INPUT_BYTES (640 * 1024)
#define OUTPUT_BYTES (128 * 1024)
#define ARENA_BYTES (3 * 1024 * 1024)
#endif
