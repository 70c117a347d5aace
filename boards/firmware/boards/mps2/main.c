/* The reference firmware on MPS2: the runtime of this repository behind the agent. */
#include "../cortex-m/systick.h"
#include "../reference.h"
#include "mps2.h"

int main(void) {
  mps2_board.runtime = REFERENCE_RUNTIME;
  mps2_board.prepare = reference_prepare;
  mps2_board.invoke = reference_invoke;
  mps2_board.operator_ticks = reference_operator_ticks;
  reference_start(mps2_board.regions, systick_now32);
  mps2_serve();
}
