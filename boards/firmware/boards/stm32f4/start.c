/* STM32F4 Discovery: USART2 on PA2 (TX) and PA3 (RX), at the header: the board's ST-LINK has no serial port. DS8626. */
#include "../common/hooks.h"
#include "../stm32/marker.h"
#include "../stm32/pins.h"
#include "../stm32/pll.h"
#include "../uart/uart.h"
#include "port.h"

#define RCC_AHB1ENR 0x40023830
#define RCC_APB1ENR 0x40023840

void port_start(void) {
  enum { GPIOA_CLOCK = 1 << 0, USART2_CLOCK = 1 << 17, AF_USART2 = 7 };
  pll_start();
  enable_clock(RCC_AHB1ENR, GPIOA_CLOCK);
  enable_clock(RCC_APB1ENR, USART2_CLOCK);
  pin_to_function(GPIOA, 2, AF_USART2);
  pin_to_function(GPIOA, 3, AF_USART2);
  marker_start();
  uart_start();
}
