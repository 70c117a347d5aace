#include "tickmark_arduino.h"

#ifdef ARDUINO_ARCH_ESP32
#include "tickmark_esp.h"
#else
#if __ARM_ARCH_PROFILE == 'M'
#include "tickmark_cortex_m.h"
#endif
/* From build_id.ld; where the sketch was linked without it, the build cannot be told. */
extern "C" const uint8_t __build_id_note[] __attribute__((weak));
#if defined(TICKMARK_HAS_DWT) && !defined(F_CPU)
extern "C" uint32_t SystemCoreClock; /* of CMSIS */
#define F_CPU SystemCoreClock
#endif
#endif

namespace {

Stream *host;
bool (*is_heard)();

void send_out(const uint8_t *bytes, uint32_t count) {
  while (count > 0) {
    const uint32_t sent = host->write(bytes, count);
    if (sent == 0) yield(); /* the chip's own USB takes nothing while nobody reads */
    bytes += sent;
    count -= sent;
  }
}

/* It grows within a window, in which nothing is taken. */
uint32_t received() { return static_cast<uint32_t>(host->available()); }

/* No core tells how large a sketch's stack is. */
uint32_t stack_used() { return 0; }

#ifdef ARDUINO_ARCH_ESP32

tickmark_esp_moment window;

void clock_start() { window = tickmark_esp_now(); }

uint64_t clock_stop() { return tickmark_esp_ticks_since(window); }

void fill_chip(tickmark_board *board) {
  board->unit = tickmark_esp_unit();
  board->tick_source = TICKMARK_ESP_TICK_SOURCE;
  board->tick_hz = tickmark_esp_mhz() * 1000000u;
  board->build_id = tickmark_esp_build_id();
  board->reset = esp_restart;
  board->reset_cause = tickmark_esp_reset_cause();
}

#else

constexpr uint32_t us_in_second = 1000000;

/* Cycles where the core has a counter, else microseconds; the latter also tell how often the former wrapped. */
struct Moment {
  uint32_t us, cycles;
} window;

#ifdef TICKMARK_HAS_DWT
bool has_cycles;

uint32_t cycles() { return has_cycles ? tickmark_dwt() : 0; }

void start_cycles() { has_cycles = tickmark_dwt_start(); }

uint32_t cycle_hz() { return F_CPU; }
#else
constexpr bool has_cycles = false;

uint32_t cycles() { return 0; }

void start_cycles() {}

uint32_t cycle_hz() { return 0; }
#endif

void clock_start() {
  window.us = static_cast<uint32_t>(micros()); /* first: the window begins with its exact end */
  window.cycles = cycles();
}

uint64_t clock_stop() {
  const uint32_t ticks = cycles() - window.cycles;
  const uint32_t us = static_cast<uint32_t>(micros()) - window.us;
  return has_cycles ? tickmark_extended(ticks, static_cast<uint64_t>(us) * (cycle_hz() / us_in_second)) : us;
}

const uint8_t *build_id() {
  static const uint8_t unknown[20] = {0};
  return __build_id_note == nullptr ? unknown : tickmark_build_id_in(__build_id_note);
}

void fill_chip(tickmark_board *board) {
  start_cycles();
  board->unit = "";
  board->tick_source = has_cycles ? "dwt" : "micros";
  board->tick_hz = has_cycles ? cycle_hz() : us_in_second;
  board->build_id = build_id();
#if __ARM_ARCH_PROFILE == 'M'
  board->reset = tickmark_reset;
#endif
}

#endif

}  // namespace

void tickmark_arduino_link(Stream &port, bool (*is_open)()) {
  host = &port;
  is_heard = is_open;
}

uint32_t tickmark_port_clock() {
#ifdef ARDUINO_ARCH_ESP32
  return esp_cpu_get_cycle_count();
#else
  return has_cycles ? cycles() : static_cast<uint32_t>(micros());
#endif
}

void tickmark_port_fill(tickmark_board *board) {
  fill_chip(board);
  board->send = send_out;
  board->clock_start = clock_start;
  board->clock_stop = clock_stop;
  board->stack_used = stack_used;
  board->received = received;
  board->is_heard = is_heard;
}

/* Some cores serve their USB in yield(). */
void tickmark_port_poll() {
  tickmark_poll();
  if (host->available() <= 0) yield();
  for (int count = host->available(); count > 0; count--) tickmark_receive(static_cast<uint8_t>(host->read()));
}
