import type { Task } from '../suite/suite.ts';

/**
 * The class that values stand for. Classification: the index of the largest, the first of equals, as numpy's argmax and TFLM's
 * ARG_MAX have it. Binary: 1 when the one score is above the threshold, 0 at it or below.
 */
export function classify(task: Task, values: ArrayLike<number>): number {
  if (task.kind === 'binary') return (values[0] ?? 0) > task.threshold ? 1 : 0;
  let best = 0;
  for (let index = 1; index < values.length; index++) if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
  return best;
}

/** How many classes an output of so many elements tells apart. */
export function classCount(task: Task, elements: number): number {
  return task.kind === 'binary' ? 2 : elements;
}
