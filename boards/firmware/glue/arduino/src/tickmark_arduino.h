/* The Tickmark agent in a sketch. C++11. */
#ifndef TICKMARK_ARDUINO_H
#define TICKMARK_ARDUINO_H

#include <Arduino.h>

#include "tickmark_port.h"

/*
 * The port that the host is on, for tickmark_port_fill: any Stream that is begun and, where it is the chip's own USB,
 * open, so that READY is heard: `while (!Serial) {}`. Nothing else may print on it.
 */
void tickmark_arduino_link(Stream &port);

#endif
