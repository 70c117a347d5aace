/*
 * What every firmware on an Espressif chip can tell, with ESP-IDF alone or below Arduino: its build, its chip, its
 * cycles.
 */
#ifndef TICKMARK_ESP_H
#define TICKMARK_ESP_H

#include "esp_app_desc.h"
#include "esp_cpu.h"
#include "esp_mac.h"
#include "esp_rom_sys.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "tickmark_port.h"

/* Of the CPU's cycle counter, whose register differs: CCOUNT on Xtensa, a performance counter on RISC-V. */
#define TICKMARK_ESP_TICK_SOURCE "ccount"

/* As it runs now: Arduino changes what ESP-IDF is configured for. */
static inline uint32_t tickmark_esp_mhz(void) { return esp_rom_get_cpu_ticks_per_us(); }

/*
 * The first 20 bytes of the SHA-256 of the ELF file, which esptool writes into each image. A GNU build-id note would
 * not do: esptool leaves notes out of the image, and ESP-IDF's linker script has no place for one.
 */
static inline const uint8_t *tickmark_esp_build_id(void) { return esp_app_get_description()->app_elf_sha256; }

/* The MAC address that Espressif burned into the chip. */
static inline const char *tickmark_esp_unit(void) {
  static char text[2 * 6 + 1];
  uint8_t mac[8] = {0}; /* a chip with IEEE 802.15.4 writes eight */
  if (esp_efuse_mac_get_default(mac) == ESP_OK) tickmark_hex(text, sizeof text, mac, 6);
  return text;
}

/* By the protocol's words. What pulls EN looks like power-on to the chip; a crash is told by the panic before it. */
static inline const char *tickmark_esp_reset_cause(void) {
  switch (esp_reset_reason()) {
    case ESP_RST_POWERON: return "power-on";
    case ESP_RST_BROWNOUT: return "brown-out";
    case ESP_RST_EXT: return "pin";
    case ESP_RST_SW:
    case ESP_RST_PANIC: return "software";
    case ESP_RST_INT_WDT:
    case ESP_RST_TASK_WDT:
    case ESP_RST_WDT: return "watchdog";
    default: return "";
  }
}

/* A moment by both clocks: the cycle counter, which is exact and wraps, and one that does not. */
typedef struct {
  uint32_t cycles;
  int64_t us;
} tickmark_esp_moment;

static inline uint64_t tickmark_esp_ticks_since(tickmark_esp_moment start) {
  const uint32_t cycles = esp_cpu_get_cycle_count() - start.cycles;
  return tickmark_extended(cycles, (uint64_t)(esp_timer_get_time() - start.us) * tickmark_esp_mhz());
}

static inline tickmark_esp_moment tickmark_esp_now(void) {
  tickmark_esp_moment now;
  now.us = esp_timer_get_time(); /* first: the window begins with its exact end */
  now.cycles = esp_cpu_get_cycle_count();
  return now;
}

#endif
