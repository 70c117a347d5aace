import type { ClassMetrics } from '../result.ts';
import { percentOf } from './share.ts';

/** Precision, recall and F1 of each class from `confusion[actual][predicted]` counts; null for a share of nothing. */
export function perClassOf(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
): readonly ClassMetrics[] {
  return classes.map((name, index) => {
    const right = confusion[index]?.[index] ?? 0;
    const support = sum(confusion[index] ?? []);
    const predicted = sum(confusion.map(row => row[index] ?? 0));
    return {
      name,
      support,
      predicted,
      precision: shareOf(right, predicted),
      recall: shareOf(right, support),
      f1: shareOf(2 * right, support + predicted),
    };
  });
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function shareOf(count: number, total: number): number | null {
  return total === 0 ? null : percentOf(count, total);
}
