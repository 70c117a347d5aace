import type { Budget, CurrentBudget } from '../../suite/suite.ts';
import type { CurrentEvidence } from '../../trace/evidence.ts';
import { takenBy } from '../../trace/figured.ts';
import { cellLoadOf } from '../../trace/load.ts';
import { formatQuantity, type Unit } from '../../units.ts';
import { type Figure, judgeBroken, judgeFigure, notMeasured } from '../budget.ts';
import type { CurrentMetrics, IntervalFigure, LengthMetrics, PerInference, Verdict } from '../result.ts';
import { explainEnd } from '../session.ts';
import type { CurrentFacts } from './current.ts';
import { faultOf, faultText } from './faults.ts';
import { straddles } from './interval.ts';
import { judgeBattery } from './judge-battery.ts';
import { precise } from './precise.ts';

/** The facts of a case that has a trace. */
export interface TracedFacts extends CurrentFacts {
  readonly evidence: CurrentEvidence;
  readonly measured: CurrentMetrics;
}

/** Judges a budget for measured current. What a fault of the trace touches is broken, and never a guess. */
export function judgeMeasured(budget: CurrentBudget, facts: TracedFacts): Verdict {
  const { evidence, measured, end } = facts;
  const fault = faultOf(evidence, takenBy(budget, cellLoadOf(evidence)));
  if (fault) return judgeBroken(budget, `the trace cannot be trusted, see rig.trace: ${faultText(fault, evidence)}`);
  if (budget.kind === 'battery') return judgeBattery(budget, facts);
  const found = budget.kind === 'current' ? currentOf(budget, facts) : perInferenceOf(budget, measured);
  if ('lack' in found) return notMeasured(budget, `not measured: ${found.lack}`);
  const { interval, ...figure } = found;
  return judgeFigure(budget, { ...figure, ...openness(budget, interval, 'the meter') }, end);
}

/** A figure with its interval, or why there is none. */
type Found =
  | (Omit<Figure, 'note' | 'value'> & { readonly interval: IntervalFigure; readonly value: number })
  | { readonly lack: string };

function currentOf({ window, metric }: Extract<CurrentBudget, { kind: 'current' }>, facts: TracedFacts): Found {
  const { measured } = facts;
  const current = measured[window];
  if (!current) return { lack: window === 'dutyCycle' ? whyNoCycle(facts) : windowLacks[window] };
  const interval = current[metric];
  if (!interval) return { lack: 'the meter measures energy, and the supply that makes it a current is not known' };
  const ofInferences = window === 'inference' && disagreement(measured.lengths);
  return {
    name: metric,
    value: interval.value,
    interval,
    detail: `${window}${windowsText(window, metric, measured)}${pacedText(window, metric, facts.evidence)}`,
    evidence: metric === 'peak' ? 'grows' : 'moves',
    ...(ofInferences && { doubt: ofInferences }),
  };
}

/** A peak is a peak, whoever asks for inferences; a mean hangs on how often somebody does. */
function pacedText(window: string, metric: string, { isAsked }: CurrentEvidence): string {
  return window === 'application' && metric !== 'peak' && isAsked ? ', as the host asked for inferences' : '';
}

const windowLacks = {
  inference: 'the trace has no marked window of an inference',
  application: 'the trace has no sample of the running application',
  sleep: 'the trace has no stretch in which the DUT was left alone',
} as const;

function whyNoCycle({ suite, measured: { inference }, end }: TracedFacts): string {
  const { periodMs } = suite.measure.current ?? {};
  if (periodMs === undefined) return 'no duty cycle was measured, which measure.current.period asks for';
  if (end.status !== 'complete') return explainEnd(end);
  const inferenceUs = inference ? inference.durationUs / (inference.runs ?? inference.windows) : 0;
  const period = formatQuantity(1000 * periodMs, 'µs');
  return inferenceUs > 1000 * periodMs
    ? `an inference takes ${formatQuantity(inferenceUs, 'µs')}, longer than the ${period} of measure.current.period`
    : `no duty cycle was measured: the trace has no whole period of ${period}`;
}

function windowsText(window: string, metric: string, { inference, dutyCycle }: CurrentMetrics): string {
  if (window === 'dutyCycle' && dutyCycle) {
    const period = formatQuantity(dutyCycle.periodUs, 'µs');
    return `, ${dutyCycle.windows === 1 ? 'one period' : `${dutyCycle.windows} periods`} of ${period}`;
  }
  if (window !== 'inference' || !inference || inference.windows === 1) return '';
  return metric === 'mean' ? ` of ${inference.windows} windows` : `, the largest of ${inference.windows} windows`;
}

function perInferenceOf(
  { kind, metric }: Extract<CurrentBudget, { kind: 'charge' | 'energy' }>,
  measured: CurrentMetrics,
): Found {
  const amounts: PerInference | undefined = measured[kind];
  if (!amounts) return { lack: measured.inference ? voltageLack : windowLacks.inference };
  const figures = amounts[metric];
  if (!figures) return { lack: windowLacks.sleep };
  const { mean, low, high, values } = figures;
  const doubt = disagreement(measured.lengths);
  const above = metric === 'aboveSleep' ? ' above sleep' : '';
  return {
    name: kind,
    value: mean,
    interval: { value: mean, ...(low !== undefined && { low }), ...(high !== undefined && { high }) },
    detail: `by the inference${above}, ${values.length === 1 ? 'one window' : `mean of ${values.length} windows`}`,
    evidence: 'moves',
    ...(doubt !== undefined && { doubt }),
  };
}

const voltageLack = "the supply's voltage is not known: write `supply: 3.3 V` in the board file";

/** Why nothing is judged by windows whose length is in doubt. */
export function disagreement(lengths: LengthMetrics | undefined): string | undefined {
  if (!lengths || lengths.disagreeing === 0) return undefined;
  const { disagreeing, windows, boot, vector, dutUs, meterUs, percent, allowedPercent } = lengths;
  const [ticks, meter] = [dutUs, meterUs].map(us => formatQuantity(us, 'µs', 2));
  const place = `vector ${vector}${boot > 0 ? ` in boot ${boot}` : ''}`;
  const shares = `${rounded(percent)} % apart, allowed ${rounded(allowedPercent)} %`;
  return `ticks and meter disagree in ${disagreeing} of ${windows} windows: ${place} took ${ticks} by its ticks and ${meter} by the meter (${shares})`;
}

/** The interval as a note; where it holds the limit, that the figure leaves it open. */
export function openness(budget: Budget, interval: IntervalFigure, by: string): Pick<Figure, 'note' | 'open'> {
  const { value, low, high } = interval;
  if (low === undefined || high === undefined) return { note: 'no interval' }; // a doubt about the meter says why
  const note = `${rangeOf({ value, low, high }, budget.unit)}, by ${by}`;
  if (!straddles(interval, budget.limit)) return { note };
  return { note, open: `the limit lies within that: take a wider margin, or a better meter` };
}

function rangeOf({ value, low, high }: Required<IntervalFigure>, unit: Unit): string {
  if (high === Number.POSITIVE_INFINITY) return `${precise(low, unit)} at least`;
  const share = value > 0 ? `±${rounded((100 * Math.max(value - low, high - value)) / value)} %, ` : '';
  return `${share}${precise(low, unit)} to ${precise(high, unit)}`;
}

/** Two digits that count. */
export function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
