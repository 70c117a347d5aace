import type { InferenceFigures, PerInference, Verdict } from '../../verdict/result.ts';
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

/** Between what it lies by the meter, and what is left of it above sleep. */
function meanNote({ inference, aboveSleep }: PerInference, unit: string): string {
  const above = aboveSleep && `${figure(aboveSleep.mean, unit)} of it above sleep`;
  return [intervalOf(inference, unit), above].filter(Boolean).join(', ');
}

function intervalOf({ low, high }: InferenceFigures, unit: string): string {
  return low === undefined || high === undefined ? '' : `(${figure(low, unit)} to ${figure(high, unit)})`;
}
