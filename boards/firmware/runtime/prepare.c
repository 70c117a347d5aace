/* From the bytes of a model to a runtime. */
#include <string.h>

#include "preparation.h"
#include "schema.h"

enum { MOST_TENSORS = 4096, MOST_STEPS = 4096, LARGEST_TENSOR = 1 << 28 };

typedef struct {
  fb_vector codes;
  fb_vector inputs;
  fb_vector outputs;
  fb_vector operators;
} graph;

static bool read_graph(preparation *p, graph *g) {
  flatbuffer *fb = &p->model;
  if (fb->size < 8 || memcmp(fb->bytes + 4, "TFL3", 4) != 0)
    return refuse(p, REFUSED_MODEL, "no TensorFlow Lite model: TFL3 is missing");
  const uint32_t model = fb_root(fb);
  const int32_t version = fb_int32_field(fb, model, MODEL_VERSION, 0);
  const fb_vector subgraphs = fb_vector_field(fb, model, MODEL_SUBGRAPHS, 4);
  if (fb->broken || version != SCHEMA_VERSION)
    return refuse(p, REFUSED_MODEL, "no TensorFlow Lite model of schema version 3");
  if (subgraphs.count == 0) return refuse(p, REFUSED_MODEL, "the model has no subgraph");
  const uint32_t main = fb_table_at(fb, subgraphs.at);
  p->buffers = fb_vector_field(fb, model, MODEL_BUFFERS, 4);
  p->tensor_tables = fb_vector_field(fb, main, SUBGRAPH_TENSORS, 4);
  g->codes = fb_vector_field(fb, model, MODEL_OPERATOR_CODES, 4);
  g->inputs = fb_vector_field(fb, main, SUBGRAPH_INPUTS, 4);
  g->outputs = fb_vector_field(fb, main, SUBGRAPH_OUTPUTS, 4);
  g->operators = fb_vector_field(fb, main, SUBGRAPH_OPERATORS, 4);
  if (fb->broken) return refuse(p, REFUSED_MODEL, "the model is cut short or damaged: an offset leads out of it");
  if (p->tensor_tables.count > MOST_TENSORS || g->operators.count > MOST_STEPS)
    return refuse(p, REFUSED_SIZE, "more than 4096 tensors or operators");
  return true;
}

/* Bytes that the tensor's shape and type ask for. */
static bool measure_tensor(preparation *p, tensor *t) {
  node any = {.prep = p, .model = &p->model};
  const fb_vector dims = fb_vector_field(&p->model, t->table, TENSOR_SHAPE, 4);
  const uint32_t element_bytes = tensor_element_bytes(&any, t);
  uint64_t bytes = element_bytes;
  for (uint32_t i = 0; i < dims.count; i++) {
    const int32_t dim = fb_int32(&p->model, dims.at + 4 * i);
    if (dim < 0 || (bytes *= (uint32_t)dim) > LARGEST_TENSOR)
      return refuse(p, REFUSED_MODEL, "a tensor's shape is impossible");
  }
  t->bytes = (uint32_t)bytes;
  return true;
}

/* Points a constant at its bytes in the model. A tensor whose buffer is empty stays an activation. */
static bool find_constant(preparation *p, tensor *t) {
  const uint32_t index = (uint32_t)fb_int32_field(&p->model, t->table, TENSOR_BUFFER, 0);
  if (index >= p->buffers.count) return refuse(p, REFUSED_MODEL, "a tensor's buffer does not exist");
  if (index == 0) return true; /* the schema's empty buffer */
  const fb_vector data = fb_vector_field(&p->model, fb_table_at(&p->model, p->buffers.at + 4 * index), 0, 1);
  if (data.count == 0) return true;
  node any = {.prep = p, .model = &p->model};
  const uint32_t element_bytes = tensor_element_bytes(&any, t);
  if (data.count < t->bytes || element_bytes == 0)
    return refuse(p, REFUSED_MODEL, "a constant is shorter than its shape");
  if (data.at % (element_bytes < 4 ? element_bytes : 4)) return refuse(p, REFUSED_MODEL, "a constant is not aligned");
  t->data = (void *)(p->model.bytes + data.at); /* never written: only outputs are, and a constant is none */
  return true;
}

