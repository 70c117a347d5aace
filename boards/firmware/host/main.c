/*
 * The runtime on the host, to prove it on vectors:
 *
 *   runtime-host MODEL INPUTS OUTPUTS [MODEL INPUTS OUTPUTS ...]
 *     INPUTS holds input vectors end to end, OUTPUTS receives their outputs. Prints a line with the arena's bytes for
 * each model. Exit code 1 for a file that cannot be read or written; 6, 7 or 8, with the reason, for the first model
 * refused. runtime-host MODEL --flips N SEED Writes random bytes into the model N times; each time it must run or be
 * refused by name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../runtime/runtime.h"

enum { ARENA_BYTES = 512 * 1024 };

typedef struct {
  uint8_t *base;
  size_t bytes;
} file;

static _Alignas(16) uint8_t arena[ARENA_BYTES];

static file read_file(const char *path) {
  file f = {NULL, 0};
  FILE *in = fopen(path, "rb");
  if (in == NULL || fseek(in, 0, SEEK_END) != 0) exit((perror(path), 1));
  f.bytes = (size_t)ftell(in);
  rewind(in);
  f.base = malloc(f.bytes ? f.bytes : 1); /* exactly: the sanitizer then sees a read past the end */
  if (fread(f.base, 1, f.bytes, in) != f.bytes) exit((perror(path), 1));
  fclose(in);
  return f;
}

static bool prepare(runtime *rt, const file *model, refusal *why) {
  return runtime_prepare(rt, (model_view){model->base, (uint32_t)model->bytes}, (arena_view){arena, ARENA_BYTES}, why);
}

static int run(const file *model, const file *inputs, FILE *outputs) {
  runtime rt;
  refusal why;
  if (!prepare(&rt, model, &why)) return fprintf(stderr, "%s\n", why.text), why.code;
  uint8_t *output = malloc(rt.output_bytes);
  for (size_t at = 0; at + rt.input_bytes <= inputs->bytes; at += rt.input_bytes) {
    runtime_invoke(&rt, inputs->base + at, output, NULL);
    fwrite(output, 1, rt.output_bytes, outputs);
  }
  free(output);
  printf("arena %u\n", rt.arena_bytes);
  return 0;
}

static int run_files(char **paths) {
  file model = read_file(paths[0]), inputs = read_file(paths[1]);
  FILE *outputs = fopen(paths[2], "wb");
  if (outputs == NULL) exit((perror(paths[2]), 1));
  const int code = run(&model, &inputs, outputs);
  free(inputs.base);
  free(model.base);
  return fclose(outputs) == 0 ? code : 1;
}

static uint32_t random_below(uint32_t *state, uint32_t bound) {
  *state = *state * 1664525 + 1013904223;
  return (uint32_t)((uint64_t)(*state >> 8) * bound >> 24);
}

/* 0: the model was refused, 1: it ran; -1: it was refused without a name. */
static int try_model(const file *model) {
  runtime rt;
  refusal why;
  if (!prepare(&rt, model, &why)) return why.code >= REFUSED_MODEL && why.code <= REFUSED_SIZE && why.text[0] ? 0 : -1;
  uint8_t *input = calloc(1, rt.input_bytes), *output = malloc(rt.output_bytes);
  runtime_invoke(&rt, input, output, NULL);
  free(input);
  free(output);
  return 1;
}

static int flip(file *model, uint32_t flips, uint32_t seed) {
  uint8_t *whole = malloc(model->bytes);
  memcpy(whole, model->base, model->bytes);
  int accepted = 0, unnamed = 0;
  for (uint32_t i = 0; i < flips; i++) {
    memcpy(model->base, whole, model->bytes);
    for (uint32_t k = 0; k <= i % 4; k++)
      model->base[random_below(&seed, (uint32_t)model->bytes)] = (uint8_t)random_below(&seed, 256);
    const int outcome = try_model(model);
    accepted += outcome == 1;
    unnamed += outcome < 0;
  }
  free(whole);
  printf("%u models: %d ran, %d refused without a name\n", flips, accepted, unnamed);
  return unnamed > 0;
}

int main(int argc, char **argv) {
  if (argc == 5 && strcmp(argv[2], "--flips") == 0) {
    file model = read_file(argv[1]);
    const int code = flip(&model, (uint32_t)atoi(argv[3]), (uint32_t)atoi(argv[4]));
    free(model.base);
    return code;
  }
  if (argc < 4 || argc % 3 != 1)
    return fprintf(stderr, "usage: runtime-host MODEL INPUTS OUTPUTS ... | MODEL --flips N SEED\n"), 1;
  int code = 0;
  for (int i = 1; i < argc && code == 0; i += 3) code = run_files(argv + i);
  return code;
}
