import type { Accuracy } from '../../recording/trace.ts';
import type { IntervalFigure } from '../result.ts';

/** A figure with an error either way. Of what cannot be negative there is nothing below 0. */
export function within(value: number, error: number | undefined): IntervalFigure {
  if (error === undefined) return { value };
  return { value, low: Math.min(value, Math.max(0, value - error)), high: value + error };
}

/** How far off a current in mA may be, be it a sample or a mean: every reading of the meter is true within this. */
export function currentError(currentMa: number, accuracy: Accuracy | undefined): number | undefined {
  return accuracy && (Math.abs(currentMa) * accuracy.percent) / 100 + accuracy.offsetMa;
}

/** Whether it is open on which side of a limit the true figure lies. */
export function straddles({ low, high }: IntervalFigure, limit: number): boolean {
  return low !== undefined && high !== undefined && low < limit && limit < high;
}
