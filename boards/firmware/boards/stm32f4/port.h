/* STM32F407VG on the STM32F4 Discovery. RM0090, 12.1 for the interrupts; UM1472 for the board. */
#define TICK_HZ 168000000 /* SysTick counts HCLK */
#define HSE_MHZ 8
/* 5 wait states, prefetch, both caches. Revision A of the chip has no prefetch that works (ES0182): 0x605 there. */
#define FLASH_ACCESS 0x705

#define RCC_CSR 0x40023874
#define REMOVE_FLAGS (1 << 24)
#define BROWN_OUT (1 << 25)

#define GPIOA 0x40020000

#define UART_BASE 0x40004400 /* USART2, on APB1 */
#define UART_CLOCK_HZ 42000000
#define UART_IRQ 38
#define IRQS 82

#define MODEL_FLAGS TICKMARK_ADDRESSABLE

/* A firmware of one model may define what it wants. */
#ifndef ARENA_BYTES
#define INPUT_BYTES (16 * 1024)
#define OUTPUT_BYTES (4 * 1024)
#define ARENA_BYTES (92 * 1024)
#endif
