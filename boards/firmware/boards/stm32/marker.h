#ifndef TICKMARK_STM32_MARKER_H
#define TICKMARK_STM32_MARKER_H

/* PA8 for the marker, once the clock of its port is on. */
void marker_start(void);

#endif
