#include "tickmark_dut.h"

#include <string.h>

#include "cobs.h"
#include "crc.h"
#include "results.h"
#include "sha256.h"

enum {
  HELLO = 0x01,
  DESCRIBE,
  WRITE,
  PREPARE,
  PROVE,
  INFER,
  READ,
  STATS,
  OPERATORS,
  IDENTIFY,
  FEED,
  COLLECT,
  RESET,
  READY = 0x80,
  FAULT = 0xfd,
  ERROR = 0xff
};
enum { MARKS_WINDOWS = 1 }; /* a feature */
enum { ANSWER = 0x80, PROFILE = 1, LAST_SLICE = 1 };
enum { UNDISTURBED, DISTURBED, CANNOT_TELL };
enum {
  UNKNOWN_REQUEST = 1,
  BAD_FIELD,
  NO_COMMON_VERSION,
  OUTSIDE_REGION,
  NOT_WRITABLE,
  NOT_PREPARED = 9,
  WRONG_INPUT = 10
};

enum {
  VERSION = 1,
  HEADER_BYTES = 3,
  CRC_BYTES = 4,
  BUILD_ID_BYTES = 20,
  BODY_BYTES = HEADER_BYTES + TICKMARK_MAX_PAYLOAD + CRC_BYTES,
  ENCODED_BYTES = BODY_BYTES + BODY_BYTES / 254 + 1,
};

/* A frame on its way out: kind, sequence, payload, and at the end its CRC. */
typedef struct {
  uint32_t skip;  /* bytes of the payload to leave out before the first that counts */
  uint32_t count; /* bytes of header and payload so far */
  uint8_t bytes[BODY_BYTES];
} frame;

/* Inputs that come one behind the other, since PREPARE. */
typedef struct {
  uint16_t next;           /* the number of the FEED that is taken next; they wrap at 2^16 */
  uint32_t filled;         /* bytes of the input so far */
  uint32_t told;           /* the round in which a gap was told, plus 1; 0: none */
  tickmark_status failure; /* the end of it: nothing is taken any more */
} feeding;

/* What the application sent since PREPARE. */
typedef struct {
  bool exists;
  uint32_t messages, bytes;
} telemetry;

static struct {
  const tickmark_board *board;
  uint8_t received[ENCODED_BYTES];
  uint32_t received_count; /* ENCODED_BYTES + 1: too long to be a frame */
  uint32_t dropped;
  frame answer;
  bool has_answered; /* in this session */
  bool is_prepared;
  tickmark_prepared prepared;
  feeding feed;
  telemetry uplink;
  bool is_silent;           /* this request has no answer */
  bool owes_ready;          /* nobody heard what was said at the start */
  uint32_t received_before; /* the window; not a local, since one register more to keep costs ticks within it */
} dut;

/* What a request carries, read from the front; `is_short` once more was asked for than is there. */
typedef struct {
  const uint8_t *at;
  uint32_t left;
  bool is_short;
} payload;

static const uint8_t *take(payload *p, uint32_t count) {
  static const uint8_t nothing[16];
  if (count > p->left) {
    p->is_short = true;
    return nothing;
  }
  const uint8_t *taken = p->at;
  p->at += count;
  p->left -= count;
  return taken;
}

static uint32_t take_uint(payload *p, uint32_t bytes) {
  const uint8_t *from = take(p, bytes);
  uint32_t value = 0;
  while (bytes--) value = value << 8 | from[bytes];
  return value;
}

static bool is_exact(const payload *p) { return !p->is_short && p->left == 0; }

static uint32_t room(const frame *f) { return HEADER_BYTES + TICKMARK_MAX_PAYLOAD - f->count; }

static void put(frame *f, const void *bytes, uint32_t count) {
  const uint32_t skipped = count < f->skip ? count : f->skip;
  f->skip -= skipped;
  count -= skipped;
  if (count > room(f)) count = room(f);
  memcpy(f->bytes + f->count, (const uint8_t *)bytes + skipped, count);
  f->count += count;
}

