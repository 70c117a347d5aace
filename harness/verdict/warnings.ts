import type { GoldenComparison } from './golden.ts';
import { unstableNote } from './golden.ts';
import type { Metrics } from './result.ts';
import { ascending, percentile } from './stats.ts';

/** Doubts about the figures that change no verdict: what a reader should know before relying on them. */
export function warningsOf(metrics: Metrics, golden: GoldenComparison | undefined): readonly string[] {
  return [golden && unstableNote(golden), coarseTimer(metrics), outliers(metrics), fewVectors(metrics)].filter(
    warning => warning !== undefined,
  );
}

/** Below so many ticks, one of them is more than 1 %. */
const fineTicks = 100;

function coarseTimer({ latency }: Metrics): string | undefined {
  if (!latency) return undefined;
  const median = percentile(ascending(latency.ticks), 50);
  if (median >= fineTicks) return undefined;
  return `the timer is coarse: the median inference takes ${median} ticks, so one tick is more than 1 % of it`;
}

/** Where time is real, other work can get in between; an emulated core has none. */
function outliers({ latency }: Metrics): string | undefined {
  if (!latency || (latency.basis !== 'silicon' && latency.basis !== 'host')) return undefined;
  const median = percentile(ascending(latency.ticks), 50);
  const count = latency.ticks.filter(ticks => ticks > 2 * median).length;
  if (count === 0) return undefined;
  return `${count} of ${latency.count} inferences took more than twice the median: interrupts, or a clock that changed`;
}

const enoughVectors = 100;

function fewVectors({ accuracy }: Metrics): string | undefined {
  if (!accuracy || accuracy.judged >= enoughVectors) return undefined;
  const share = Number((100 / accuracy.judged).toPrecision(2));
  return `accuracy is over ${accuracy.judged} ${accuracy.of} only: each one weighs ${share} pp`;
}