static bool read_tensors(preparation *p) {
  p->tensors = keep(p, p->tensor_tables.count * sizeof(tensor));
  if (p->tensors == NULL) return false;
  for (uint32_t i = 0; i < p->tensor_tables.count; i++) {
    tensor *t = &p->tensors[i];
    t->table = fb_table_at(&p->model, p->tensor_tables.at + 4 * i);
    if (!measure_tensor(p, t) || !find_constant(p, t)) return false;
    request *r = add_request(p, 0); /* sized when something writes the tensor */
    if (r == NULL) return false;
    r->where = &t->data;
    p->tensor_count++;
  }
  return true;
}

/* From `step` on the tensor must be held, and is written: it can be no constant, nor be written twice. */
static bool begin_tensor(preparation *p, uint32_t index, int32_t step) {
  if (index >= p->tensor_count) return refuse(p, REFUSED_MODEL, "a tensor's index is out of range");
  request *r = request_at(p, index);
  tensor *t = &p->tensors[index];
  if (t->data != NULL || r->bytes != 0)
    return refuse(p, REFUSED_MODEL, "tensor %u is written twice, or a constant", index);
  if (t->bytes == 0)
    return refuse(p, REFUSED_KERNEL, "no kernel for an empty tensor or a type without a size (tensor %u)", index);
  if (t->bytes > p->arena_bytes)
    return refuse(p, REFUSED_SIZE, "tensor %u alone needs %u bytes of arena, %u are reserved", index, t->bytes,
                  p->arena_bytes);
  r->bytes = aligned(t->bytes);
  r->first = r->last = (int16_t)step;
  return true;
}

static bool use_tensor(preparation *p, uint32_t index, int32_t step) {
  if (index >= p->tensor_count) return refuse(p, REFUSED_MODEL, "a tensor's index is out of range");
  request *r = request_at(p, index);
  if (p->tensors[index].data != NULL || p->tensors[index].bytes == 0) return true;
  if (r->bytes == 0) return refuse(p, REFUSED_MODEL, "tensor %u is read before anything writes it", index);
  if (r->last < step) r->last = (int16_t)step;
  return true;
}

/* A variable tensor keeps its value between inferences, so it lies in the kept part, zeroed. */
static bool keep_variables(preparation *p) {
  for (uint32_t i = 0; i < p->tensor_count; i++) {
    tensor *t = &p->tensors[i];
    if (t->data != NULL || !fb_int8_field(&p->model, t->table, TENSOR_IS_VARIABLE, 0)) continue;
    t->data = keep(p, t->bytes);
    if (t->data == NULL) return false;
  }
  return true;
}