static void put_uint(frame *f, uint64_t value, uint32_t bytes) {
  for (; bytes; bytes--, value >>= 8) {
    const uint8_t byte = (uint8_t)value;
    put(f, &byte, 1);
  }
}

static void put_short_text(frame *f, const char *text) {
  const uint32_t count = (uint32_t)strlen(text);
  put_uint(f, count < 255 ? count : 255, 1);
  put(f, text, count < 255 ? count : 255);
}

static void begin(frame *f, uint8_t kind, const uint8_t sequence[2]) {
  f->bytes[0] = kind;
  memcpy(f->bytes + 1, sequence, 2);
  f->skip = 0;
  f->count = HEADER_BYTES;
}

static void send_frame(frame *f) {
  static const uint8_t zero = 0;
  const uint32_t crc = crc32(0, f->bytes, f->count);
  for (int i = 0; i < CRC_BYTES; i++) f->bytes[f->count + (uint32_t)i] = (uint8_t)(crc >> 8 * i);
  dut.board->send(&zero, 1);
  cobs_send(f->bytes, f->count + CRC_BYTES, dut.board->send);
  dut.board->send(&zero, 1);
}

/* Turns the answer begun into an ERROR about the same request. */
static void fail(frame *f, uint8_t request, tickmark_status status) {
  f->bytes[0] = ERROR;
  f->skip = 0;
  f->count = HEADER_BYTES;
  put_uint(f, request, 1);
  put_uint(f, status.code, 1);
  put(f, status.text, (uint32_t)strlen(status.text));
}

static const tickmark_status done = {0, ""};
static const tickmark_status bad_field = {BAD_FIELD, "the payload's length or a field is wrong"};

static const tickmark_region *region(uint32_t number) { return &dut.board->regions[number]; }

static bool is_inside(const tickmark_region *r, uint32_t offset, uint32_t bytes) {
  return offset <= r->bytes && bytes <= r->bytes - offset;
}

static void restart_feed(void) {
  dut.feed.next = 0;
  dut.feed.filled = 0;
  dut.feed.told = 0;
  dut.feed.failure = done;
  results_clear(dut.prepared.output_bytes);
}

static tickmark_status hello(payload *p, frame *f) {
  const bool is_ours = memcmp(take(p, 4), "TKMK", 4) == 0;
  const uint32_t lowest = take_uint(p, 1), highest = take_uint(p, 1);
  const uint8_t *nonce = take(p, 8);
  if (!is_exact(p) || !is_ours) return bad_field;
  if (lowest > VERSION || highest < VERSION)
    return (tickmark_status){NO_COMMON_VERSION, "this DUT speaks version 1 to 1"};
  put_uint(f, VERSION, 1);
  put(f, nonce, 8);
  put_uint(f, TICKMARK_MAX_PAYLOAD, 2);
  put_uint(f, dut.board->tick_hz, 4);
  put_uint(f, dut.board->mark ? MARKS_WINDOWS : 0, 1);
  restart_feed();
  return done;
}

static tickmark_status identify(payload *p, frame *f) {
  f->skip = take_uint(p, 2);
  if (!is_exact(p)) return bad_field;
  put(f, dut.board->build_id, BUILD_ID_BYTES);
  put_short_text(f, dut.board->board);
  put_short_text(f, dut.board->unit);
  put_short_text(f, dut.board->runtime);
  put_short_text(f, dut.board->tick_source);
  put_short_text(f, dut.board->reset_cause ? dut.board->reset_cause : "");
  return done;
}

static tickmark_status describe(payload *p, frame *f) {
  const uint32_t number = take_uint(p, 1);
  if (!is_exact(p) || number >= TICKMARK_REGIONS) return bad_field;
  put_uint(f, (uintptr_t)region(number)->base, 4);
  put_uint(f, region(number)->bytes, 4);
  put_uint(f, region(number)->flags, 1);
  return done;
}

