#include "zephyr.h"

#include <signal.h>
#include <stdlib.h>

#include "host.h"

const struct device fake_uart = {"uart"};

static uart_irq_callback_user_data_t callback;
static void *callback_data;
static bool is_enabled, is_timing;
#ifdef FAKE_USB
static bool is_open;
#else
static bool is_open = true;
#endif
static uint8_t fifo[16];
static int fifo_count, fifo_at;

int uart_irq_callback_user_data_set(const struct device *dev, uart_irq_callback_user_data_t cb, void *user_data) {
  (void)dev;
  callback = cb;
  callback_data = user_data;
  return 0;
}

void uart_irq_rx_enable(const struct device *dev) {
  (void)dev;
  is_enabled = true;
}

int uart_irq_update(const struct device *dev) {
  (void)dev;
  return 1;
}

int uart_irq_rx_ready(const struct device *dev) {
  (void)dev;
  return fifo_at < fifo_count;
}

int uart_fifo_read(const struct device *dev, uint8_t *rx_data, const int size) {
  (void)dev;
  int count = 0;
  while (count < size && fifo_at < fifo_count) rx_data[count++] = fifo[fifo_at++];
  return count;
}

void uart_poll_out(const struct device *dev, unsigned char out_char) {
  (void)dev;
  if (!is_open) exit(3); /* nobody hears it */
  host_send(&out_char, 1);
}

/* The host has opened the port once it sends. */
int uart_line_ctrl_get(const struct device *dev, uint32_t ctrl, uint32_t *val) {
  (void)dev;
  if (host_waiting() > 0) is_open = true;
  *val = ctrl == UART_LINE_CTRL_DTR && is_open;
  return 0;
}

int hwinfo_get_reset_cause(uint32_t *cause) {
  *cause = RESET_PIN | RESET_POR;
  return 0;
}

int hwinfo_clear_reset_cause(void) { return 0; }

void sys_reboot(int type) {
  (void)type;
  host_reset();
}

ssize_t hwinfo_get_device_id(uint8_t *buffer, size_t length) {
  for (size_t i = 0; i < 8 && i < length; i++) buffer[i] = (uint8_t)(0x10 + i);
  return 8;
}

k_tid_t k_current_get(void) {
  static struct k_thread thread = {{0x20000000, 8192}};
  return &thread;
}

int k_thread_stack_space_get(const struct k_thread *thread, size_t *unused_ptr) {
  (void)thread;
  *unused_ptr = 7000;
  return 0;
}

int64_t k_uptime_get(void) { return (int64_t)(host_us() / 1000); }

/* The UART's interrupt: it happens where a thread waits, and where it asks for the time. */
static void interrupt(void) {
  fifo_at = 0;
  fifo_count = (int)host_take(fifo, sizeof fifo);
  is_open = true;
  callback(&fake_uart, callback_data);
}

int k_sem_take(struct k_sem *sem, k_timeout_t timeout) {
  if (sem->count == 0 && is_enabled && host_wait((int)timeout.ticks)) interrupt();
  sem->count = 0;
  return 0;
}

void k_sem_give(struct k_sem *sem) { sem->count = 1; }

void timing_init(void) {}

void timing_start(void) { is_timing = true; }

timing_t timing_counter_get(void) {
  if (is_enabled && host_waiting() > 0) interrupt();
  return is_timing ? host_cycles(64) : 0;
}

uint64_t timing_freq_get(void) { return 64000000; }

void k_fatal_halt(unsigned int reason) { exit((int)reason); }

/* What the kernel does on a crash: a signal stands for it. */
static void on_crash(int signal_number) {
  (void)signal_number;
  const struct arch_esf frame = {{0x08001234, 0x08005678}};
  k_sys_fatal_error_handler(K_ERR_CPU_EXCEPTION, &frame);
}

__attribute__((constructor)) static void crash_by_signal(void) { signal(SIGUSR1, on_crash); }
