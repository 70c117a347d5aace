#include <string.h>

#include "esp_idf_version.h"
#include "esp_log.h"
#include "esp_task.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sdkconfig.h"
#include "tickmark_esp.h"
#include "tickmark_link.h"
#include "tickmark_port.h"
#if CONFIG_PM_ENABLE
#include "esp_pm.h"
#endif

static tickmark_esp_moment window;

static void clock_start(void) { window = tickmark_esp_now(); }

static uint64_t clock_stop(void) { return tickmark_esp_ticks_since(window); }

uint32_t tickmark_port_clock(void) { return esp_cpu_get_cycle_count(); }

/* The counter counts the CPU's cycles, so frequency scaling would change its rate. */
static void hold_frequency(void) {
#if CONFIG_PM_ENABLE
  static esp_pm_lock_handle_t lock;
  ESP_ERROR_CHECK(esp_pm_lock_create(ESP_PM_CPU_FREQ_MAX, 0, "tickmark", &lock));
  ESP_ERROR_CHECK(esp_pm_lock_acquire(lock));
#endif
}

/* Only app_main's task has a stack whose size can be told from outside. */
static uint32_t stack_bytes(void) { return strcmp(pcTaskGetName(NULL), "main") == 0 ? ESP_TASK_MAIN_STACK : 0; }

static tickmark_region stack_region(void) {
#if ESP_IDF_VERSION_MAJOR >= 6
  uint8_t *const start = (uint8_t *)xTaskGetStackStart(NULL);
#else
  uint8_t *const start = pxTaskGetStackStart(NULL);
#endif
  return (tickmark_region){start, stack_bytes(), 0};
}

/* FreeRTOS paints stacks; ESP-IDF counts in bytes. */
static uint32_t stack_used(void) {
  const uint32_t bytes = stack_bytes();
  return bytes == 0 ? 0 : bytes - (uint32_t)uxTaskGetStackHighWaterMark(NULL);
}

/* The driver's buffer is all the room there is. */
static uint32_t lend(uint8_t *spare, uint32_t count) {
  enum { SHORT_REQUEST_BYTES = 64 };
  (void)spare, (void)count;
  return CONFIG_TICKMARK_INBOX_BYTES - SHORT_REQUEST_BYTES;
}

void tickmark_port_fill(tickmark_board *board) {
  esp_log_level_set("*", ESP_LOG_NONE); /* a log line within a frame would cost that frame */
  hold_frequency();
  link_start();
  board->unit = tickmark_esp_unit();
  board->tick_source = TICKMARK_ESP_TICK_SOURCE;
  board->tick_hz = tickmark_esp_mhz() * 1000000u;
  board->build_id = tickmark_esp_build_id();
  board->regions[TICKMARK_STACK] = stack_region();
  board->send = link_send;
  board->clock_start = clock_start;
  board->clock_stop = clock_stop;
  board->stack_used = stack_used;
  board->received = link_received;
  board->lend = lend;
  board->reset = esp_restart;
  board->reset_cause = tickmark_esp_reset_cause();
}

void tickmark_port_poll(void) {
  uint8_t bytes[256];
  const uint32_t count = link_take(bytes, sizeof bytes);
  for (uint32_t i = 0; i < count; i++) tickmark_receive(bytes[i]);
}