static bool prepare_step(preparation *p, const graph *g, uint32_t index, step *s) {
  flatbuffer *fb = &p->model;
  const uint32_t table = fb_table_at(fb, g->operators.at + 4 * index);
  const uint32_t code_index = (uint32_t)fb_int32_field(fb, table, OPERATOR_CODE_INDEX, 0);
  if (code_index >= g->codes.count) return refuse(p, REFUSED_MODEL, "operator %u has no operator code", index);
  const uint32_t code_table = fb_table_at(fb, g->codes.at + 4 * code_index);
  const int32_t old_code = fb_int8_field(fb, code_table, CODE_DEPRECATED, 0);
  const int32_t new_code = fb_int32_field(fb, code_table, CODE_BUILTIN, 0);
  const int32_t code = new_code > old_code ? new_code : old_code;
  const kernel *found = kernel_for(code);
  if (found == NULL) return refuse(p, REFUSED_KERNEL, "no kernel for builtin operator %d (operator %u)", code, index);

  node n = {
      .prep = p,
      .model = fb,
      .kernel = found,
      .invoke = found->invoke,
      .index = (uint16_t)index,
      .inputs = fb_vector_field(fb, table, OPERATOR_INPUTS, 4),
      .outputs = fb_vector_field(fb, table, OPERATOR_OUTPUTS, 4),
      .options = fb_table_field(fb, table, OPERATOR_OPTIONS),
  };
  for (uint32_t i = 0; i < n.inputs.count; i++) {
    const uint32_t tensor_index = fb_uint(fb, n.inputs.at + 4 * i, 4);
    if (tensor_index != UINT32_MAX && !use_tensor(p, tensor_index, (int32_t)index)) return false;
  }
  for (uint32_t i = 0; i < n.outputs.count; i++) {
    if (!begin_tensor(p, fb_uint(fb, n.outputs.at + 4 * i, 4), (int32_t)index)) return false;
  }
  n.kernel->prepare(&n);
  *s = (step){n.invoke, n.plan};
  return !node_refused(&n) && s->plan != NULL;
}

/* The indices of the graph's inputs or outputs, kept; `bytes` is their sum. */
static const uint16_t *keep_indices(preparation *p, fb_vector from, uint32_t *bytes) {
  uint16_t *indices = keep(p, from.count * sizeof *indices);
  *bytes = 0;
  for (uint32_t i = 0; indices && i < from.count; i++) {
    indices[i] = (uint16_t)fb_uint(&p->model, from.at + 4 * i, 4);
    *bytes += p->tensors[indices[i]].bytes;
    if (*bytes > LARGEST_NEED) {
      refuse(p, REFUSED_SIZE, "the model's inputs or outputs are too large");
      return NULL;
    }
  }
  return indices;
}

static bool build(preparation *p, runtime *rt) {
  graph g = {{0, 0}, {0, 0}, {0, 0}, {0, 0}};
  if (!read_graph(p, &g) || !read_tensors(p) || !keep_variables(p)) return false;
  for (uint32_t i = 0; i < g.inputs.count; i++) {
    if (!begin_tensor(p, fb_uint(&p->model, g.inputs.at + 4 * i, 4), BEFORE_FIRST_STEP)) return false;
  }
  step *steps = keep(p, g.operators.count * sizeof(step));
  rt->step_ticks = keep(p, g.operators.count * sizeof(uint32_t));
  if (steps == NULL || rt->step_ticks == NULL) return false;
  for (uint32_t i = 0; i < g.operators.count; i++) {
    if (!prepare_step(p, &g, i, &steps[i])) return false;
  }
  for (uint32_t i = 0; i < g.outputs.count; i++) {
    if (!use_tensor(p, fb_uint(&p->model, g.outputs.at + 4 * i, 4), (int32_t)g.operators.count)) return false;
  }
  rt->steps = steps;
  rt->step_count = (uint16_t)g.operators.count;
  rt->tensors = p->tensors;
  rt->input_count = (uint16_t)g.inputs.count;
  rt->output_count = (uint16_t)g.outputs.count;
  rt->inputs = keep_indices(p, g.inputs, &rt->input_bytes);
  rt->outputs = keep_indices(p, g.outputs, &rt->output_bytes);
  if (rt->inputs == NULL || rt->outputs == NULL || p->model.broken) return false;
  rt->arena_bytes = place_requests(p);
  return rt->arena_bytes != 0;
}

bool runtime_prepare(runtime *rt, model_view model, arena_view arena, refusal *why) {
  why->code = 0;
  preparation p = {
      .model = {model.base, model.bytes, false},
      .why = why,
      .arena = arena.base,
      .arena_bytes = arena.bytes,
      .requests = (request *)(arena.base + arena.bytes / sizeof(void *) * sizeof(void *)),
  };
  const bool ready = build(&p, rt);
  return ready || refuse(&p, REFUSED_MODEL, "the model is cut short or damaged: an offset leads out of it");
}
