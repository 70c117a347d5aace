#include "reference.h"

#include "../../runtime/runtime.h"

static const tickmark_region *regions;
static uint32_t (*operator_clock)(void);
static runtime prepared_model;
static refusal why;

void reference_start(const tickmark_region *board_regions, uint32_t (*clock)(void)) {
  regions = board_regions;
  operator_clock = clock;
}

tickmark_status reference_prepare(uint32_t bytes, tickmark_prepared *prepared) {
  const model_view model = {regions[TICKMARK_MODEL].base, bytes};
  const arena_view arena = {regions[TICKMARK_ARENA].base, regions[TICKMARK_ARENA].bytes};
  if (!runtime_prepare(&prepared_model, model, arena, &why)) return (tickmark_status){why.code, why.text};
  *prepared = (tickmark_prepared){prepared_model.arena_bytes, prepared_model.input_bytes, prepared_model.output_bytes,
                                  prepared_model.step_count};
  return (tickmark_status){0, ""};
}

tickmark_status reference_invoke(bool profile) {
  runtime_invoke(&prepared_model, regions[TICKMARK_INPUT].base, regions[TICKMARK_OUTPUT].base,
                 profile ? operator_clock : 0);
  return (tickmark_status){0, ""};
}

uint32_t reference_operator_ticks(uint16_t index) { return prepared_model.step_ticks[index]; }

void reference_report(void) { tickmark_uplink(regions[TICKMARK_OUTPUT].base, prepared_model.output_bytes); }
