/* The reference firmware of every port: the runtime of this repository behind the agent. */
#include "../common/serve.h"
#include "../common/ticks.h"
#include "reference.h"

int main(void) {
  port_board.runtime = REFERENCE_RUNTIME;
  port_board.prepare = reference_prepare;
  port_board.invoke = reference_invoke;
  port_board.operator_ticks = reference_operator_ticks;
  port_board.report = reference_report;
  reference_start(port_board.regions, ticks_now32);
  port_serve();
}
