/* The link on a UART of the chip. */
#include "driver/uart.h"
#include "sdkconfig.h"
#include "tickmark_link.h"

static const uart_port_t port = (uart_port_t)CONFIG_TICKMARK_UART_NUM;

static const int no_tx_buffer = 0; /* sending then waits until all is in the UART's own */

void link_start(void) {
  const uart_config_t config = {
      .baud_rate = CONFIG_TICKMARK_UART_BAUD,
      .data_bits = UART_DATA_8_BITS,
      .parity = UART_PARITY_DISABLE,
      .stop_bits = UART_STOP_BITS_1,
      .flow_ctrl = UART_HW_FLOWCTRL_DISABLE,
      .source_clk = UART_SCLK_DEFAULT,
  };
  ESP_ERROR_CHECK(uart_driver_install(port, CONFIG_TICKMARK_INBOX_BYTES, no_tx_buffer, 0, NULL, 0));
  ESP_ERROR_CHECK(uart_param_config(port, &config));
  ESP_ERROR_CHECK(
      uart_set_pin(port, CONFIG_TICKMARK_UART_TX, CONFIG_TICKMARK_UART_RX, UART_PIN_NO_CHANGE, UART_PIN_NO_CHANGE));
}

void link_send(const uint8_t *bytes, uint32_t count) { uart_write_bytes(port, bytes, count); }

/* Waits for one byte, then takes what else is there: the driver would wait for all that it is asked for. */
uint32_t link_take(uint8_t *bytes, uint32_t room) {
  const int first = uart_read_bytes(port, bytes, 1, portMAX_DELAY);
  const int rest = first == 1 ? uart_read_bytes(port, bytes + 1, room - 1, 0) : 0;
  return (uint32_t)(first > 0 ? first : 0) + (uint32_t)(rest > 0 ? rest : 0);
}

/* What the interrupt has put into the driver's buffer: it grows within a window, in which nothing is taken. */
static uint32_t received(void) {
  size_t waiting = 0;
  uart_get_buffered_data_len(port, &waiting);
  return (uint32_t)waiting;
}

uint32_t (*const link_received)(void) = received;
