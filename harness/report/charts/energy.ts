import type { PerInference, Verdict } from '../../verdict/result.ts';
import { figure } from '../figures.ts';
import { histogramChart } from './histogram.ts';

/** What inferences took of one kind. */
export interface Taken {
  readonly kind: 'energy' | 'charge';
  readonly basis: 'measured' | 'modelled';
  readonly taken: PerInference;
}

const kinds = {
  energy: { title: 'Energy', unit: 'µJ', thousands: ['µJ', 'mJ', 'J'] },
  charge: { title: 'Charge', unit: 'µC', thousands: ['µC', 'mC', 'C'] },
} as const;

/** How energy (or charge) by the inference spreads, baseline included: bars, p50 and p99, and its budgets, which are about the mean. */
export function energyChart({ kind, basis, taken }: Taken, verdicts: readonly Verdict[]): string {
  const { unit, title, thousands } = kinds[kind];
  const { values, mean, p50, p99 } = taken.inference;
  return histogramChart({
    title,
    what: `${kind} per inference`,
    basis,
    unit,
    thousands,
    values,
    mean,
    meanNote: meanNote(taken, unit),
    percentiles: Object.entries({ p50, p99 }),
    limits: verdicts.flatMap(({ budget, limit }) =>
      budget === `${kind}.${basis}.inference` && limit !== null ? [['budget of the mean', limit] as const] : [],
    ),
  });
}

/** How far off it may be by the meter, and what is left of it above sleep. */
function meanNote({ inference, aboveSleep }: PerInference, unit: string): string {
  const { mean, low, high } = inference;
  const off =
    low === undefined || high === undefined || mean <= 0 ? 0 : (100 * Math.max(mean - low, high - mean)) / mean;
  const above = aboveSleep ? `, ${figure(aboveSleep.mean, unit)} above sleep` : '';
  return `${off > 0 ? ` ± ${figure(off, '%', 1)}` : ''}${above}`;
}
