/* MPS2+ with the FPGA image AN505, in the Secure state that it boots in. Arm DAI 0505: clocks, interrupts. */
#define TICK_HZ 20000000 /* SysTick counts SYSCLK */

#define UART_BASE 0x50200000 /* UART0 by its Secure address */
#define UART_CLOCK_HZ 20000000
#define UART_IRQ 32
#define IRQS 92

#define MODEL_FLAGS (TICKMARK_WRITABLE | TICKMARK_ADDRESSABLE)

/* Room for images of 640 x 480 and for arenas of megabytes; a firmware of one model may define what it wants. */
#ifndef ARENA_BYTES
#define INPUT_BYTES (640 * 1024)
#define OUTPUT_BYTES (128 * 1024)
#define ARENA_BYTES (3 * 1024 * 1024)
#endif
