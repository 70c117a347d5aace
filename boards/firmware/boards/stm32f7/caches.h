#ifndef TICKMARK_STM32F7_CACHES_H
#define TICKMARK_STM32F7_CACHES_H

/* Both caches, 4 KiB each: flash is read over AXI, which is slow without them. */
void caches_start(void);

#endif
