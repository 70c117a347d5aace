import type { AccuracyMetrics } from '../result.ts';
import { mapViews, type Views } from './finding.ts';
import { perClassOf } from './per-class.ts';
import { percentOf } from './share.ts';

/** One vector, or one input of an anomaly task, classified. */
export interface Outcome {
  /** `vector 7`, or the input's name. */
  readonly name: string;
  readonly label: number;
  /** The label only where every inference said so; else what the first one said that did not. */
  readonly predicted: number;
  /** What the prediction comes from, where that can be said in a few words. */
  readonly detail?: string;
}

/** Outcomes of all three, and what they are outcomes of. */
export interface Classified {
  readonly of: AccuracyMetrics['of'];
  readonly classes: readonly string[];
  readonly outcomes: Views<readonly Outcome[]>;
}

/** Counts and shares. The loss is taken from the counts, since a difference of percentages would round. */
export function accuracyOf({ of, classes, outcomes }: Classified): AccuracyMetrics {
  const right = mapViews(outcomes, rightOf);
  const { measured, golden = [] } = outcomes;
  const confusion = confusionOf(measured, classes.length);
  return {
    of,
    top1: percentOf(right.measured, measured.length),
    correct: right.measured,
    judged: measured.length,
    ...(right.golden !== undefined && { goldenTop1: percentOf(right.golden, golden.length) }),
    ...(right.golden !== undefined &&
      right.float !== undefined && {
        floatTop1: percentOf(right.float, golden.length),
        lossVsFloatPp: percentOf(right.float - right.golden, golden.length),
      }),
    classes,
    perClass: perClassOf(confusion, classes),
    confusion,
  };
}

export function isRight({ label, predicted }: Outcome): boolean {
  return label === predicted;
}

/** The task's names of its classes; numbers where it has none. */
export function classNames(named: readonly string[] | undefined, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => named?.[index] ?? String(index));
}

/** Why these labels name no classes. */
export function labelFault(labels: readonly number[], classes: number): string | undefined {
  const vector = labels.findIndex(label => !Number.isInteger(label) || label < 0 || label >= classes);
  return vector < 0
    ? undefined
    : `the label of vector ${vector} is ${labels[vector]}, and there are ${classes} classes`;
}

function rightOf(outcomes: readonly Outcome[]): number {
  return outcomes.filter(isRight).length;
}

function confusionOf(outcomes: readonly Outcome[], classes: number): readonly (readonly number[])[] {
  const counts = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (const { label, predicted } of outcomes) {
    const row = counts[label];
    if (row) row[predicted] = (row[predicted] ?? 0) + 1;
  }
  return counts;
}
