#include <zephyr/device.h>
#include <zephyr/drivers/hwinfo.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/fatal.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/reboot.h>
#include <zephyr/timing/timing.h>

#include "../../boards/common/fault.h"
#include "../../boards/common/inbox.h"
#include "tickmark_port.h"

#if DT_HAS_CHOSEN(tickmark_uart)
#define TICKMARK_UART DT_CHOSEN(tickmark_uart)
#else
#define TICKMARK_UART DT_CHOSEN(zephyr_console)
#endif

static const struct device *const uart = DEVICE_DT_GET(TICKMARK_UART);

extern const uint8_t __build_id_note[]; /* from build_id.ld */

K_SEM_DEFINE(tickmark_arrived, 0, 1);

static void take_bytes(const struct device *device, void *user_data) {
  ARG_UNUSED(user_data);
  if (!uart_irq_update(device) || !uart_irq_rx_ready(device)) return;
  uint8_t byte;
  while (uart_fifo_read(device, &byte, 1) == 1) inbox_put(byte);
  k_sem_give(&tickmark_arrived);
}

/* By polling, so that a fault can be told without interrupts. */
static void send_out(const uint8_t *bytes, uint32_t count) {
  while (count--) uart_poll_out(uart, *bytes++);
}

/* The chip's own USB drops what nobody reads: the host sets DTR when it opens the port. */
#if DT_NODE_HAS_COMPAT(TICKMARK_UART, zephyr_cdc_acm_uart)
static bool is_open(void) {
  uint32_t dtr = 0;
  return uart_line_ctrl_get(uart, UART_LINE_CTRL_DTR, &dtr) != 0 || dtr != 0;
}
static bool (*const is_heard)(void) = is_open;
#else
static bool (*const is_heard)(void) = NULL; /* a UART sends on, whether anybody listens or not */
#endif

/* A moment by both clocks: the one that counts cycles, and one of milliseconds that does not wrap. */
static struct {
  int64_t ms;
  uint32_t ticks;
} window;

static uint32_t ticks_per_ms;

uint32_t tickmark_port_clock(void) { return (uint32_t)timing_counter_get(); }

static void clock_start(void) {
  window.ms = k_uptime_get(); /* first: the window begins with its exact end */
  window.ticks = tickmark_port_clock();
}

static uint64_t clock_stop(void) {
  const uint32_t ticks = tickmark_port_clock() - window.ticks;
  return tickmark_extended(ticks, (uint64_t)(k_uptime_get() - window.ms) * ticks_per_ms);
}

static void fill_clock(tickmark_board *board) {
  timing_init();
  timing_start();
  board->tick_hz = (uint32_t)timing_freq_get();
  ticks_per_ms = board->tick_hz / 1000;
#if defined(CONFIG_SOC_HAS_TIMING_FUNCTIONS) || defined(CONFIG_BOARD_HAS_TIMING_FUNCTIONS)
  board->tick_source = "timing";
#elif defined(CONFIG_CPU_CORTEX_M_HAS_DWT)
  board->tick_source = "dwt";
#else
  board->tick_source = "cycles";
#endif
  board->clock_start = clock_start;
  board->clock_stop = clock_stop;
}

static const char *unit(void) {
  static char text[2 * 16 + 1];
#ifdef CONFIG_HWINFO
  uint8_t id[16];
  const ssize_t bytes = hwinfo_get_device_id(id, sizeof id);
  if (bytes > 0) tickmark_hex(text, sizeof text, id, (uint32_t)bytes);
#endif
  return text;
}

static void restart(void) { sys_reboot(SYS_REBOOT_COLD); }

/* By the protocol's words. Flags add up until they are cleared, and a reset by power sets others too. */
static const char *reset_cause(void) {
  uint32_t flags = 0;
#ifdef CONFIG_HWINFO
  if (hwinfo_get_reset_cause(&flags) != 0) return "";
  hwinfo_clear_reset_cause();
#endif
  if (flags & RESET_POR) return "power-on";
  if (flags & RESET_BROWNOUT) return "brown-out";
  if (flags & RESET_WATCHDOG) return "watchdog";
  if (flags & RESET_SOFTWARE) return "software";
  return flags & RESET_PIN ? "pin" : "";
}

/* Of the thread that serves the agent. */
static uint32_t stack_used(void) {
  size_t unused = 0;
  if (k_thread_stack_space_get(k_current_get(), &unused) != 0) return 0;
  return (uint32_t)(k_current_get()->stack_info.size - unused);
}

static tickmark_region stack_region(void) {
  const struct k_thread *thread = k_current_get();
  return (tickmark_region){(uint8_t *)thread->stack_info.start, (uint32_t)thread->stack_info.size, 0};
}

void tickmark_port_fill(tickmark_board *board) {
  board->unit = unit();
  fill_clock(board);
  board->build_id = tickmark_build_id_in(__build_id_note);
  board->regions[TICKMARK_STACK] = stack_region();
  board->send = send_out;
  board->stack_used = stack_used;
  board->received = inbox_received;
  board->lend = inbox_lend;
  board->reset = restart;
  board->reset_cause = reset_cause();
  board->is_heard = is_heard;
  uart_irq_callback_user_data_set(uart, take_bytes, NULL);
  uart_irq_rx_enable(uart);
}

void tickmark_port_poll(void) {
  tickmark_poll();
  if (inbox_is_empty()) k_sem_take(&tickmark_arrived, K_MSEC(10));
  while (!inbox_is_empty()) tickmark_receive(inbox_take());
}

#ifdef CONFIG_TICKMARK_FATAL
static const char *name_of(unsigned int reason) {
  switch (reason) {
    case K_ERR_CPU_EXCEPTION: return "CPU exception";
    case K_ERR_SPURIOUS_IRQ: return "spurious interrupt";
    case K_ERR_STACK_CHK_FAIL: return "stack overflow";
    case K_ERR_KERNEL_OOPS: return "kernel oops";
    case K_ERR_KERNEL_PANIC: return "kernel panic";
    default: return "fatal error";
  }
}

/* Zephyr's own is weak, and only halts. Where the core has told of a place, so does this. */
void k_sys_fatal_error_handler(unsigned int reason, const struct arch_esf *esf) {
  const char *name = name_of(reason);
#if defined(CONFIG_CPU_CORTEX_M)
  if (esf) tell_fault("%s pc=0x%x lr=0x%x", name, esf->basic.pc, esf->basic.lr);
#elif defined(CONFIG_RISCV)
  if (esf) tell_fault("%s mepc=0x%x ra=0x%x", name, (uint32_t)esf->mepc, (uint32_t)esf->ra);
#else
  if (esf) tell_fault("%s", name);
#endif
  if (!esf) tell_fault("%s", name);
  k_fatal_halt(reason);
}
#endif
