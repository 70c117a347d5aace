/* STM32G0B1RE on the NUCLEO-G0B1RE. RM0444, NVIC, for the interrupts; UM2324 for the board. */
#define TICK_HZ 16000000 /* SysTick counts HCLK: HSI16, as after a reset, which the flash serves without waiting */

#define RCC_CSR 0x40021060 /* CSR2 */
#define REMOVE_FLAGS (1 << 23)
#define BROWN_OUT 0 /* told as power-on */

#define GPIOA 0x50000000

#define UART_BASE 0x40004400 /* USART2, on HSI16's APB */
#define UART_CLOCK_HZ 16000000
#define UART_IRQ 28
#define IRQS 32

#define MODEL_FLAGS TICKMARK_ADDRESSABLE

/* A firmware of one model may define what it wants. */
#ifndef ARENA_BYTES
#define INPUT_BYTES (20 * 1024)
#define OUTPUT_BYTES (4 * 1024)
#define ARENA_BYTES (104 * 1024)
#endif
