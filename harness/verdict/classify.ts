import type { Task } from '../suite/suite.ts';

/** The class that values stand for: 1 when a binary task's one score is above the threshold and 0 at it or below; else the largest's index. */
export function classify(task: Task, values: ArrayLike<number>): number {
  if (task.kind === 'binary') return (values[0] ?? 0) > task.threshold ? 1 : 0;
  return argMax(values);
}

/** The index of the largest value, the first of equals, as numpy's argmax and TFLM's ARG_MAX have it. What is not a number is least. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (isBefore(values, index, best)) best = index;
  return best;
}

/** How many values come before that of `index` when the largest is first; of equals the lower index is before, so that argMax is at 0. */
export function placeOf(values: ArrayLike<number>, index: number): number {
  let place = 0;
  for (let other = 0; other < values.length; other++) if (isBefore(values, other, index)) place++;
  return place;
}

function isBefore(values: ArrayLike<number>, a: number, b: number): boolean {
  const [left, right] = [comparable(values[a]), comparable(values[b])];
  return left > right || (left === right && a < b);
}

function comparable(value = Number.NaN): number {
  return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
}
