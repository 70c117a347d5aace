/*
 * What the glue uses of ESP-IDF, as its headers declare it (v5.1, v5.5, v6.0). A test makes a file of this for each
 * header that is included.
 */
#ifndef TICKMARK_FAKE_ESP_IDF_H
#define TICKMARK_FAKE_ESP_IDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ESP_IDF_VERSION_MAJOR 6
#define CONFIG_TICKMARK_UART_NUM 0
#define CONFIG_TICKMARK_UART_BAUD 115200
#define CONFIG_TICKMARK_UART_TX -1
#define CONFIG_TICKMARK_UART_RX -1
#define CONFIG_TICKMARK_INBOX_BYTES 4096
#define CONFIG_PM_ENABLE 1

typedef int esp_err_t;
#define ESP_OK 0
#define ESP_ERROR_CHECK(x) ((void)(x))

/* FreeRTOS */
typedef unsigned long TickType_t;
typedef unsigned UBaseType_t;
typedef uint8_t StackType_t;
typedef void *TaskHandle_t, *QueueHandle_t;
#define portMAX_DELAY ((TickType_t)0xffffffffUL)
#define ESP_TASK_MAIN_STACK 4096
char *pcTaskGetName(TaskHandle_t task);
StackType_t *xTaskGetStackStart(TaskHandle_t task);
UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t task);

/* driver/uart.h */
typedef int uart_port_t;
enum { UART_DATA_8_BITS = 3, UART_PARITY_DISABLE = 0, UART_STOP_BITS_1 = 1, UART_HW_FLOWCTRL_DISABLE = 0 };
enum { UART_SCLK_DEFAULT = 4, UART_PIN_NO_CHANGE = -1 };
typedef struct {
  int baud_rate, data_bits, parity, stop_bits, flow_ctrl;
  uint8_t rx_flow_ctrl_thresh;
  int source_clk;
} uart_config_t;
esp_err_t uart_driver_install(uart_port_t port, int rx_buffer_size, int tx_buffer_size, int queue_size,
                              QueueHandle_t *queue, int intr_alloc_flags);
esp_err_t uart_param_config(uart_port_t port, const uart_config_t *config);
esp_err_t uart_set_pin(uart_port_t port, int tx, int rx, int rts, int cts);
int uart_write_bytes(uart_port_t port, const void *bytes, size_t count);
int uart_read_bytes(uart_port_t port, void *bytes, uint32_t length, uint32_t ticks_to_wait);
esp_err_t uart_get_buffered_data_len(uart_port_t port, size_t *count);

/* driver/usb_serial_jtag.h */
typedef struct {
  uint32_t tx_buffer_size, rx_buffer_size;
} usb_serial_jtag_driver_config_t;
#define USB_SERIAL_JTAG_DRIVER_CONFIG_DEFAULT() \
  (usb_serial_jtag_driver_config_t) { 256, 256 }
esp_err_t usb_serial_jtag_driver_install(usb_serial_jtag_driver_config_t *config);
int usb_serial_jtag_read_bytes(void *bytes, uint32_t length, uint32_t ticks_to_wait);
int usb_serial_jtag_write_bytes(const void *bytes, size_t size, uint32_t ticks_to_wait);

/* The chip */
uint32_t esp_cpu_get_cycle_count(void);
uint32_t esp_rom_get_cpu_ticks_per_us(void);
int64_t esp_timer_get_time(void);
esp_err_t esp_efuse_mac_get_default(uint8_t *mac);
typedef struct {
  char before[144];
  uint8_t app_elf_sha256[32];
} esp_app_desc_t;
typedef enum {
  ESP_RST_UNKNOWN,
  ESP_RST_POWERON,
  ESP_RST_EXT,
  ESP_RST_SW,
  ESP_RST_PANIC,
  ESP_RST_INT_WDT,
  ESP_RST_TASK_WDT,
  ESP_RST_WDT,
  ESP_RST_DEEPSLEEP,
  ESP_RST_BROWNOUT
} esp_reset_reason_t;
esp_reset_reason_t esp_reset_reason(void);
__attribute__((noreturn)) void esp_restart(void);
const esp_app_desc_t *esp_app_get_description(void);
typedef enum { ESP_LOG_NONE } esp_log_level_t;
void esp_log_level_set(const char *tag, esp_log_level_t level);
typedef void *esp_pm_lock_handle_t;
typedef enum { ESP_PM_CPU_FREQ_MAX } esp_pm_lock_type_t;
esp_err_t esp_pm_lock_create(esp_pm_lock_type_t type, int arg, const char *name, esp_pm_lock_handle_t *handle);
esp_err_t esp_pm_lock_acquire(esp_pm_lock_handle_t handle);

#endif