/* Whether what lies behind the model's inputs is the port's. */
static bool has_lent(void) { return dut.is_prepared && dut.board->lend; }

static tickmark_status write(payload *p, frame *f) {
  (void)f; /* the answer is empty */
  const uint32_t number = take_uint(p, 1), offset = take_uint(p, 4);
  if (p->is_short || p->left == 0 || number >= TICKMARK_REGIONS) return bad_field;
  const tickmark_region *r = region(number);
  if (!is_inside(r, offset, p->left)) return (tickmark_status){OUTSIDE_REGION, "WRITE leaves the region"};
  if (number == TICKMARK_INPUT && has_lent() && offset + p->left > dut.prepared.input_bytes)
    return (tickmark_status){OUTSIDE_REGION, "WRITE leaves the model's inputs"};
  if (!(r->flags & TICKMARK_WRITABLE)) return (tickmark_status){NOT_WRITABLE, "this region cannot be written by WRITE"};
  memcpy(r->base + offset, p->at, p->left);
  if (number == TICKMARK_MODEL || number == TICKMARK_ARENA) dut.is_prepared = false;
  return done;
}

static tickmark_status read(payload *p, frame *f) {
  const uint32_t number = take_uint(p, 1), offset = take_uint(p, 4);
  if (!is_exact(p) || number >= TICKMARK_REGIONS) return bad_field;
  const tickmark_region *r = region(number);
  if (!is_inside(r, offset, 0)) return (tickmark_status){OUTSIDE_REGION, "READ begins outside the region"};
  put(f, r->base + offset, r->bytes - offset);
  return done;
}

/* What INFER reads and answers lies in these regions, whatever the runtime says of its model. */
static tickmark_status check_room(const tickmark_prepared *prepared) {
  if (prepared->input_bytes > region(TICKMARK_INPUT)->bytes)
    return (tickmark_status){TICKMARK_NO_ROOM, "the model's inputs are larger than the input region"};
  if (prepared->output_bytes > region(TICKMARK_OUTPUT)->bytes)
    return (tickmark_status){TICKMARK_NO_ROOM, "the model's outputs are larger than the output region"};
  return done;
}

/* How many bytes of requests are kept while an inference runs. */
static uint32_t window(void) {
  if (!dut.board->lend) return 0;
  const tickmark_region *input = region(TICKMARK_INPUT);
  return dut.board->lend(input->base + dut.prepared.input_bytes, input->bytes - dut.prepared.input_bytes);
}

static tickmark_status prepare(payload *p, frame *f) {
  const uint32_t model_bytes = take_uint(p, 4);
  if (!is_exact(p)) return bad_field;
  if (model_bytes > region(TICKMARK_MODEL)->bytes)
    return (tickmark_status){OUTSIDE_REGION, "the model is larger than its region"};
  tickmark_status status = dut.board->prepare(model_bytes, &dut.prepared);
  if (status.code == 0) status = check_room(&dut.prepared);
  dut.is_prepared = status.code == 0;
  if (!dut.is_prepared) return status;
  restart_feed();
  dut.uplink.messages = dut.uplink.bytes = 0;
  put_uint(f, dut.prepared.arena_bytes, 4);
  put_uint(f, dut.prepared.input_bytes, 4);
  put_uint(f, dut.prepared.output_bytes, 4);
  put_uint(f, dut.prepared.operators, 2);
  put_uint(f, window(), 4);
  put_uint(f, results_room(), 2);
  return done;
}

static tickmark_status prove(payload *p, frame *f) {
  const uint32_t model_bytes = take_uint(p, 4);
  const uint8_t *nonce = take(p, 16);
  if (!is_exact(p)) return bad_field;
  if (model_bytes > region(TICKMARK_MODEL)->bytes)
    return (tickmark_status){OUTSIDE_REGION, "the model is larger than its region"};
  sha256 hash;
  uint8_t digest[32];
  sha256_start(&hash);
  sha256_add(&hash, nonce, 16);
  sha256_add(&hash, region(TICKMARK_MODEL)->base, model_bytes);
  sha256_end(&hash, digest);
  put(f, digest, sizeof digest);
  return done;
}

