/* What the glue uses of Arduino, as ArduinoCore-API declares it, and a Serial of a chip with USB of its own. */
#ifndef TICKMARK_FAKE_ARDUINO_H
#define TICKMARK_FAKE_ARDUINO_H

#include <stddef.h>
#include <stdint.h>

class Print {
 public:
  virtual size_t write(uint8_t byte) = 0;
  virtual size_t write(const uint8_t *bytes, size_t count);
};

class Stream : public Print {
 public:
  virtual int available() = 0;
  virtual int read() = 0;
  virtual int peek() = 0;
};

unsigned long micros(void);
void yield(void);

#endif
