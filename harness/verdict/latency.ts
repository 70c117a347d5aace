import type { Budget, LatencyMetric } from '../suite/suite.ts';
import { type Basis, latencyUnits, ticksToLatency } from '../units.ts';
import { isMet, judgeFigure, notMeasured } from './budget.ts';
import type { LatencyMetrics, Verdict } from './result.ts';
import type { Session } from './session.ts';
import { ascending, mean, percentile, valuesNeeded } from './stats.ts';

/** Rates that turn ticks into the unit of their basis: the timer's, and the core's for cycles and instructions. */
export interface TickRates {
  readonly basis: Basis;
  readonly tickHz: number;
  readonly clockHz: number;
}

/** A latency budget, whose basis says which targets it bounds. */
export type LatencyBudget = Extract<Budget, { readonly kind: 'latency' }>;

/** The inferences whose ticks are the firmware's alone. */
export function undisturbedOf(session: Session): Session {
  return { ...session, inferences: session.inferences.filter(({ isDisturbed }) => !isDisturbed) };
}

/** Figures over the ticks of single inferences that have some, all boots together; percentiles are ticks that were measured, converted once. */
export function measureLatency({ inferences }: Session, rates: TickRates): LatencyMetrics | undefined {
  const ticks = inferences.flatMap(inference => inference.ticks ?? []);
  if (ticks.length === 0) return undefined;
  const sorted = ascending(ticks);
  const latencyOf = (count: number) => ticksToLatency(count, rates.basis, rates);
  return {
    basis: rates.basis,
    tickHz: rates.tickHz,
    unit: latencyUnits[rates.basis],
    count: ticks.length,
    min: latencyOf(percentile(sorted, 0)),
    p50: latencyOf(percentile(sorted, 50)),
    p90: latencyOf(percentile(sorted, 90)),
    p99: latencyOf(percentile(sorted, 99)),
    max: latencyOf(percentile(sorted, 100)),
    mean: latencyOf(mean(ticks)),
    ticks,
  };
}

/** What a target counted, and why there is no figure where there is none. */
export interface Ticks {
  readonly basis: Basis;
  readonly latency: LatencyMetrics | undefined;
  /** The same without the windows that bytes from the host came into, or may have. */
  readonly undisturbed: LatencyMetrics | undefined;
  readonly missing: string;
  /** Of windows of many inferences: what to know of them, and why they are too little to judge by. */
  readonly windowed?: { readonly detail: string; readonly doubt?: string } | undefined;
  /** Why these are not all inferences that there were. */
  readonly partial?: string | undefined;
}

/** Judges one percentile, or the longest inference, on the basis that the target counts. */
export function judgeLatency(budget: LatencyBudget, ticks: Ticks, { end }: Session): Verdict {
  const { metric, basis } = budget;
  if (basis !== ticks.basis) {
    return notMeasured(budget, `bounds ${basis}, and this target counts ${ticks.basis}: never judged by one another`);
  }
  if (!ticks.latency) return notMeasured(budget, `no ticks were measured: ${ticks.missing}`);
  const { latency, undisturbed, windowed, partial } = ticks;
  const isMissedForGood = metric === 'max' && !isMet(budget, latency.max);
  const partialDoubt = isMissedForGood ? undefined : partial;
  const doubt =
    windowed?.doubt ??
    partialDoubt ??
    countDoubt(metric, latency.count) ??
    disturbanceDoubt(budget, latency, undisturbed);
  const figure = { name: metric, value: latency[metric], ...(windowed && { detail: windowed.detail }) };
  const evidence = metric === 'max' ? 'grows' : 'moves';
  return judgeFigure(budget, { ...figure, evidence, ...(doubt && { doubt }) }, end);
}

const percents: Record<Exclude<LatencyMetric, 'max'>, number> = { p50: 50, p90: 90, p99: 99 };

function countDoubt(metric: LatencyMetric, count: number): string | undefined {
  if (metric === 'max') return undefined;
  const needed = valuesNeeded(percents[metric]);
  return count >= needed ? undefined : `a ${metric} needs at least ${needed} inferences, there are ${count}`;
}

/** Bytes in a window only add ticks: what is met is met. What is missed because of them alone is no fault of the firmware. */
function disturbanceDoubt(
  budget: LatencyBudget,
  all: LatencyMetrics,
  undisturbed: LatencyMetrics | undefined,
): string | undefined {
  const disturbed = all.count - (undisturbed?.count ?? 0);
  const blames = disturbed > 0 && !isMet(budget, all[budget.metric]);
  if (!blames || (undisturbed && !isMet(budget, undisturbed[budget.metric]))) return undefined;
  return `bytes from the host may have disturbed ${disturbed} of ${all.count} windows, and without those it is not missed`;
}
