/* MPS3 with the FPGA image AN547, in the Secure state that it boots in. Arm DAI 0547: clocks, interrupts. */
#define TICK_HZ 32000000 /* SysTick counts the CPU clock */

#define UART_BASE 0x59303000 /* UART0 by its Secure address */
#define UART_CLOCK_HZ 25000000
#define UART_IRQ 33
#define IRQS 96

#define MODEL_FLAGS (TICKMARK_WRITABLE | TICKMARK_ADDRESSABLE)

/* Room for images of 640 x 480 and for arenas of megabytes; a firmware of one model may define what it wants. */
#ifndef ARENA_BYTES
#define INPUT_BYTES (640 * 1024)
#define OUTPUT_BYTES (128 * 1024)
#define ARENA_BYTES (3 * 1024 * 1024)
#endif
