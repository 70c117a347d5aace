import { max } from 'd3-array';
import type { LatencyMetrics, Verdict } from '../../verdict/result.ts';
import { histogramChart } from './histogram.ts';

/** Base units of the latency a tick stands for; from the greatest, which is known in both. */
export function unitPerTick(latency: LatencyMetrics): number {
  const most = max(latency.ticks) ?? 0;
  return most > 0 ? latency.max / most : 1;
}

/** How the inferences' latencies spread: bars, p50, p90 and p99, and the latency budgets of the same basis. */
export function latencyChart(latency: LatencyMetrics, verdicts: readonly Verdict[]): string {
  const { basis, unit, mean, ticks, p50, p90, p99 } = latency;
  const factor = unitPerTick(latency);
  return histogramChart({
    title: 'Latency',
    what: 'latency per inference',
    basis,
    unit,
    thousands: unit === 'µs' ? ['µs', 'ms', 's'] : [unit, `k${unit}`, `M${unit}`],
    values: ticks.map(own => own * factor),
    mean,
    percentiles: Object.entries({ p50, p90, p99 }),
    limits: limitsOf(latency, verdicts),
  });
}

function limitsOf(latency: LatencyMetrics, verdicts: readonly Verdict[]): (readonly [string, number])[] {
  return verdicts.flatMap(({ budget, basis, limit, unit }) => {
    if (!budget.startsWith('latency.') || basis !== latency.basis || unit !== latency.unit || limit === null) return [];
    return [[`${budget.slice(budget.lastIndexOf('.') + 1)} budget`, limit] as const];
  });
}
