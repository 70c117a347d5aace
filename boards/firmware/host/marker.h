/*
 * The marker pin of a DUT on this machine. A simulated meter sees it by a FIFO, whose path is in the environment as
 * TICKMARK_MARKER: a '1' for each edge up, a '0' for each edge down.
 */
#ifndef TICKMARK_HOST_MARKER_H
#define TICKMARK_HOST_MARKER_H

#include <stdbool.h>

/* Makes the FIFO where there is none yet. Without TICKMARK_MARKER there is no pin: false. */
bool marker_open(void);

/* Never waits: an edge that nobody sees is lost, as on a pin. */
void marker_set(bool is_active);

/* For a meter that has to draw as the DUT does, where its pin does not tell when it is busy: '+' and '-'. */
void marker_draw(bool is_busy);

#endif
