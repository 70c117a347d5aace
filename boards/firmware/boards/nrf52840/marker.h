#ifndef TICKMARK_NRF52840_MARKER_H
#define TICKMARK_NRF52840_MARKER_H

/* P0.03 for the marker. */
void marker_start(void);

#endif
