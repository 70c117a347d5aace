import { expect, test } from 'vitest';
import {
  anAccuracyBudget,
  anInference,
  aRecording,
  aReference,
  aSuite,
  evidenceOf,
  someBudgets,
  someEvidence,
} from '../../fixtures/recordings.ts';
import type { Task } from '../../suite/suite.ts';
import { judgeCase } from '../judge.ts';

const accuracyBudgets = someBudgets().filter(({ kind }) => kind === 'accuracy');
const auc = anAccuracyBudget({ kind: 'accuracy', metric: 'rocAuc' }, 0.9);

function scoreCode(vector: number): number {
  return (vector % 2 === 0 ? 200 : 220) - 128;
}

/** A detector whose score is 200/256 for even vectors and 220/256 for odd ones, with labels that agree but for vector 0. */
function detector(threshold: number) {
  const { golden } = aReference();
  return someEvidence({
    suite: aSuite({ task: { kind: 'binary', threshold, classes: ['normal', 'alarm'] }, budgets: accuracyBudgets }),
    recording: aRecording({ samples: golden.map((_, vector) => anInference({ vector, output: [scoreCode(vector)] })) }),
    reference: aReference({
      outputs: [{ name: 'score', type: 'int8', elements: 1, scale: 1 / 256, zeroPoint: -128 }],
      golden: golden.map((_, vector) => Uint8Array.of(scoreCode(vector))),
      float: golden.map((_, vector) => Float32Array.of(vector % 2 === 0 ? 0.79 : 0.85)),
    }),
    truth: { labels: golden.map((_, vector) => (vector === 0 ? 1 : vector % 2)) },
  });
}

test('a binary task compares the dequantized score with the threshold', () => {
  expect(judgeCase(detector(0.82)).metrics.accuracy).toMatchObject({
    top1: (100 * 299) / 300,
    correct: 299,
    judged: 300,
    goldenTop1: (100 * 299) / 300,
    floatTop1: (100 * 299) / 300,
    lossVsFloatPp: 0,
    classes: ['normal', 'alarm'],
    confusion: [
      [149, 0],
      [1, 150],
    ],
  });
});

test('at another threshold every vector is taken for the same class', () => {
  expect(judgeCase(detector(0.9)).metrics.accuracy?.confusion).toEqual([
    [149, 0],
    [151, 0],
  ]);
});

test('a binary task with a model of two scores is not judged, and says why', () => {
  const suite = aSuite({ task: { kind: 'binary', threshold: 0.5 }, budgets: accuracyBudgets });
  const result = judgeCase(someEvidence({ suite }));
  expect(result.status).toBe('skipped');
  expect(result.verdicts.at(-1)?.reason).toBe(
    "a binary task judges one score, and the model's first output has 3 elements",
  );
});

const task: Task = { kind: 'binary', threshold: 0.5, classes: ['normal', 'alarm'] };

/** One alarm scores below one normal vector; the threshold calls three of each right. */
const scores = [[0.1], [0.2], [0.625], [0.3], [0.9], [0.8], [0.25], [0.7]];
const labels = [0, 0, 0, 0, 1, 1, 1, 1];

test('the ROC curve needs no threshold, and shows where the threshold lies on it', () => {
  const { metrics } = judgeCase(evidenceOf({ task, boots: [scores], truth: { labels } }));
  expect(metrics.roc).toMatchObject({
    auc: 14 / 16,
    goldenAuc: 14 / 16,
    positives: 4,
    negatives: 4,
    atThreshold: { falsePositiveRate: 0.25, truePositiveRate: 0.75, score: 0.625 },
  });
  expect(metrics.roc).not.toHaveProperty('floatAuc');
  expect(metrics.accuracy).toMatchObject({ top1: 75, judged: 8 });
});

test('an area below its budget names the score that is farthest on the wrong side', () => {
  const float = scores.map(([score = 0], vector) => [vector === 6 ? 0.65 : score]);
  const { verdicts } = judgeCase(evidenceOf({ task, boots: [scores], float, truth: { labels }, budgets: [auc] }));
  expect(verdicts.at(-1)).toMatchObject({
    status: 'failed',
    measured: 0.875,
    unit: '1',
    reason:
      'ROC AUC 0.875 (4 alarm, 4 normal; golden 0.875; float 1), budget >= 0.9 (2.8 % below); ' +
      'the most misplaced is vector 6: alarm, score 0.25; 2 of 4 normal score at least as high',
  });
});

test('the first vector on the wrong side of the threshold is named with its score', () => {
  const budgets = [anAccuracyBudget({ kind: 'accuracy', metric: 'top1' }, 80)];
  const { verdicts } = judgeCase(evidenceOf({ task, boots: [scores], truth: { labels }, budgets }));
  expect(verdicts.at(-1)?.reason).toBe(
    'top-1 75 % (6 of 8), budget >= 80 % (5 pp below); ' +
      'the first one wrong is vector 2: normal, taken for alarm (score 0.625, threshold 0.5)',
  );
});

test('a score just below the threshold is shown with the digits that tell them apart', () => {
  const budgets = [anAccuracyBudget({ kind: 'accuracy', metric: 'top1' }, 80)];
  const { verdicts } = judgeCase(evidenceOf({ task, boots: [[[0.499_999]]], truth: { labels: [1] }, budgets }));
  expect(verdicts.at(-1)?.reason).toContain('(score 0.499999, threshold 0.5)');
});

test('a score at the threshold is not above it', () => {
  const { metrics } = judgeCase(evidenceOf({ task, boots: [[[0.5], [0.500_001]]], truth: { labels: [0, 1] } }));
  expect(metrics.accuracy).toMatchObject({ correct: 2, judged: 2 });
});

test('labels of one class only make the area inconclusive', () => {
  const result = judgeCase(
    evidenceOf({ task, boots: [scores], truth: { labels: labels.map(() => 1) }, budgets: [auc] }),
  );
  expect(result.metrics).not.toHaveProperty('roc');
  expect(result.status).toBe('inconclusive');
  expect(result.verdicts.at(-1)).toMatchObject({
    measured: null,
    reason: 'only alarm vectors were judged (8): a ROC curve takes both classes',
  });
});

test('of several boots the worst score for the label counts, so that the curve and top-1 agree', () => {
  const second = scores.with(0, [0.75]).with(4, [0.4]);
  const { metrics } = judgeCase(evidenceOf({ task, boots: [scores, second], truth: { labels } }));
  expect(metrics.accuracy).toMatchObject({ correct: 4, judged: 8 });
  expect(metrics.roc?.atThreshold).toMatchObject({ falsePositiveRate: 0.5, truePositiveRate: 0.5 });
});

test('a score that is not a number is on the wrong side, whatever its label', () => {
  const strange = scores.with(0, [Number.NaN]).with(4, [Number.NaN]);
  const { metrics, verdicts } = judgeCase(
    evidenceOf({ task, boots: [strange], golden: scores, truth: { labels }, budgets: [auc] }),
  );
  expect(metrics.accuracy).toMatchObject({ correct: 4 });
  expect(metrics.roc).toMatchObject({ auc: 7 / 16, goldenAuc: 14 / 16 });
  expect(verdicts.at(-1)?.reason).toContain('the most misplaced is vector 0: normal, score no finite number');
});
