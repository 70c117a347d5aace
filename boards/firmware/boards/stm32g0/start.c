/* NUCLEO-G0B1RE: USART2 on PA2 (TX) and PA3 (RX), the serial port of its ST-LINK. UM2324; DS13560 for the function. */
#include "../common/hooks.h"
#include "../stm32/marker.h"
#include "../stm32/pins.h"
#include "../uart/uart.h"
#include "port.h"

#define RCC_IOPENR 0x40021034
#define RCC_APBENR1 0x4002103c

void port_start(void) {
  enum { GPIOA_CLOCK = 1 << 0, USART2_CLOCK = 1 << 17, AF_USART2 = 1 };
  enable_clock(RCC_IOPENR, GPIOA_CLOCK);
  enable_clock(RCC_APBENR1, USART2_CLOCK);
  pin_to_function(GPIOA, 2, AF_USART2);
  pin_to_function(GPIOA, 3, AF_USART2);
  marker_start();
  uart_start();
}
