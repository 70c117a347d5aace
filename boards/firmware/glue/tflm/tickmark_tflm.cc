#include "tickmark_tflm.h"

#include <cstring>
#include <new>

#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_profiler_interface.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "tensorflow/lite/schema/schema_utils.h"

namespace {

constexpr uint32_t model_alignment = 16; /* of the constants in a .tflite; kernels load them by words */

/* What is said to the host of a refusal: TFLM's own words as far as they fit, its lines as one. */
class Reason {
 public:
  void clear() { count_ = 0, text_[0] = '\0', is_at_end_ = false; }
  bool is_empty() const { return count_ == 0; }
  bool has(const char *words) const { return std::strstr(text_, words) != nullptr; }
  const char *text() const { return text_; }

  Reason &add(const char *text) {
    for (; *text != '\0'; text++) {
      const bool was_at_end = is_at_end_;
      is_at_end_ = *text == '\r' || *text == '\n';
      if (is_at_end_) continue;
      if (was_at_end && count_ > 0) put(';'), put(' ');
      put(*text);
    }
    return *this;
  }

 private:
  void put(char letter) {
    if (count_ == sizeof text_ - 1) return;
    text_[count_++] = letter;
    text_[count_] = '\0';
  }

  char text_[192];
  uint32_t count_;
  bool is_at_end_; /* of a line */
};

/* Ticks of each operator of the main subgraph; those of the subgraphs that it calls are part of its own. */
class TickProfiler final : public tflite::MicroProfilerInterface {
 public:
  explicit TickProfiler(uint32_t (*clock)(void)) : clock_(clock) {}
  static void operator delete(void *) {} /* never called: nothing here is on a heap */

  void start(bool is_wanted) { is_wanted_ = is_wanted, depth_ = 0, count_ = 0; }
  uint32_t ticks(uint16_t index) const { return index < count_ ? ticks_[index] : 0; }

  uint32_t BeginEvent(const char *) override {
    if (is_wanted_ && depth_++ == 0) started_ = clock_();
    return 0;
  }

  void EndEvent(uint32_t) override {
    if (is_wanted_ && --depth_ == 0 && count_ < TICKMARK_TFLM_OPERATORS) ticks_[count_++] = clock_() - started_;
  }

 private:
  uint32_t (*clock_)(void);
  uint32_t started_ = 0, depth_ = 0, count_ = 0;
  bool is_wanted_ = false;
  uint32_t ticks_[TICKMARK_TFLM_OPERATORS];
};

/* One prepared model. */
struct Session {
  TickProfiler profiler;
  tflite::MicroInterpreter interpreter;

