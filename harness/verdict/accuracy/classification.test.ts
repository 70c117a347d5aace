import { expect, test } from 'vitest';
import {
  anAccuracyBudget,
  anInference,
  aRecording,
  aReference,
  aSuite,
  evidenceOf,
  goldenOutput,
  someEvidence,
  someInferences,
  someLabels,
  someSamples,
} from '../../fixtures/recordings.ts';
import type { Budget, Task } from '../../suite/suite.ts';
import { judgeCase } from '../judge.ts';

const task: Task = { kind: 'classification', classes: ['cat', 'dog', 'fox', 'owl'] };

/** Five vectors of four classes: the labelled one comes first, first, second, third and last. No label is owl. */
const outputs = [
  [0.9, 0, 0, 0.1],
  [0, 0.9, 0.1, 0],
  [0.6, 0.1, 0.3, 0],
  [0.2, 0.3, 0.4, 0.1],
  [0.1, 0.5, 0.2, 0.2],
];
const labels = [0, 1, 2, 0, 0];

function judge(...budgets: readonly Budget[]) {
  const result = judgeCase(evidenceOf({ task, boots: [outputs], truth: { labels }, budgets }));
  return { ...result, budgets: result.verdicts.slice(2) };
}

test('each class has its precision, recall and F1', () => {
  expect(judge().metrics.accuracy).toMatchObject({
    of: 'vectors',
    top1: 40,
    perClass: [
      { name: 'cat', support: 3, predicted: 2, precision: 50, recall: 100 / 3, f1: 40 },
      { name: 'dog', support: 1, predicted: 2, precision: 50, recall: 100, f1: 200 / 3 },
      { name: 'fox', support: 1, predicted: 1, precision: 0, recall: 0, f1: 0 },
      { name: 'owl', support: 0, predicted: 0, precision: null, recall: null, f1: null },
    ],
  });
});

test('outputs that are no numbers are right for no class', () => {
  const { NaN: none } = Number;
  const answers = [
    [none, none, none, none],
    [none, 0.9, 0, 0],
    [0.1, none, 0, 0],
  ];
  const budgets = [anAccuracyBudget({ kind: 'accuracy', metric: 'topK', k: 3 }, 100)];
  const { metrics, verdicts } = judgeCase(
    evidenceOf({ task, boots: [answers], truth: { labels: [0, 1, 1] }, budgets }),
  );
  expect(metrics.accuracy).toMatchObject({ top1: 100 / 3, topK: { '3': 100 / 3 } });
  expect(verdicts.at(-1)?.reason).toContain('the first one missed is vector 0: cat is not a number');
});

test('top-k counts vectors whose class is among the k largest outputs, and names the first that is not', () => {
  const { metrics, budgets } = judge(anAccuracyBudget({ kind: 'accuracy', metric: 'topK', k: 2 }, 70));
  expect(metrics.accuracy?.topK).toEqual({ '1': 40, '2': 60, '3': 80 });
  expect(budgets[0]).toMatchObject({
    status: 'failed',
    measured: 60,
    reason:
      'top-2 60 % (3 of 5), budget >= 70 % (10 pp below); the first one missed is vector 3: cat comes at place 3 of 4',
  });
});

test('of equal outputs the one with the lower index is the larger, as in top-1', () => {
  const topK = [0, 1, 2, 3].map(label => {
    const tied = evidenceOf({ task, boots: [[[0.5, 0.5, 0.5, 0.5]]], truth: { labels: [label] } });
    return Object.values(judgeCase(tied).metrics.accuracy?.topK ?? {});
  });
  expect(topK).toEqual([
    [100, 100, 100],
    [0, 100, 100],
    [0, 0, 100],
    [0, 0, 0],
  ]);
});

test('over several boots the right class is where it came last', () => {
  const second = outputs.with(0, [0.4, 0.3, 0.2, 0.5]).with(1, [0.4, 0.3, 0.2, 0.5]);
  const { metrics } = judgeCase(evidenceOf({ task, boots: [outputs, second], truth: { labels } }));
  expect(metrics.accuracy?.topK).toEqual({ '1': 0, '2': 40, '3': 80 });
});

test('a vector that was cut from a file is found by the file and the window', () => {
  const sources = [
    { name: 'a.wav', count: 1 },
    { name: 'b.wav', count: 4 },
  ];
  const budgets = [anAccuracyBudget({ kind: 'accuracy', metric: 'top1' }, 50)];
  const { verdicts } = judgeCase(evidenceOf({ task, boots: [outputs], truth: { labels, sources }, budgets }));
  expect(verdicts.at(-1)?.reason).toContain('the first one wrong is vector 2 (b.wav, window 1): fox, taken for cat');
});

test('top-k with as many k as classes would pass whatever the outputs are, so it is not judged', () => {
  const { budgets } = judge(anAccuracyBudget({ kind: 'accuracy', metric: 'topK', k: 4 }, 99));
  expect(budgets[0]).toMatchObject({
    status: 'skipped',
    reason: 'top-4 of 4 classes is met whatever the outputs are: ask for fewer',
  });
});

