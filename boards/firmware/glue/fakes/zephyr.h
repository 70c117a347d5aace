/* What the glue uses of Zephyr, as its headers declare it (3.7 and newer). A test makes a file of this for each header.
 */
#ifndef TICKMARK_FAKE_ZEPHYR_H
#define TICKMARK_FAKE_ZEPHYR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CONFIG_HWINFO 1
#define CONFIG_TICKMARK_FATAL 1
#define CONFIG_CPU_CORTEX_M 1
#define CONFIG_CPU_CORTEX_M_HAS_DWT 1

#define ARG_UNUSED(x) (void)(x)

/* device.h, devicetree.h */
struct device {
  const char *name;
};
extern const struct device fake_uart;
#define DT_HAS_CHOSEN(property) 0
#define DT_CHOSEN(property) fake_uart
#ifdef FAKE_USB
#define DT_NODE_HAS_COMPAT(node, compatible) 1
#else
#define DT_NODE_HAS_COMPAT(node, compatible) 0
#endif
#define DEVICE_DT_GET(node) (&node)

/* drivers/uart.h */
typedef void (*uart_irq_callback_user_data_t)(const struct device *dev, void *user_data);
int uart_irq_callback_user_data_set(const struct device *dev, uart_irq_callback_user_data_t cb, void *user_data);
void uart_irq_rx_enable(const struct device *dev);
int uart_irq_update(const struct device *dev);
int uart_irq_rx_ready(const struct device *dev);
int uart_fifo_read(const struct device *dev, uint8_t *rx_data, const int size);
enum { UART_LINE_CTRL_DTR = 1 << 2 };
int uart_line_ctrl_get(const struct device *dev, uint32_t ctrl, uint32_t *val);
void uart_poll_out(const struct device *dev, unsigned char out_char);

/* drivers/hwinfo.h */
ssize_t hwinfo_get_device_id(uint8_t *buffer, size_t length);
enum { RESET_PIN = 1, RESET_SOFTWARE = 2, RESET_BROWNOUT = 4, RESET_POR = 8, RESET_WATCHDOG = 16 };
int hwinfo_get_reset_cause(uint32_t *cause);
int hwinfo_clear_reset_cause(void);

/* sys/reboot.h */
#define SYS_REBOOT_COLD 1
__attribute__((noreturn)) void sys_reboot(int type);

/* kernel.h */
struct k_thread {
  struct {
    uintptr_t start;
    size_t size;
  } stack_info;
};
struct k_sem {
  unsigned count;
};
typedef struct {
  int64_t ticks;
} k_timeout_t;
#define K_MSEC(ms) ((k_timeout_t){ms})
#define K_SEM_DEFINE(name, initial, limit) struct k_sem name = {initial}
typedef struct k_thread *k_tid_t;
k_tid_t k_current_get(void);
int k_thread_stack_space_get(const struct k_thread *thread, size_t *unused_ptr);
int64_t k_uptime_get(void);
int k_sem_take(struct k_sem *sem, k_timeout_t timeout);
void k_sem_give(struct k_sem *sem);

/* timing/timing.h */
typedef uint64_t timing_t;
void timing_init(void);
void timing_start(void);
timing_t timing_counter_get(void);
uint64_t timing_freq_get(void);

/* fatal.h */
enum { K_ERR_CPU_EXCEPTION, K_ERR_SPURIOUS_IRQ, K_ERR_STACK_CHK_FAIL, K_ERR_KERNEL_OOPS, K_ERR_KERNEL_PANIC };
struct arch_esf {
  struct {
    uint32_t pc, lr;
  } basic;
};
void k_sys_fatal_error_handler(unsigned int reason, const struct arch_esf *esf);
__attribute__((noreturn)) void k_fatal_halt(unsigned int reason);

#endif
