/* nRF52840 on the nRF52840-DK. Product specification, "Instantiation", for the interrupts. */
#define TICK_HZ 64000000 /* SysTick counts the core's clock */

#define UART_IRQ 2 /* UARTE0 */
#define IRQS 48

#define MODEL_FLAGS TICKMARK_ADDRESSABLE

/* A firmware of one model may define what it wants. */
#ifndef ARENA_BYTES
#define INPUT_BYTES (40 * 1024)
#define OUTPUT_BYTES (8 * 1024)
#define ARENA_BYTES (192 * 1024)
#endif