test.each<[metric: 'precision' | 'recall', name: string, limit: number, status: string, reason: string]>([
  [
    'precision',
    'cat',
    60,
    'failed',
    'precision of cat 50 % (1 of 2 taken for it), budget >= 60 % (10 pp below); ' +
      'wrongly taken for it most often: fox (1×, the first is vector 2)',
  ],
  [
    'recall',
    'cat',
    30,
    'passed',
    'recall of cat 33.3 % (1 of 3 that are of it), budget >= 30 % (3.3 pp above); ' +
      'taken most often for: dog (1×, the first is vector 4)',
  ],
  ['recall', '1', 100, 'passed', 'recall of dog 100 % (1 of 1 that are of it), budget >= 100 % (exactly at it)'],
  ['recall', 'owl', 50, 'inconclusive', 'none of the 5 vectors is of class owl: its recall shows nothing'],
  ['precision', 'owl', 50, 'inconclusive', 'none of the 5 vectors is of class owl: its precision shows nothing'],
  ['recall', 'bee', 50, 'skipped', 'there is no class "bee" among the task\'s 4'],
])('the %s of %s against %d %% is %s', (metric, name, limit, status, reason) => {
  const { budgets } = judge(anAccuracyBudget({ kind: 'accuracy', metric, class: name }, limit));
  expect(budgets[0]).toMatchObject({ status, reason });
});

test('the precision of a class that nothing was taken for is inconclusive, since it is a share of nothing', () => {
  const result = judgeCase(
    evidenceOf({
      task,
      boots: [[[1, 0, 0, 0]]],
      truth: { labels: [1] },
      budgets: [anAccuracyBudget({ kind: 'accuracy', metric: 'precision', class: 'dog' }, 50)],
    }),
  );
  expect(result.status).toBe('inconclusive');
  expect(result.verdicts.at(-1)).toMatchObject({
    measured: null,
    reason: 'nothing was taken for dog (support 1 of 1 vectors), so its precision is undefined',
  });
});

test('a budget names a class before it counts one, since classes may be named by numbers', () => {
  const budgets = [anAccuracyBudget({ kind: 'accuracy', metric: 'recall', class: '1' }, 50)];
  const digits: Task = { kind: 'classification', classes: ['1', '0'] };
  const { verdicts } = judgeCase(evidenceOf({ task: digits, boots: [[[1, 0]]], truth: { labels: [0] }, budgets }));
  expect(verdicts.at(-1)?.reason).toMatch(/^recall of 1 100 % \(1 of 1/);
});

test('where the host computed no golden, only the DUT has figures', () => {
  const evidence = evidenceOf({ task, boots: [outputs], truth: { labels } });
  const { accuracy } = judgeCase({ ...evidence, reference: { ...evidence.reference, golden: [] } }).metrics;
  expect(accuracy).toMatchObject({ top1: 40, judged: 5 });
  expect(accuracy).not.toHaveProperty('goldenTop1');
});

test('a session that broke makes no class inconclusive: it is not judged', () => {
  const evidence = evidenceOf({
    task,
    boots: [outputs],
    truth: { labels },
    budgets: [anAccuracyBudget({ kind: 'accuracy', metric: 'recall', class: 'owl' }, 50)],
  });
  const { recording } = evidence;
  const outcome = { status: 'broken', reason: 'the port was lost' } as const;
  const broken = { ...recording, manifest: { ...recording.manifest, outcome } };
  expect(judgeCase({ ...evidence, recording: broken }).verdicts.at(-1)).toMatchObject({
    status: 'skipped',
    reason:
      'not judged, since the session broke, see rig.session; so far none of the 5 vectors is of class owl: its recall shows nothing',
  });
});

test('a classification has no ROC curve and no mean error', () => {
  const { budgets } = judge(
    anAccuracyBudget({ kind: 'accuracy', metric: 'rocAuc' }, 0.9),
    anAccuracyBudget({ kind: 'accuracy', metric: 'mae' }, 1),
  );
  expect(budgets.map(({ status, reason }) => [status, reason])).toEqual([
    ['skipped', 'a classification task has no rocAuc'],
    ['skipped', 'a classification task has no mae'],
  ]);
});

test('the loss is negative where quantization gained', () => {
  const float = aReference().golden.map((_, vector) =>
    Float32Array.from(goldenOutput(vector < 30 ? vector + 2 : vector)),
  );
  const result = judgeCase(someEvidence({ reference: aReference({ float }) }));
  expect(result.metrics.accuracy?.lossVsFloatPp).toBe(-5);
  expect(result.verdicts.find(({ budget }) => budget === 'accuracy.lossVsFloat')).toMatchObject({
    status: 'passed',
    measured: -5,
  });
});

test('a vector that one of two boots got wrong is wrong, and counts once', () => {
  const second = someInferences(1).map(sample =>
    sample.vector === 20 ? anInference({ boot: 1, vector: 20, output: goldenOutput(21) }) : sample,
  );
  const suite = aSuite({ measure: { warmup: 1, boots: 2, timeoutMs: 60_000, link: 'memory' } });
  const result = judgeCase(someEvidence({ suite, recording: aRecording({ samples: [...someSamples(), ...second] }) }));
  expect(result.metrics.accuracy).toMatchObject({ correct: 284, judged: 300 });
});

test('a label that names no class is not judged, and is named', () => {
  const result = judgeCase(someEvidence({ truth: { labels: someLabels().with(7, 3) } }));
  expect(result.metrics).not.toHaveProperty('accuracy');
  expect(result.verdicts.find(({ budget }) => budget === 'accuracy.top1')).toMatchObject({
    status: 'skipped',
    reason: 'the label of vector 7 is 3, and there are 3 classes',
  });
});

test('classes without names are numbered', () => {
  const result = judgeCase(someEvidence({ suite: aSuite({ task: { kind: 'classification' } }) }));
  expect(result.metrics.accuracy?.classes).toEqual(['0', '1', '2']);
});
