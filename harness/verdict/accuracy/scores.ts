import type { Task } from '../../suite/suite.ts';
import { formatApart, formatQuantity } from '../../units.ts';
import type { GoldenComparison } from '../golden.ts';
import type { AccuracyMetrics, RocMetrics } from '../result.ts';
import { classFigure, hasClasses } from './class-figures.ts';
import {
  type Accuracy,
  type AccuracySubject,
  type Finding,
  hostTexts,
  mapViews,
  notFound,
  unfit,
  type Views,
} from './finding.ts';
import { accuracyOf, type Outcome } from './outcomes.ts';
import { aucOf, mostMisplaced, pointAt, rocOf, type Scored } from './roc.ts';

/** What a task that gives each vector, or each input, one score is judged by. */
export interface ScoreEvidence {
  readonly task: Extract<Task, { readonly kind: 'binary' | 'anomaly' }>;
  readonly of: AccuracyMetrics['of'];
  /** The names of class 0 and class 1. */
  readonly classes: readonly [string, string];
  readonly scores: Views<readonly Scored[]>;
  readonly golden: GoldenComparison | undefined;
}

/** Classes by the threshold, where there is one, and the ROC curve. A score is of class 1 when it is above the threshold. */
export function measureScores(evidence: ScoreEvidence): Accuracy {
  const { task, of, classes, scores, golden } = evidence;
  const { threshold } = task;
  const outcomes = threshold === undefined ? undefined : mapViews(scores, view => outcomesOf(view, threshold));
  const accuracy = outcomes && accuracyOf({ of, classes, outcomes });
  const roc = rocMetrics(evidence);

  return {
    metrics: { ...(accuracy && { accuracy }), ...(roc && { roc }) },
    find(subject: AccuracySubject) {
      if (subject.metric === 'rocAuc') return aucFigure(roc, evidence);
      if (!hasClasses(subject)) return unfit(subject, task);
      return accuracy && outcomes
        ? classFigure(subject, { metrics: accuracy, outcomes: outcomes.measured, golden })
        : notFound(`${subject.metric} needs classes, and the task has no threshold: add task.threshold`);
    },
  };
}

/**
 * The score that counts where there are several: the worst one for the label, so that something is right at a threshold only when every
 * inference of it was. A score that is not a number is worse than any.
 */
export function worstScore(scores: readonly number[], label: number): number {
  const worst = label === 1 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const comparable = scores.map(score => (Number.isNaN(score) ? worst : score));
  return label === 1 ? Math.min(...comparable) : Math.max(...comparable);
}

function outcomesOf(scores: readonly Scored[], threshold: number): readonly Outcome[] {
  return scores.map(({ name, label, score }) => ({
    name,
    label,
    predicted: score > threshold ? 1 : 0,
    detail: againstThreshold(score, threshold),
  }));
}

function againstThreshold(score: number, threshold: number): string {
  if (!Number.isFinite(score)) return `score ${scoreText(score)}`;
  const texts = formatApart(score, threshold, '1');
  return `score ${texts.measured}, threshold ${texts.limit}`;
}

function rocMetrics({ task: { threshold }, scores }: ScoreEvidence): RocMetrics | undefined {
  const roc = rocOf(scores.measured);
  if (!roc) return undefined;
  const goldenAuc = scores.golden && aucOf(scores.golden);
  const floatAuc = scores.float && aucOf(scores.float);
  return {
    ...roc,
    ...(goldenAuc !== undefined && { goldenAuc }),
    ...(floatAuc !== undefined && { floatAuc }),
    ...(threshold !== undefined && { atThreshold: pointAt(threshold, scores.measured) }),
  };
}

function aucFigure(roc: RocMetrics | undefined, evidence: ScoreEvidence): Finding {
  const { classes, of, scores } = evidence;
  if (!roc) {
    const only = classes[scores.measured[0]?.label === 1 ? 1 : 0];
    const reason = `only ${only} ${of} were judged (${scores.measured.length}): a ROC curve takes both classes`;
    return { status: 'inconclusive', reason };
  }
  const host = hostTexts({ golden: roc.goldenAuc, float: roc.floatAuc }, scoreText);
  const note = misplacedNote(evidence);
  return {
    name: 'ROC AUC',
    value: roc.auc,
    detail: [`${roc.positives} ${classes[1]}, ${roc.negatives} ${classes[0]}`, ...host].join('; '),
    ...(note && { note }),
    evidence: 'moves',
  };
}

function misplacedNote({ classes, scores }: ScoreEvidence): string | undefined {
  const worst = mostMisplaced(scores.measured);
  if (!worst) return undefined;
  const [own, other, side] =
    worst.label === 1 ? [classes[1], classes[0], 'at least as high'] : [classes[0], classes[1], 'no higher'];
  return `the most misplaced is ${worst.name}: ${own}, score ${scoreText(worst.score)}; ${worst.passed} of ${worst.others} ${other} score ${side}`;
}

function scoreText(score: number): string {
  return Number.isFinite(score) ? formatQuantity(score, '1') : 'no finite number';
}
