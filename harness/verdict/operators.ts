import type { Reference } from './reference.ts';
import type { OperatorMetrics } from './result.ts';
import type { Session } from './session.ts';
import { ascending, percentile } from './stats.ts';

/** Median ticks of each operator over the profiled inferences; undefined when none was profiled as this model's operators. */
export function measureOperators(
  { operators: samples }: Session,
  reference: Reference,
): readonly OperatorMetrics[] | undefined {
  const profiles = samples.filter(({ ticks }) => ticks.length === reference.operators.length).map(({ ticks }) => ticks);
  if (profiles.length === 0) return undefined;
  return reference.operators.map(({ name, macs }, index) => ({
    index,
    name,
    ticks: percentile(ascending(profiles.map(ticks => ticks[index] ?? 0)), 50),
    ...(macs > 0 && { macs }),
  }));
}
