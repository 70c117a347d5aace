/* STM32F746NG on the STM32F746G Discovery. RM0385, 10.1.2 for the interrupts; UM1907 for the board. */
#define TICK_HZ 168000000 /* SysTick counts HCLK; the most without over-drive is 180 MHz */
#define HSE_MHZ 25
#define FLASH_ACCESS 0x305 /* 5 wait states, prefetch, accelerator */

#define RCC_CSR 0x40023874
#define REMOVE_FLAGS (1 << 24)
#define BROWN_OUT (1 << 25)

#define GPIOA 0x40020000

#define UART_BASE 0x40011000 /* USART1, on APB2 */
#define UART_CLOCK_HZ 84000000
#define UART_IRQ 37
#define IRQS 98

#define MODEL_FLAGS TICKMARK_ADDRESSABLE

/* A firmware of one model may define what it wants. */
#ifndef ARENA_BYTES
#define INPUT_BYTES (40 * 1024)
#define OUTPUT_BYTES (16 * 1024)
#define ARENA_BYTES (248 * 1024)
#endif