static uint32_t received(void) { return dut.board->received ? dut.board->received() : 0; }

static uint8_t disturbance(void) {
  if (!dut.board->received) return CANNOT_TELL;
  return received() == dut.received_before ? UNDISTURBED : DISTURBED;
}

static void mark(bool is_active) {
  if (dut.board->mark) dut.board->mark(is_active);
}

/* The measured window: nothing but inferences between the two readings of the clock, and those between two marks. */
static tickmark_status run_window(uint32_t repeat, bool profile, uint64_t *ticks) {
  tickmark_status status = done;
  dut.received_before = received();
  mark(true);
  dut.board->clock_start();
  while (repeat-- && status.code == 0) status = dut.board->invoke(profile);
  *ticks = dut.board->clock_stop();
  mark(false);
  return status;
}

static void report(void) {
  if (dut.board->report) dut.board->report();
}

static tickmark_status infer(payload *p, frame *f) {
  const uint32_t flags = take_uint(p, 1), repeat = take_uint(p, 2), expected = take_uint(p, 4);
  if (!is_exact(p) || flags > PROFILE || repeat == 0) return bad_field;
  if (!dut.is_prepared) return (tickmark_status){NOT_PREPARED, "INFER before a successful PREPARE"};
  const uint32_t digest = crc32c(0, region(TICKMARK_INPUT)->base, dut.prepared.input_bytes);
  if (digest != expected)
    return (tickmark_status){WRONG_INPUT, "the input digest does not match what lies in the input region"};
  uint64_t ticks;
  const tickmark_status status = run_window(repeat, flags & PROFILE, &ticks);
  if (status.code) return status;
  report();
  const uint8_t *output = region(TICKMARK_OUTPUT)->base;
  put_uint(f, ticks, 8);
  put_uint(f, disturbance(), 1);
  const uint32_t result = crc32c(digest, output, dut.prepared.output_bytes);
  put_uint(f, crc32c(result, f->bytes + HEADER_BYTES, 9), 4);
  put(f, output, dut.prepared.output_bytes);
  return done;
}

static tickmark_status stats(payload *p, frame *f) {
  if (!is_exact(p)) return bad_field;
  put_uint(f, dut.board->stack_used(), 4);
  put_uint(f, region(TICKMARK_STACK)->bytes, 4);
  put_uint(f, dut.is_prepared ? dut.prepared.arena_bytes : 0, 4);
  put_uint(f, region(TICKMARK_ARENA)->bytes, 4);
  put_uint(f, dut.dropped, 4);
  if (!dut.uplink.exists) return done;
  put_uint(f, dut.uplink.messages, 4);
  put_uint(f, dut.uplink.bytes, 4);
  return done;
}

static tickmark_status operators(payload *p, frame *f) {
  uint32_t index = take_uint(p, 2);
  if (!is_exact(p)) return bad_field;
  if (!dut.is_prepared) return (tickmark_status){NOT_PREPARED, "OPERATORS before a successful PREPARE"};
  put_uint(f, dut.prepared.operators, 2);
  for (; index < dut.prepared.operators && room(f) >= 4; index++)
    put_uint(f, dut.board->operator_ticks((uint16_t)index), 4);
  return done;
}

static tickmark_status take_slice(const payload *slice) {
  const tickmark_region *input = region(TICKMARK_INPUT);
  if (!(input->flags & TICKMARK_WRITABLE))
    return (tickmark_status){NOT_WRITABLE, "this region cannot be written by FEED"};
  if (slice->left > dut.prepared.input_bytes - dut.feed.filled)
    return (tickmark_status){OUTSIDE_REGION, "FEED leaves the model's inputs"};
  memcpy(input->base + dut.feed.filled, slice->at, slice->left);
  dut.feed.filled += slice->left;
  return done;
}

