#include "arduino.h"

#include <cstdlib>

#include "tickmark_arduino.h"
extern "C" {
#include "host.h"
void app_main(void);
}

size_t Print::write(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) write(bytes[i]);
  return count;
}

unsigned long micros() { return static_cast<uint32_t>(UINT32_MAX - 1000 + host_us()); }

namespace {

/* A UART's buffer of 64 bytes, as many cores have it. */
class Port : public Stream {
 public:
  /* The host has opened it once it sends. */
  explicit operator bool() { return is_open_ = is_open_ || host_waiting() > 0; }

  int available() override {
    if (tail_ == head_) fill();
    return static_cast<int>(head_ - tail_);
  }

  int read() override { return available() > 0 ? bytes_[tail_++] : -1; }
  int peek() override { return available() > 0 ? bytes_[tail_] : -1; }

  size_t write(uint8_t byte) override {
    host_send(&byte, 1);
    return 1;
  }

  /* As a USB port's: what the endpoint has room for. */
  size_t write(const uint8_t *bytes, size_t count) override {
    if (!is_open_) exit(3); /* nobody hears it */
    const uint32_t sent = count < 64 ? static_cast<uint32_t>(count) : 64;
    host_send(bytes, sent);
    return sent;
  }

 private:
  void fill() {
    if (!may_wait_ && host_waiting() == 0) return;
    is_open_ = true;
    tail_ = 0;
    head_ = host_take(bytes_, sizeof bytes_);
  }

  friend void ::yield();
  bool may_wait_ = false, is_open_ = false;
  uint32_t head_ = 0, tail_ = 0;
  uint8_t bytes_[64];
} serial;

}  // namespace

/* Nothing to do: waits instead of spinning, or ends. */
void yield() {
  if (!host_wait(10) || !serial) return;
  serial.may_wait_ = true;
  serial.available();
  serial.may_wait_ = false;
}

int main() {
  tickmark_arduino_link(serial);
  app_main();
}
