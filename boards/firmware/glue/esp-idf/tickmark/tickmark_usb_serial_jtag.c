/* The link on the USB-Serial-JTAG that ESP32-C3, C6, H2, S3 and P4 have: the chip's own USB, no bridge between. READY
 * waits in it until the host listens. */
#include <stdbool.h> /* ESP-IDF 6.0's header of this driver needs it, and does not ask for it */

#include "driver/usb_serial_jtag.h"
#include "freertos/FreeRTOS.h"
#include "sdkconfig.h"
#include "tickmark_link.h"

void link_start(void) {
  usb_serial_jtag_driver_config_t config = USB_SERIAL_JTAG_DRIVER_CONFIG_DEFAULT();
  config.rx_buffer_size = CONFIG_TICKMARK_INBOX_BYTES;
  config.tx_buffer_size = 1024;
  ESP_ERROR_CHECK(usb_serial_jtag_driver_install(&config));
}

void link_send(const uint8_t *bytes, uint32_t count) {
  while (count > 0) {
    const int sent = usb_serial_jtag_write_bytes(bytes, count, portMAX_DELAY);
    if (sent <= 0) return;
    bytes += sent;
    count -= (uint32_t)sent;
  }
}

uint32_t link_take(uint8_t *bytes, uint32_t room) {
  const int count = usb_serial_jtag_read_bytes(bytes, room, portMAX_DELAY);
  return count > 0 ? (uint32_t)count : 0;
}

/* The driver does not say what waits in its buffer. */
uint32_t (*const link_received)(void) = NULL;
