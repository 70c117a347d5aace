#include "esp_idf.h"

#include "host.h"

#ifndef FAKE_SHA256
#define FAKE_SHA256 0xde, 0xad, 0xbe, 0xef
#endif

enum { STACK_BYTES = ESP_TASK_MAIN_STACK };

static uint8_t stack[STACK_BYTES];
static bool is_installed, is_held;

char *pcTaskGetName(TaskHandle_t task) {
  (void)task;
  return "main";
}

StackType_t *xTaskGetStackStart(TaskHandle_t task) {
  (void)task;
  return stack;
}

UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t task) {
  (void)task;
  return 1000;
}

esp_err_t uart_driver_install(uart_port_t port, int rx_buffer_size, int tx_buffer_size, int queue_size,
                              QueueHandle_t *queue, int intr_alloc_flags) {
  (void)port, (void)tx_buffer_size, (void)queue_size, (void)queue, (void)intr_alloc_flags;
  is_installed = rx_buffer_size > 128; /* the driver refuses what is no more than the UART's own */
  return ESP_OK;
}

esp_err_t uart_param_config(uart_port_t port, const uart_config_t *config) {
  (void)port, (void)config;
  return ESP_OK;
}

esp_err_t uart_set_pin(uart_port_t port, int tx, int rx, int rts, int cts) {
  (void)port, (void)tx, (void)rx, (void)rts, (void)cts;
  return ESP_OK;
}

int uart_write_bytes(uart_port_t port, const void *bytes, size_t count) {
  (void)port;
  if (!is_installed) return -1;
  host_send(bytes, (uint32_t)count);
  return (int)count;
}

/* As the driver does: until all are there, or the time is over. */
int uart_read_bytes(uart_port_t port, void *bytes, uint32_t length, uint32_t ticks_to_wait) {
  (void)port;
  uint32_t count = 0;
  while (count < length && (ticks_to_wait > 0 || host_waiting() > 0))
    count += host_take((uint8_t *)bytes + count, length - count);
  return (int)count;
}

esp_err_t uart_get_buffered_data_len(uart_port_t port, size_t *count) {
  (void)port;
  *count = host_waiting();
  return ESP_OK;
}

esp_err_t usb_serial_jtag_driver_install(usb_serial_jtag_driver_config_t *config) {
  is_installed = config->tx_buffer_size > 0 && config->rx_buffer_size > 0;
  return ESP_OK;
}

/* As the driver does: at most what it has. */
int usb_serial_jtag_read_bytes(void *bytes, uint32_t length, uint32_t ticks_to_wait) {
  (void)ticks_to_wait;
  return (int)host_take(bytes, length);
}

/* As the driver does: no more than its ring has room for. */
int usb_serial_jtag_write_bytes(const void *bytes, size_t size, uint32_t ticks_to_wait) {
  (void)ticks_to_wait;
  if (!is_installed) return -1;
  const uint32_t count = size < 100 ? (uint32_t)size : 100;
  host_send(bytes, count);
  return (int)count;
}

/* Without the lock, power management has it at less. */
uint32_t esp_rom_get_cpu_ticks_per_us(void) { return is_held ? 240 : 80; }

uint32_t esp_cpu_get_cycle_count(void) { return host_cycles(esp_rom_get_cpu_ticks_per_us()); }

int64_t esp_timer_get_time(void) { return (int64_t)host_us(); }

esp_err_t esp_efuse_mac_get_default(uint8_t *mac) {
  for (uint8_t i = 0; i < 6; i++) mac[i] = (uint8_t)(0xa0 + i);
  return ESP_OK;
}

const esp_app_desc_t *esp_app_get_description(void) {
  static const esp_app_desc_t description = {.app_elf_sha256 = {FAKE_SHA256}};
  return &description;
}

esp_reset_reason_t esp_reset_reason(void) { return ESP_RST_TASK_WDT; }

void esp_restart(void) { host_reset(); }

void esp_log_level_set(const char *tag, esp_log_level_t level) { (void)tag, (void)level; }

esp_err_t esp_pm_lock_create(esp_pm_lock_type_t type, int arg, const char *name, esp_pm_lock_handle_t *handle) {
  (void)type, (void)arg, (void)name;
  *handle = &is_held;
  return ESP_OK;
}

esp_err_t esp_pm_lock_acquire(esp_pm_lock_handle_t handle) {
  *(bool *)handle = true;
  return ESP_OK;
}
