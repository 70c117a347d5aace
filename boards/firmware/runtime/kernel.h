/* What a kernel sees of the runtime: its node while it prepares, only its own plan while it runs. */
#ifndef TICKMARK_KERNEL_H
#define TICKMARK_KERNEL_H

#include "flatbuffer.h"
#include "runtime.h"

/* Inner loops: where the board has a slow or cached code memory, HOT_SECTION names a section that start-up copies to
 * RAM. */
#ifdef HOT_SECTION
#define HOT __attribute__((section(HOT_SECTION)))
#else
#define HOT
#endif

enum { MAX_RANK = 6 };

/* TensorType of the schema, as far as kernels here go. */
enum { FLOAT32 = 0, INT32 = 2, UINT8 = 3, INT64 = 4, INT16 = 7, INT8 = 9 };

typedef struct tensor {
  void *data; /* constants: in the model; else in the arena, once planned */
  uint32_t bytes;
  uint32_t table; /* its description in the model: shape, type, quantization */
} tensor;

typedef struct {
  int32_t rank;
  int32_t dim[MAX_RANK];
} shape;

/* real = scale * (code - zero_point); a tensor quantized by channel has `channels` scales, all with one zero point. */
typedef struct {
  float scale;
  int32_t zero_point;
  uint32_t channels;
  uint32_t axis;
  uint32_t scales_at;
} quantization;

typedef struct node node;

typedef struct {
  uint8_t code; /* BuiltinOperator of the schema */
  const char *name;
  /* Checks the node and lays down, by node_keep, what invoke needs. */
  void (*prepare)(node *n);
  void (*invoke)(const void *plan);
} kernel;

/* One operator of a prepared model. */
typedef struct step {
  void (*invoke)(const void *plan);
  void *plan;
} step;

typedef struct preparation preparation;

/* An operator while it is being prepared. */
struct node {
  preparation *prep;
  flatbuffer *model;
  const kernel *kernel;
  uint16_t index;
  fb_vector inputs;
  fb_vector outputs;
  uint32_t options; /* the table of its options, or 0 */
  void *plan;
  void (*invoke)(const void *plan); /* the kernel's, unless prepare chooses another */
};

/* The table of kernels, by operator code; NULL where there is none. */
const kernel *kernel_for(int32_t code);

/*
 * Inputs and outputs. One that is missing is refused and reads as an empty tensor; a missing optional one is NULL.
 * The first refusal of a model is the one that is reported, so a kernel may go on until node_keep returns NULL.
 */
const tensor *node_input(node *n, uint32_t i);
const tensor *node_optional_input(node *n, uint32_t i);
const tensor *node_output(node *n, uint32_t i);
bool node_is_constant(node *n, const tensor *t);

/* Refuses the model (6) or the configuration (7) unless `holds`. */
bool node_require(node *n, bool holds, const char *rule);
bool node_support(node *n, bool holds, const char *configuration);
void node_support_type(node *n, const tensor *t, int32_t type);
bool node_refused(const node *n);

/* Memory that lives as long as the prepared model, aligned to 4; the first call's is the plan. NULL once something was
 * refused. */
void *node_keep(node *n, uint32_t bytes);
/* Memory for this node's invoke alone: `*where` is set once the arena is planned. Call after the node_keep that holds
 * `where`. */
void node_scratch(node *n, uint32_t bytes, void **where);

int32_t tensor_type(node *n, const tensor *t);
uint32_t tensor_element_bytes(node *n, const tensor *t);
uint32_t tensor_elements(node *n, const tensor *t);
shape tensor_shape(node *n, const tensor *t);
quantization tensor_quantization(node *n, const tensor *t);
/* Whether codes of one tensor may stand in the other as they are. */
bool same_quantization(node *n, const tensor *a, const tensor *b);
float channel_scale(node *n, const quantization *q, uint32_t channel);

#endif
