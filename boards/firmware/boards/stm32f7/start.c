/* STM32F746G Discovery: USART1 on PA9 (TX) and PB7 (RX), the serial port of its ST-LINK. UM1907. */
#include "../common/hooks.h"
#include "../stm32/marker.h"
#include "../stm32/pins.h"
#include "../stm32/pll.h"
#include "../uart/uart.h"
#include "caches.h"
#include "port.h"

#define RCC_AHB1ENR 0x40023830
#define RCC_APB2ENR 0x40023844
#define GPIOB 0x40020400

void port_start(void) {
  enum { GPIOA_CLOCK = 1 << 0, GPIOB_CLOCK = 1 << 1, USART1_CLOCK = 1 << 4, AF_USART1 = 7 };
  caches_start();
  pll_start();
  enable_clock(RCC_AHB1ENR, GPIOA_CLOCK | GPIOB_CLOCK);
  enable_clock(RCC_APB2ENR, USART1_CLOCK);
  pin_to_function(GPIOA, 9, AF_USART1);
  pin_to_function(GPIOB, 7, AF_USART1);
  marker_start();
  uart_start();
}
