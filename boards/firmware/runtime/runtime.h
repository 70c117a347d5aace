/*
 * The int8 runtime: executes a .tflite where it lies, with the arithmetic of TensorFlow Lite Micro's reference kernels,
 * in an arena that the caller gives. No heap, no globals.
 */
#ifndef TICKMARK_RUNTIME_H
#define TICKMARK_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a model was not accepted. The codes are those of the protocol's ERROR. */
enum { REFUSED_MODEL = 6, REFUSED_KERNEL = 7, REFUSED_SIZE = 8 };

typedef struct {
  uint8_t code; /* 0: nothing was refused */
  char text[96];
} refusal;

struct tensor;
struct step;

/* A prepared model. Its tensors, steps and plans live in the arena. */
typedef struct {
  const struct step *steps;
  uint32_t *step_ticks; /* [step_count], of the last profiled inference */
  uint16_t step_count;
  const struct tensor *tensors;
  const uint16_t *inputs; /* indices into tensors */
  const uint16_t *outputs;
  uint16_t input_count;
  uint16_t output_count;
  uint32_t input_bytes; /* of all inputs, end to end */
  uint32_t output_bytes;
  uint32_t arena_bytes; /* really used: metadata, tensors and scratch */
} runtime;

/* `base` must be aligned to 8 bytes and stay as it is while the model is in use; it may be read-only. */
typedef struct {
  const uint8_t *base;
  uint32_t bytes;
} model_view;

typedef struct {
  uint8_t *base; /* aligned to 8 bytes */
  uint32_t bytes;
} arena_view;

/* Reads and checks the model, chooses kernels, plans the arena. False: see `why`, the runtime is not to be used. */
bool runtime_prepare(runtime *rt, model_view model, arena_view arena, refusal *why);

/* One inference. `clock` is read before and after each operator, or is NULL; it counts up and may wrap. */
void runtime_invoke(const runtime *rt, const uint8_t *input, uint8_t *output, uint32_t (*clock)(void));

#endif
