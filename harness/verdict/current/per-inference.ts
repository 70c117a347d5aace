import type { TraceFacts } from '../../recording/trace.ts';
import type { CurrentFigures, InferenceWindow } from '../../trace/evidence.ts';
import type { InferenceFigures, PerInference } from '../result.ts';
import { ascending, percentile } from '../stats.ts';
import { within } from './interval.ts';

/** Marked windows, and what the DUT draws asleep, where that is known. */
export interface Drawn {
  readonly windows: readonly InferenceWindow[];
  readonly sleep: CurrentFigures | undefined;
}

/** µC by the inference; undefined where windows have no charge. */
export function chargePerInference(drawn: Drawn, { meter: { accuracy } }: TraceFacts): PerInference | undefined {
  return perInference('chargeUc', drawn, accuracy && { percent: accuracy.percent, perUs: accuracy.offsetMa / 1000 });
}

/**
 * µJ by the inference; undefined where windows have no energy. The meter's accuracy is one of currents, and becomes one of energy by the
 * supply, whose own spread is added.
 */
export function energyPerInference(
  drawn: Drawn,
  { meter: { accuracy }, supplyMv, supplySpreadMv = 0 }: TraceFacts,
): PerInference | undefined {
  const error =
    accuracy && supplyMv !== undefined
      ? {
          percent: accuracy.percent + (100 * supplySpreadMv) / supplyMv,
          perUs: (accuracy.offsetMa * supplyMv) / 1e6,
        }
      : undefined;
  return perInference('energyUj', drawn, error);
}

/** How far off an amount may be: a share of it, and so much a µs. */
interface AmountError {
  readonly percent: number;
  readonly perUs: number;
}

type Amount = 'chargeUc' | 'energyUj';

function perInference(
  key: Amount,
  { windows, sleep }: Drawn,
  error: AmountError | undefined,
): PerInference | undefined {
  if (windows.length === 0 || windows.some(window => window[key] === undefined)) return undefined;
  const asleepPerUs = ratePerUs(key, sleep);
  const drawn = windows.map(({ runs, durationUs, uncertaintyUs, ...window }): Share => {
    const amount = window[key] ?? 0;
    const step = Math.abs(amount / durationUs - (asleepPerUs ?? 0)); // at an uncertain end it is one or the other
    return { runs, amount, error: error && sizeOf(error, amount, durationUs) + 2 * uncertaintyUs * step };
  });
  if (asleepPerUs === undefined) return { inference: figuresOf(drawn) };
  const above = drawn.map(({ runs, amount, error: own }, index): Share => {
    const baseline = asleepPerUs * (windows[index]?.durationUs ?? 0);
    // a meter's ranges err each by itself: nothing is sure to cancel
    const both =
      own !== undefined && error ? own + sizeOf(error, baseline, windows[index]?.durationUs ?? 0) : undefined;
    return { runs, amount: amount - baseline, error: both };
  });
  return { inference: figuresOf(drawn), aboveSleep: figuresOf(above) };
}

/** What one window took, and how far off that may be. */
interface Share {
  readonly runs: number;
  readonly amount: number;
  readonly error: number | undefined;
}

function ratePerUs(key: Amount, sleep: CurrentFigures | undefined): number | undefined {
  const amount = sleep?.[key];
  return sleep && amount !== undefined ? amount / sleep.durationUs : undefined;
}

function sizeOf({ percent, perUs }: AmountError, amount: number, durationUs: number): number {
  return (Math.abs(amount) * percent) / 100 + perUs * durationUs;
}

/** The mean is that of all inferences; a systematic error does not get less by their number. */
function figuresOf(shares: readonly Share[]): InferenceFigures {
  const runs = sum(shares.map(share => share.runs));
  const error = shares.some(share => share.error === undefined) ? undefined : sum(shares.map(each => each.error ?? 0));
  const { value, low, high } = within(sum(shares.map(({ amount }) => amount)) / runs, error && error / runs);
  return {
    ...spreadOf(shares.map(share => share.amount / share.runs)),
    mean: value,
    ...(low !== undefined && { low }),
    ...(high !== undefined && { high }),
  };
}

/** How values of single inferences lie, and those themselves. */
export function spreadOf(values: readonly number[]): Omit<InferenceFigures, 'mean' | 'low' | 'high'> {
  const sorted = ascending(values);
  return {
    min: percentile(sorted, 0),
    p50: percentile(sorted, 50),
    p99: percentile(sorted, 99),
    max: percentile(sorted, 100),
    values,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