  Session(const tflite::Model *model, const tflite::MicroOpResolver &resolver, const tickmark_region &arena,
          uint32_t (*clock)(void))
      : profiler(clock), interpreter(model, resolver, arena.base, arena.bytes, nullptr, &profiler) {}
};

alignas(Session) uint8_t storage[sizeof(Session)];
Session *session;
Reason reason;

tickmark_board *board;
const tflite::MicroOpResolver *resolver;
uint32_t (*operator_clock)(void);

constexpr tickmark_status done = {0, ""};

tickmark_status refuse(uint8_t code) { return {code, reason.text()}; }

tickmark_status refuse(uint8_t code, const char *text) {
  reason.clear();
  reason.add(text);
  return refuse(code);
}

/* What TFLM logged, or a sentence in its place. */
tickmark_status refuse_logged(uint8_t code, const char *otherwise) {
  return reason.is_empty() ? refuse(code, otherwise) : refuse(code);
}

/* The host has proved the bytes before it asks, so they are looked at only as far as a person may have got them wrong.
 */
tickmark_status check_model(const uint8_t *model, uint32_t bytes) {
  if (bytes < 8 || std::memcmp(model + 4, tflite::ModelIdentifier(), 4) != 0)
    return refuse(TICKMARK_BAD_MODEL, "no TensorFlow Lite model lies in the model region");
  if (reinterpret_cast<uintptr_t>(model) % model_alignment != 0)
    return refuse(TICKMARK_BAD_MODEL, "the model does not lie at a multiple of 16: declare it alignas(16)");
  if (tflite::GetModel(model)->version() != TFLITE_SCHEMA_VERSION)
    return refuse(TICKMARK_BAD_MODEL, "the model is of another schema version than this TFLM");
  return done;
}

bool has_kernel(const tflite::OperatorCode *code) {
  const tflite::BuiltinOperator op = tflite::GetBuiltinCode(code);
  if (op != tflite::BuiltinOperator_CUSTOM) return resolver->FindOp(op) != nullptr;
  return code->custom_code() != nullptr && resolver->FindOp(code->custom_code()->c_str()) != nullptr;
}

const char *name_of(const tflite::OperatorCode *code) {
  const tflite::BuiltinOperator op = tflite::GetBuiltinCode(code);
  const bool is_named = op == tflite::BuiltinOperator_CUSTOM && code->custom_code() != nullptr;
  return is_named ? code->custom_code()->c_str() : tflite::EnumNameBuiltinOperator(op);
}

tickmark_status check_kernels(const tflite::Model *model) {
  for (const tflite::OperatorCode *code : *model->operator_codes()) {
    if (has_kernel(code)) continue;
    refuse(TICKMARK_NO_KERNEL, "no kernel for ");
    reason.add(name_of(code)).add(" in this firmware's op resolver");
    return refuse(TICKMARK_NO_KERNEL);
  }
  return done;
}

/* TFLM tells a person, not a program, whether a kernel refused or the arena was too small. */
tickmark_status refuse_allocation() {
  const bool is_about_room = reason.has("llocat") || reason.has("Requested") || reason.has("rena size");
  return refuse_logged(reason.is_empty() || is_about_room ? TICKMARK_NO_ROOM : TICKMARK_NO_KERNEL,
                       "AllocateTensors failed: the arena is too small, or a kernel refused; see tickmark_tflm_log");
}

uint32_t input_bytes() {
  uint32_t bytes = 0;
  for (size_t i = 0; i < session->interpreter.inputs_size(); i++) bytes += session->interpreter.input(i)->bytes;
  return bytes;
}

uint32_t output_bytes() {
  uint32_t bytes = 0;
  for (size_t i = 0; i < session->interpreter.outputs_size(); i++) bytes += session->interpreter.output(i)->bytes;
  return bytes;
}

tickmark_status check_room(const tickmark_prepared &prepared) {
  if (prepared.input_bytes > board->regions[TICKMARK_INPUT].bytes)
    return refuse(TICKMARK_NO_ROOM, "the model's inputs are larger than the input region");
  if (prepared.output_bytes > board->regions[TICKMARK_OUTPUT].bytes)
    return refuse(TICKMARK_NO_ROOM, "the model's outputs are larger than the output region");
  if (prepared.operators > TICKMARK_TFLM_OPERATORS)
    return refuse(TICKMARK_NO_ROOM, "the model has more operators than TICKMARK_TFLM_OPERATORS");
  return done;
}

/*
 * A new interpreter each time, so that no state of the last one is left (variable tensors, kernels' own). The old one
 * is not destroyed: all it has lies in the arena, and its destructor would read a model that may have been replaced.
 */
tickmark_status prepare(uint32_t model_bytes, tickmark_prepared *prepared) {
  const uint8_t *bytes = board->regions[TICKMARK_MODEL].base;
  tickmark_status status = check_model(bytes, model_bytes);
  if (status.code != 0) return status;
  const tflite::Model *model = tflite::GetModel(bytes);
  status = check_kernels(model);
  if (status.code != 0) return status;

  reason.clear();
  session = new (storage) Session(model, *resolver, board->regions[TICKMARK_ARENA], operator_clock);
  if (session->interpreter.AllocateTensors() != kTfLiteOk) return refuse_allocation();
  prepared->arena_bytes = session->interpreter.arena_used_bytes();
  prepared->input_bytes = input_bytes();
  prepared->output_bytes = output_bytes();
  prepared->operators = static_cast<uint16_t>(model->subgraphs()->Get(0)->operators()->size());
  return check_room(*prepared);
}

/* Inputs are copied in each time: TFLM's planner may reuse their place within an inference. */
void take_inputs() {
  const uint8_t *from = board->regions[TICKMARK_INPUT].base;
  for (size_t i = 0; i < session->interpreter.inputs_size(); i++) {
    const TfLiteTensor *input = session->interpreter.input(i);
    std::memcpy(input->data.raw, from, input->bytes);
    from += input->bytes;
  }
}

void give_outputs() {
  uint8_t *to = board->regions[TICKMARK_OUTPUT].base;
  for (size_t i = 0; i < session->interpreter.outputs_size(); i++) {
    const TfLiteTensor *output = session->interpreter.output(i);
    std::memcpy(to, output->data.raw, output->bytes);
    to += output->bytes;
  }
}

tickmark_status invoke(bool profile) {
  reason.clear();
  take_inputs();
  session->profiler.start(profile);
  if (session->interpreter.Invoke() != kTfLiteOk) return refuse_logged(TICKMARK_INFERENCE_FAILED, "Invoke failed");
  give_outputs();
  return done;
}

uint32_t operator_ticks(uint16_t index) { return session->profiler.ticks(index); }

}  // namespace

void tickmark_tflm_attach(tickmark_board *of, const tflite::MicroOpResolver &with, uint32_t (*clock)(void)) {
  board = of;
  resolver = &with;
  operator_clock = clock;
  board->prepare = prepare;
  board->invoke = invoke;
  board->operator_ticks = operator_ticks;
}

extern "C" void tickmark_tflm_log(const char *text) { reason.add(text); }
