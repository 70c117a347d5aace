/*
 * The Tickmark DUT agent: answers the host's requests (PROTOCOL.md) over any byte stream. C99, no heap, one DUT a
 * firmware. A port fills in `tickmark_board`, calls tickmark_start once and tickmark_receive for each byte.
 */
#ifndef TICKMARK_DUT_H
#define TICKMARK_DUT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef TICKMARK_MAX_PAYLOAD
#define TICKMARK_MAX_PAYLOAD 1024
#endif
#if TICKMARK_MAX_PAYLOAD < 32 || TICKMARK_MAX_PAYLOAD > 65535
#error "TICKMARK_MAX_PAYLOAD: from 32, the answer to PROVE, to 65535, which is what two bytes announce"
#endif

/* Regions by their numbers in the protocol. */
enum { TICKMARK_MODEL, TICKMARK_INPUT, TICKMARK_OUTPUT, TICKMARK_ARENA, TICKMARK_STACK, TICKMARK_REGIONS };

/* Flags of a region: WRITE works on it; its address may be used from outside. A model that is built in has none. */
enum { TICKMARK_WRITABLE = 1, TICKMARK_ADDRESSABLE = 2 };

/* Codes of ERROR that a runtime may give. 0: done. */
enum { TICKMARK_BAD_MODEL = 6, TICKMARK_NO_KERNEL = 7, TICKMARK_NO_ROOM = 8, TICKMARK_INFERENCE_FAILED = 11 };

typedef struct {
  uint8_t *base;
  uint32_t bytes;
  uint8_t flags;
} tickmark_region;

typedef struct {
  uint8_t code;
  const char *text; /* for a person, where code is not 0 */
} tickmark_status;

typedef struct {
  uint32_t arena_bytes;
  uint32_t input_bytes;
  uint32_t output_bytes;
  uint16_t operators;
} tickmark_prepared;

/* Everything that differs between boards and runtimes. */
typedef struct {
  const char *board; /* name of the port */
  const char *unit;  /* the one device, where the chip can tell; else "" */
  const char *runtime;
  const char *tick_source;
  uint32_t tick_hz;
  const uint8_t *build_id; /* 20 bytes */
  tickmark_region regions[TICKMARK_REGIONS];

  const char *reset_cause; /* why the chip booted: power-on, brown-out, pin, watchdog, software; else "", or NULL */

  /* Returns once the bytes are on their way. Also called from the fault handler, so it must not need interrupts. */
  void (*send)(const uint8_t *bytes, uint32_t count);

  void (*clock_start)(void);    /* zeroes the tick timer and starts it */
  uint64_t (*clock_stop)(void); /* ticks since clock_start */
  uint32_t (*stack_used)(void); /* high-water mark since boot, bytes */

  /* Makes the model at the start of the model region ready to run. */
  tickmark_status (*prepare)(uint32_t model_bytes, tickmark_prepared *prepared);
  /* One inference, from the input region to the output region. With `profile`, ticks around each operator are kept. */
  tickmark_status (*invoke)(bool profile);
  uint32_t (*operator_ticks)(uint16_t index);

  /*
   * Bytes that came in from the host since boot, those that were lost for want of room too; it may wrap. A window in
   * which it changes has paid for them. NULL: cannot tell, and the host has to guess.
   */
  uint32_t (*received)(void);

  /*
   * How many bytes of requests the port keeps while the agent is busy, beside a short one of up to 64 bytes; the host
   * sends the next inputs meanwhile. Called within each PREPARE. Until the next one the `count` bytes at `spare`, where
   * the input region goes on behind the model's inputs, are the port's to keep them in. NULL: inputs come one at a
   * time.
   */
  uint32_t (*lend)(uint8_t *spare, uint32_t count);

  void (*reset)(void); /* restarts the chip. NULL: it cannot */

  /*
   * Whether anybody hears what is sent: on a USB port of the chip's own, whether the host has opened it. READY waits
   * for it, and so does a FAULT, in which only the fault handler runs. NULL: a UART, on which all is sent at once.
   */
  bool (*is_heard)(void);

  /*
   * Drives a pin that a current meter samples too: active from right before clock_start to right after clock_stop of
   * every window, and at no other time. What it takes is no part of the ticks. NULL: no such pin.
   */
  void (*mark)(bool is_active);

  /*
   * What the application does with the outputs, such as tell them by radio: called once for each input that the host
   * has had inferred, however often it was repeated, after its window. NULL: nothing.
   */
  void (*report)(void);
} tickmark_board;

/* Says READY. `board` must stay as it is. */
void tickmark_start(const tickmark_board *board);

/* Says READY where it had to wait for is_heard. From the main loop; needless without is_heard. */
void tickmark_poll(void);

/* Takes one byte from the host; on the last of a request, carries it out and sends the answer. */
void tickmark_receive(uint8_t byte);

/*
 * One message on the application's telemetry channel, whatever that is: LoRaWAN, BLE, a modem's UART. To be called by
 * its driver for each message that it sends, with all the bytes that count, or by a firmware without one in its place.
 * They are counted for the host, and go nowhere else; from the context that calls tickmark_receive. Firmware that may
 * have nothing to tell says once, by a message of 0 bytes at NULL, that it has a channel: that is no message.
 */
void tickmark_uplink(const uint8_t *bytes, uint32_t count);

/* Sends FAULT with a text. For a fault handler: nothing else may be called after it. */
void tickmark_fault(const char *text);

#ifdef __cplusplus
}
#endif

#endif
