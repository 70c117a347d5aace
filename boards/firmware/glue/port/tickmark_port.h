/*
 * What the glue of every platform gives to a firmware: the fields of `tickmark_board` that have nothing to do with the
 * model, and the loop that feeds the agent. C99 and C++.
 */
#ifndef TICKMARK_PORT_H
#define TICKMARK_PORT_H

#include "tickmark_dut.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Fills in link, clock, build id, unit, stack and resets, each as far as the platform can tell. Call it where the agent
 * will be served: the same core, the same task. Left to do: board, runtime, the model, input, output and arena regions,
 * and prepare, invoke and operator_ticks, for TFLM by tickmark_tflm_attach.
 */
void tickmark_port_fill(tickmark_board *board);

/* A model that is built in, with no flags; a buffer, with its own. */
static inline tickmark_region tickmark_region_of(const void *base, uint32_t bytes, uint8_t flags) {
  const tickmark_region region = {(uint8_t *)base, bytes, flags};
  return region;
}

/* Counts up while the tick timer runs; wraps at 2^32. What tickmark_tflm_attach takes for a clock. */
uint32_t tickmark_port_clock(void);

/* Gives the agent what has come from the host; waits for more where the platform can wait. */
void tickmark_port_poll(void);

/* Says READY and answers the host for ever. A firmware with a loop of its own calls tickmark_start and _poll instead.
 */
#ifdef __GNUC__
__attribute__((noreturn))
#endif
void tickmark_port_serve(const tickmark_board *board);

/*
 * The rest is for the glue itself.
 */

/*
 * A counter of 32 bits wraps within a long window, 18 s at 240 MHz. This is its count in 64 bits, by another clock that
 * does not wrap: the number nearest to `about` that ends in the bits of `low`. Right while `about` is off by less than
 * 2^31 ticks, without an interrupt in the window.
 */
static inline uint64_t tickmark_extended(uint32_t low, uint64_t about) {
  return about + (uint64_t)(int64_t)(int32_t)(low - (uint32_t)about);
}

/* 20 bytes: the id in a GNU build-id note, which begins with three words of sizes and type, and "GNU". */
static inline const uint8_t *tickmark_build_id_in(const uint8_t *note) { return note + 16; }

/* `bytes` as hex digits and a 0, as far as `text` has room. */
void tickmark_hex(char *text, uint32_t room, const uint8_t *bytes, uint32_t count);

#ifdef __cplusplus
}
#endif

#endif