/* The inference of an input that is whole, once and never again; its result waits for the host. */
static tickmark_status infer_fed(uint16_t number, uint32_t expected) {
  if (dut.feed.filled != dut.prepared.input_bytes) return bad_field;
  dut.feed.filled = 0;
  const uint32_t digest = crc32c(0, region(TICKMARK_INPUT)->base, dut.prepared.input_bytes);
  if (digest != expected) return (tickmark_status){WRONG_INPUT, "the input digest does not match what was fed"};
  if (results_are_full()) return (tickmark_status){TICKMARK_NO_ROOM, "too many results wait for the host"};
  const tickmark_status status = dut.board->invoke(false);
  if (status.code) return status;
  report();
  const uint8_t *output = region(TICKMARK_OUTPUT)->base;
  results_keep(number, crc32c(digest, output, dut.prepared.output_bytes), output);
  return done;
}

/* What lies behind a gap is dropped; the host hears of it once a round, since more of it is underway. */
static bool is_gap_told(uint16_t number, uint32_t round) {
  const bool is_ahead = (uint16_t)(number - dut.feed.next) < 0x8000;
  const bool is_told = is_ahead && dut.feed.told == round + 1;
  if (is_ahead) dut.feed.told = round + 1;
  return is_told;
}

static void put_result(frame *f, const kept_result *result) {
  put_uint(f, result->digest, 4);
  put(f, result->output, dut.prepared.output_bytes);
}

static tickmark_status check_feed(void) {
  if (!dut.is_prepared) return (tickmark_status){NOT_PREPARED, "FEED before a successful PREPARE"};
  return dut.feed.failure;
}

static tickmark_status feed(payload *p, frame *f) {
  const uint16_t number = (uint16_t)(f->bytes[1] | f->bytes[2] << 8);
  const uint32_t mark = take_uint(p, 1), held = take_uint(p, 2);
  const uint32_t digest = mark & LAST_SLICE ? take_uint(p, 4) : 0;
  if (p->is_short) return bad_field;
  const tickmark_status status = check_feed();
  if (status.code) return status;
  results_release((uint16_t)held);
  if (number == dut.feed.next) {
    dut.feed.next++;
    dut.feed.failure = take_slice(p);
    if (dut.feed.failure.code == 0 && mark & LAST_SLICE) dut.feed.failure = infer_fed(number, digest);
    if (dut.feed.failure.code) return dut.feed.failure;
  } else {
    dut.is_silent = is_gap_told(number, mark >> 1);
  }
  kept_result result;
  put_uint(f, dut.feed.next, 2);
  if (results_find(number, &result)) put_result(f, &result);
  return done;
}

/* The oldest result that the host has not, from a byte of its output on. */
static tickmark_status collect(payload *p, frame *f) {
  const uint32_t held = take_uint(p, 2), offset = take_uint(p, 4);
  if (!is_exact(p)) return bad_field;
  const tickmark_status status = check_feed();
  if (status.code) return status;
  results_release((uint16_t)held);
  kept_result result;
  put_uint(f, dut.feed.next, 2);
  if (!results_oldest(&result)) return done;
  if (offset > dut.prepared.output_bytes) return bad_field;
  put_uint(f, result.number, 2);
  put_uint(f, result.digest, 4);
  put(f, result.output + offset, dut.prepared.output_bytes - offset);
  return done;
}

/* The answer goes out first. */
static tickmark_status reset(payload *p, frame *f) {
  (void)f; /* the answer is empty */
  if (!dut.board->reset) return (tickmark_status){UNKNOWN_REQUEST, "this firmware cannot restart itself"};
  return is_exact(p) ? done : bad_field;
}

