import { expect, test } from 'vitest';
import { anAccuracyBudget, evidenceOf } from '../../fixtures/recordings.ts';
import type { Task } from '../../suite/suite.ts';
import { judgeCase } from '../judge.ts';

const task: Task = { kind: 'anomaly', score: 'reconstruction', threshold: 2 };
const auc = anAccuracyBudget({ kind: 'accuracy', metric: 'rocAuc' }, 0.9);

/** Real values [1, 0] in each window; an output [1 + e, 0] then scores e² / 2. */
const inputs = Array.from({ length: 7 }, () => [2, 0]);
const errors = [0, 1, 3, 1, 2, 4, 0];
const outputs = errors.map(error => [1 + error, 0]);

const truth = {
  labels: [0, 0, 0, 0, 1, 1, 1],
  sources: [
    { name: 'fan_00.wav', count: 2 },
    { name: 'fan_01.wav', count: 2 },
    { name: 'fan_02.wav', count: 2 },
    { name: 'fan_03.wav', count: 1 },
  ],
};

const given = { task, boots: [outputs] as const, truth, inputs };

test('an input scores the mean over its windows of how far the output is from the input, in real values', () => {
  const { metrics } = judgeCase(evidenceOf(given));
  expect(metrics.anomaly).toEqual({
    score: 'reconstruction',
    threshold: 2,
    inputs: 4,
    scores: [
      { name: 'fan_00.wav', windows: 2, label: 0, score: 0.25 },
      { name: 'fan_01.wav', windows: 2, label: 0, score: 2.5 },
      { name: 'fan_02.wav', windows: 2, label: 1, score: 5 },
      { name: 'fan_03.wav', windows: 1, label: 1, score: 0 },
    ],
  });
});

test('inputs are told apart by the ROC curve, and by the threshold where there is one', () => {
  const float = errors.map(error => [1 + (error === 0 ? 3 : error), 0]);
  const { metrics } = judgeCase(evidenceOf({ ...given, float }));
  expect(metrics.roc).toMatchObject({ auc: 0.5, goldenAuc: 0.5, floatAuc: 1, positives: 2, negatives: 2 });
  expect(metrics.accuracy).toMatchObject({
    of: 'inputs',
    top1: 50,
    judged: 4,
    floatTop1: 50,
    classes: ['normal', 'anomalous'],
    confusion: [
      [1, 1],
      [1, 1],
    ],
  });
});

test('a low area names the input that is most misplaced', () => {
  const { verdicts } = judgeCase(evidenceOf({ ...given, budgets: [auc] }));
  expect(verdicts.at(-1)).toMatchObject({
    status: 'failed',
    reason:
      'ROC AUC 0.5 (2 anomalous, 2 normal; golden 0.5), budget >= 0.9 (44 % below); ' +
      'the most misplaced is fan_03.wav: anomalous, score 0; 2 of 2 normal score at least as high',
  });
});

test('without a threshold there is a curve and no classes', () => {
  const budgets = [auc, anAccuracyBudget({ kind: 'accuracy', metric: 'top1' }, 90)];
  const { metrics, verdicts } = judgeCase(
    evidenceOf({ ...given, task: { kind: 'anomaly', score: 'reconstruction' }, budgets }),
  );
  expect(metrics).toHaveProperty('roc');
  expect(metrics.roc).not.toHaveProperty('atThreshold');
  expect(metrics).not.toHaveProperty('accuracy');
  expect(verdicts.at(-1)).toMatchObject({
    status: 'skipped',
    reason: 'top1 needs classes, and the task has no threshold: add task.threshold',
  });
});

test('the output may be the score itself, and every vector an input of its own', () => {
  const { metrics } = judgeCase(
    evidenceOf({
      task: { kind: 'anomaly', score: 'output' },
      boots: [[[0.25], [3], [9], [1]]],
      truth: { labels: [0, 0, 1, 1] },
    }),
  );
  expect(metrics.anomaly?.scores).toEqual([
    { name: 'vector 0', windows: 1, label: 0, score: 0.25 },
    { name: 'vector 1', windows: 1, label: 0, score: 3 },
    { name: 'vector 2', windows: 1, label: 1, score: 9 },
    { name: 'vector 3', windows: 1, label: 1, score: 1 },
  ]);
  expect(metrics.roc?.auc).toBe(0.75);
});

test('of several boots each window counts by its worst score for the label', () => {
  const second = outputs.with(0, [5, 0]).with(4, [1, 0]);
  const { metrics } = judgeCase(evidenceOf({ ...given, boots: [outputs, second] }));
  expect(metrics.anomaly?.scores.map(({ score }) => score)).toEqual([4.25, 2.5, 4, 0]);
});

test('an output that is not a number makes its input wrong, whatever the label', () => {
  const strange = outputs.with(0, [Number.NaN, 0]).with(5, [Number.NaN, 0]);
  const { metrics } = judgeCase(evidenceOf({ ...given, boots: [strange], golden: outputs }));
  expect(metrics.anomaly?.scores.map(({ score }) => score)).toEqual([null, 2.5, null, 0]);
  expect(metrics.accuracy?.correct).toBe(0);
  expect(metrics.roc?.auc).toBe(0);
});

test('an input of which a window is missing is not scored', () => {
  const evidence = evidenceOf(given);
  const { recording } = evidence;
  const samples = recording.samples.filter(sample => sample.kind !== 'inference' || sample.vector !== 3);
  const { metrics } = judgeCase({ ...evidence, recording: { ...recording, samples } });
  expect(metrics.anomaly?.scores.map(({ name }) => name)).toEqual(['fan_00.wav', 'fan_02.wav', 'fan_03.wav']);
});

test('a session that broke within the first input judges nothing', () => {
  const evidence = evidenceOf({ ...given, budgets: [auc] });
  const { manifest, samples } = evidence.recording;
  const recording = {
    manifest: { ...manifest, outcome: { status: 'broken', reason: 'the port was lost' } as const },
    samples: samples.filter(sample => sample.kind !== 'inference' || sample.vector === 0),
  };
  const { metrics, verdicts } = judgeCase({ ...evidence, recording });
  expect(metrics).not.toHaveProperty('accuracy');
  expect(verdicts.at(-1)).toMatchObject({
    status: 'skipped',
    reason: 'no input was measured to its end: the session broke, see rig.session',
  });
});

test.each([
  ['labels that are missing', { truth: {} }, 'the suite has no labels: add vectors.labels'],
  [
    'a label of a third class',
    { truth: { labels: [0, 2, 1, 1, 0, 0, 0] } },
    'the label of vector 1 is 2, and there are 2 classes',
  ],
  [
    'windows of one input with two labels',
    { truth: { ...truth, labels: [0, 0, 0, 1, 1, 1, 1] } },
    'the windows of fan_01.wav do not all have the same label',
  ],
  [
    'an output that is no reconstruction',
    { boots: [outputs.map(() => [0])] as const },
    "a reconstruction has as many elements as its input: the model's input has 2, its output 1",
  ],
  [
    'a score of two elements',
    { task: { kind: 'anomaly', score: 'output' } as const },
    "the output is the score, and the model's first output has 2 elements",
  ],
])('%s: nothing is judged, and it says why', (_what, change, reason) => {
  const { metrics, verdicts } = judgeCase(evidenceOf({ ...given, ...change, budgets: [auc] }));
  expect(metrics).not.toHaveProperty('anomaly');
  expect(verdicts.at(-1)).toMatchObject({ status: 'skipped', reason });
});
