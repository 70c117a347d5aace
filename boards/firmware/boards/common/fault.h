/* For a core's fault handler. */
#ifndef TICKMARK_FAULT_H
#define TICKMARK_FAULT_H

/* Tells the host, in up to 80 bytes, by a pattern of format.h. All that is left to do is sleep. */
void tell_fault(const char *pattern, ...);

#endif
