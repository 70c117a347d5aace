#include <string.h>

#include "kernel.h"

static void run_steps(const runtime *rt) {
  for (uint32_t i = 0; i < rt->step_count; i++) rt->steps[i].invoke(rt->steps[i].plan);
}

static void run_timed_steps(const runtime *rt, uint32_t (*clock)(void)) {
  for (uint32_t i = 0; i < rt->step_count; i++) {
    const uint32_t start = clock();
    rt->steps[i].invoke(rt->steps[i].plan);
    rt->step_ticks[i] = clock() - start;
  }
}

void runtime_invoke(const runtime *rt, const uint8_t *input, uint8_t *output, uint32_t (*clock)(void)) {
  for (uint32_t i = 0; i < rt->input_count;
       i++) { /* copied, for the plan may reuse an input's place within the inference */
    const tensor *t = &rt->tensors[rt->inputs[i]];
    memcpy(t->data, input, t->bytes);
    input += t->bytes;
  }
  if (clock)
    run_timed_steps(rt, clock);
  else
    run_steps(rt);
  for (uint32_t i = 0; i < rt->output_count; i++) {
    const tensor *t = &rt->tensors[rt->outputs[i]];
    memcpy(output, t->data, t->bytes);
    output += t->bytes;
  }
}