static void carry_out(const uint8_t *request, payload *p) {
  static tickmark_status (*const handlers[])(payload *, frame *) = {
      [HELLO] = hello, [DESCRIBE] = describe, [WRITE] = write, [PREPARE] = prepare,     [PROVE] = prove,
      [INFER] = infer, [READ] = read,         [STATS] = stats, [OPERATORS] = operators, [IDENTIFY] = identify,
      [FEED] = feed,   [COLLECT] = collect,   [RESET] = reset,
  };
  const uint8_t kind = request[0];
  begin(&dut.answer, kind | ANSWER, request + 1);
  dut.is_silent = false;
  const bool is_known = kind >= HELLO && kind <= RESET;
  const tickmark_status status =
      is_known ? handlers[kind](p, &dut.answer) : (tickmark_status){UNKNOWN_REQUEST, "unknown request"};
  if (status.code) fail(&dut.answer, kind, status);
}

/*
 * A request that was answered already is answered again by the same bytes, and nothing is done twice. The numbers of
 * FEED are others, and may be just that of the request before.
 */
static bool is_repeated(const uint8_t *request) {
  return dut.has_answered && request[0] != HELLO && request[0] != FEED &&
         memcmp(request + 1, dut.answer.bytes + 1, 2) == 0;
}

/* What is cut off here is gone: a repeat may ask for less, never for more. */
static void answer(const uint8_t *request, uint32_t count) {
  payload p = {request + HEADER_BYTES, count - HEADER_BYTES, false};
  const uint32_t limit = take_uint(&p, 2);
  if (!is_repeated(request)) carry_out(request, &p);
  dut.has_answered = request[0] != FEED; /* which keeps what may be asked again */
  if (dut.is_silent) return;
  if (count >= HEADER_BYTES + 2 && dut.answer.count > HEADER_BYTES + limit) dut.answer.count = HEADER_BYTES + limit;
  send_frame(&dut.answer);
  if (dut.answer.bytes[0] == (RESET | ANSWER)) dut.board->reset();
}

static void take_frame(void) {
  const int32_t count = dut.received_count <= ENCODED_BYTES ? cobs_decode(dut.received, dut.received_count) : -1;
  const uint32_t body = count < HEADER_BYTES + CRC_BYTES ? 0 : (uint32_t)count - CRC_BYTES;
  payload crc = {dut.received + body, CRC_BYTES, false};
  if (body == 0 || crc32(0, dut.received, body) != take_uint(&crc, CRC_BYTES)) {
    dut.dropped++;
    return;
  }
  answer(dut.received, body);
}

static void send_unasked(uint8_t kind, const char *text) {
  static frame f; /* not the answer: that may have to be sent again */
  static const uint8_t sequence[2];
  begin(&f, kind, sequence);
  put(&f, text, (uint32_t)strlen(text));
  send_frame(&f);
}

static bool is_heard(void) { return !dut.board->is_heard || dut.board->is_heard(); }

void tickmark_poll(void) {
  if (!dut.owes_ready || !is_heard()) return;
  dut.owes_ready = false;
  send_unasked(READY, "");
}

void tickmark_receive(uint8_t byte) {
  tickmark_poll();
  if (byte == 0) {
    if (dut.received_count) take_frame();
    dut.received_count = 0;
  } else if (dut.received_count < ENCODED_BYTES) {
    dut.received[dut.received_count++] = byte;
  } else {
    dut.received_count = ENCODED_BYTES + 1;
  }
}

void tickmark_uplink(const uint8_t *bytes, uint32_t count) {
  dut.uplink.exists = true;
  if (!bytes && count == 0) return;
  dut.uplink.messages++;
  dut.uplink.bytes += count;
}

void tickmark_start(const tickmark_board *board) {
  dut.board = board;
  dut.owes_ready = true;
  tickmark_poll();
}

void tickmark_fault(const char *text) {
  enum { TIMES = 3 }; /* nobody can ask for it again */
  while (dut.board && !is_heard()) {
  }
  for (int i = 0; dut.board && i < TIMES; i++) send_unasked(FAULT, text);
}
