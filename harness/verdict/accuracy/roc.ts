import type { RocMetrics, RocPoint } from '../result.ts';
import { evenly } from '../stats.ts';

/** One vector, or one input, with what speaks for class 1. Infinite scores are as good as others; one that is not a number is none. */
export interface Scored {
  readonly name: string;
  readonly label: number;
  readonly score: number;
}

/** A score on the wrong side of so many scores of the other class. */
export interface Misplaced extends Scored {
  readonly passed: number;
  readonly others: number;
}

/** Enough for any picture. */
const mostPoints = 200;

/** The area and the curve; undefined where one class is missing, since then no pair can be told apart. */
export function rocOf(
  scores: readonly Scored[],
): Pick<RocMetrics, 'auc' | 'positives' | 'negatives' | 'points'> | undefined {
  const steps = stepsOf(scores);
  const { positives, negatives } = steps.at(-1) ?? nothing;
  if (positives === 0 || negatives === 0) return undefined;
  const points = corners(steps).map(step => pointOf(step, { positives, negatives }));
  return { auc: areaUnder(steps) / (positives * negatives), positives, negatives, points: evenly(points, mostPoints) };
}

/** The share of pairs that are in order, equal scores counting half: the area under the curve, exactly. */
export function aucOf(scores: readonly Scored[]): number | undefined {
  return rocOf(scores)?.auc;
}

/** Where a threshold lies on the curve: everything above it is called positive. */
export function pointAt(threshold: number, scores: readonly Scored[]): RocPoint {
  const all = stepsOf(scores);
  return pointOf(all.findLast(({ score }) => score > threshold) ?? nothing, all.at(-1) ?? nothing);
}

/** The score that the largest share of the other class is on the wrong side of, or level with; undefined where none is. */
export function mostMisplaced(scores: readonly Scored[]): Misplaced | undefined {
  const steps = stepsOf(scores);
  const { positives, negatives } = steps.at(-1) ?? nothing;
  const atScore = new Map(steps.map((step, index) => [step.score, { step, before: steps[index - 1] ?? nothing }]));
  return scores
    .map(scored => {
      const { step = nothing, before = nothing } = atScore.get(scored.score) ?? {};
      return scored.label === 1
        ? { ...scored, passed: step.negatives, others: negatives }
        : { ...scored, passed: positives - before.positives, others: positives };
    })
    .filter(({ passed }) => passed > 0)
    .reduce<Misplaced | undefined>(
      (worst, next) => (worst && worst.passed / worst.others >= next.passed / next.others ? worst : next),
      undefined,
    );
}

/** How many of each class score at least so much. */
interface Step {
  readonly score: number;
  readonly positives: number;
  readonly negatives: number;
}

const nothing: Step = { score: Number.POSITIVE_INFINITY, positives: 0, negatives: 0 };

/** A step for each score that occurs, the highest first. */
function stepsOf(scores: readonly Scored[]): readonly Step[] {
  const steps: Step[] = [];
  let { positives, negatives } = nothing;
  for (const { score, label } of scores.toSorted((a, b) => Number(a.score < b.score) - Number(a.score > b.score))) {
    if (label === 1) positives++;
    else negatives++;
    if (steps.at(-1)?.score === score) steps.pop();
    steps.push({ score, positives, negatives });
  }
  return steps;
}

/** By trapezoids over counts, so that nothing is rounded before the one division. */
function areaUnder(steps: readonly Step[]): number {
  const doubled = steps.reduce((sum, { positives, negatives }, index) => {
    const before = steps[index - 1] ?? nothing;
    return sum + (negatives - before.negatives) * (positives + before.positives);
  }, 0);
  return doubled / 2;
}

/** The steps at which the curve turns, with its start and its end. */
function corners(steps: readonly Step[]): readonly Step[] {
  const kept: Step[] = [nothing];
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    if (!next || turns(kept.at(-1) ?? nothing, step, next)) kept.push(step);
  }
  return kept;
}

function turns(from: Step, via: Step, to: Step): boolean {
  const [right, up] = [via.negatives - from.negatives, via.positives - from.positives];
  return right * (to.positives - via.positives) !== up * (to.negatives - via.negatives);
}

function pointOf(step: Step, all: Pick<Step, 'positives' | 'negatives'>): RocPoint {
  return {
    score: Number.isFinite(step.score) ? step.score : null,
    falsePositiveRate: step.negatives / all.negatives,
    truePositiveRate: step.positives / all.positives,
  };
}
