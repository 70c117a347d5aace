/* The Tickmark agent in a sketch. C++11. */
#ifndef TICKMARK_ARDUINO_H
#define TICKMARK_ARDUINO_H

#include <Arduino.h>

#include "tickmark_port.h"

/* `is_heard`: whether anybody listens, which a port of the chip's own USB can tell. */
void tickmark_arduino_link(Stream &port, bool (*is_heard)());

/*
 * The port that the host is on, before tickmark_port_fill: Serial, Serial1, SerialUSB and their like, begun. Nothing
 * else may print on it.
 */
template <class Port>
void tickmark_arduino_link(Port &port) {
  static Port *serial;
  serial = &port;
  tickmark_arduino_link(port, [] { return static_cast<bool>(*serial); });
}

#endif
