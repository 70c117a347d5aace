#ifndef TICKMARK_RP2040_MARKER_H
#define TICKMARK_RP2040_MARKER_H

/* GPIO2 for the marker, once the pins are out of reset. */
void marker_start(void);

#endif
