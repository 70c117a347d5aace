import { expect, test } from 'vitest';
import { randomsFrom } from '../../fixtures/random.ts';
import { anAccuracyBudget, evidenceOf } from '../../fixtures/recordings.ts';
import type { Task } from '../../suite/suite.ts';
import { judgeCase } from '../judge.ts';
import { mean } from '../stats.ts';

const task: Task = { kind: 'regression', unit: '°C' };
const mae = anAccuracyBudget({ kind: 'accuracy', metric: 'mae' }, 0.5);
const rmse = anAccuracyBudget({ kind: 'accuracy', metric: 'rmse' }, 1);

/** Errors of 0, 1, -2 and 0.5. */
const outputs = [
  [20, 21],
  [18, 30.5],
];
const values = [
  [20, 20],
  [20, 30],
];

test('the errors are over all elements of all vectors', () => {
  const float = [
    [20, 20],
    [20, 31],
  ];
  const { metrics } = judgeCase(evidenceOf({ task, boots: [outputs], float, truth: { values } }));
  expect(metrics.regression).toEqual({
    unit: '°C',
    judged: 2,
    mae: 3.5 / 4,
    rmse: Math.sqrt(5.25 / 4),
    bias: -0.5 / 4,
    golden: { mae: 3.5 / 4, rmse: Math.sqrt(5.25 / 4) },
    float: { mae: 0.25, rmse: 0.5 },
    worst: { vector: 1, element: 0, expected: 20, actual: 18 },
    pairs: [
      { vector: 0, element: 0, expected: 20, actual: 20 },
      { vector: 0, element: 1, expected: 20, actual: 21 },
      { vector: 1, element: 0, expected: 20, actual: 18 },
      { vector: 1, element: 1, expected: 30, actual: 30.5 },
    ],
  });
  expect(metrics).not.toHaveProperty('accuracy');
});

test('a budget is held in the unit of the values, and the farthest element is named', () => {
  const { verdicts } = judgeCase(evidenceOf({ task, boots: [outputs], truth: { values }, budgets: [mae, rmse] }));
  expect(verdicts.slice(-2)).toMatchObject([
    {
      status: 'failed',
      measured: 0.875,
      unit: '1',
      reason:
        'MAE 0.875 °C (2 vectors; golden 0.875 °C), budget <= 0.5 °C (75 % above); ' +
        'farthest off is vector 1, element 0: expected 20 °C, got 18 °C',
    },
    {
      status: 'failed',
      reason: expect.stringMatching(/^RMSE 1.146 °C \(2 vectors; golden 1.146 °C\), budget <= 1 °C/),
    },
  ]);
});

test('mean errors of random answers are those of their definitions', () => {
  const next = randomsFrom(31);
  const random = () => Array.from({ length: 40 }, () => Array.from({ length: 3 }, () => next(1000) / 8 - 60));
  const [actual, expected] = [random(), random()];
  const errors = actual.flatMap((vector, index) => vector.map((value, e) => value - (expected[index]?.[e] ?? 0)));
  const { regression } = judgeCase(evidenceOf({ task, boots: [actual], truth: { values: expected } })).metrics;
  expect(regression?.mae).toBeCloseTo(mean(errors.map(Math.abs)), 10);
  expect(regression?.rmse).toBeCloseTo(Math.sqrt(mean(errors.map(error => error ** 2))), 10);
  expect(regression?.bias).toBeCloseTo(mean(errors), 10);
  expect(regression?.pairs).toHaveLength(120);
});

test('a vector counts by the inference that is farthest off', () => {
  const { metrics } = judgeCase(
    evidenceOf({ task, boots: [outputs, outputs.with(0, [20, 25])], golden: outputs, truth: { values } }),
  );
  expect(metrics.regression).toMatchObject({
    judged: 2,
    mae: 7.5 / 4,
    golden: { mae: 3.5 / 4 },
    worst: { vector: 0, element: 1, expected: 20, actual: 25 },
  });
});

test('an answer that is not a number fails every bound on errors, and is named', () => {
  const strange = outputs.with(1, [18, Number.NaN]);
  const result = judgeCase(
    evidenceOf({ task, boots: [strange], golden: outputs, truth: { values }, budgets: [mae, rmse] }),
  );
  expect(result.metrics).not.toHaveProperty('regression');
  expect(result.verdicts.slice(-2)).toMatchObject([
    {
      status: 'failed',
      measured: null,
      reason: 'vector 1, element 1 is NaN where 30 is right: there is no mean error',
    },
    { status: 'failed', measured: null },
  ]);
});

test('of elements that are equally far off the first is named', () => {
  const even = [[18, 22]];
  const { regression } = judgeCase(evidenceOf({ task, boots: [even], truth: { values: [[20, 20]] } })).metrics;
  expect(regression?.worst).toMatchObject({ vector: 0, element: 0 });
});

test('at most 500 pairs are shown, the first and the last among them', () => {
  const many = Array.from({ length: 4_000 }, (_, vector) => [vector]);
  const { regression } = judgeCase(evidenceOf({ task, boots: [many], truth: { values: many } })).metrics;
  expect(regression?.pairs).toHaveLength(500);
  expect(regression?.pairs[0]?.vector).toBe(0);
  expect(regression?.pairs.at(-1)?.vector).toBe(3_999);
  expect(regression).toMatchObject({ judged: 4_000, mae: 0, rmse: 0, bias: 0 });
});

test.each([
  [{}, 'the suite has no right values: name a CSV with a column "value" in vectors.labels'],
  [{ values: [[20, 20], [20]] }, "vector 1 has 1 right values, and the model's output 2 elements"],
])('with %j errors are not measured, and it says why', (truth, reason) => {
  const { metrics, verdicts } = judgeCase(evidenceOf({ task, boots: [outputs], truth, budgets: [mae] }));
  expect(metrics).not.toHaveProperty('regression');
  expect(verdicts.at(-1)).toMatchObject({ status: 'skipped', reason });
});

test('a regression has no classes', () => {
  const budgets = [
    anAccuracyBudget({ kind: 'accuracy', metric: 'top1' }, 90),
    anAccuracyBudget({ kind: 'accuracy', metric: 'lossVsFloat' }, 1),
  ];
  const { verdicts } = judgeCase(evidenceOf({ task, boots: [outputs], truth: { values }, budgets }));
  expect(verdicts.slice(-2).map(({ status, reason }) => [status, reason])).toEqual([
    ['skipped', 'a regression task has no top1'],
    ['skipped', 'a regression task has no lossVsFloat'],
  ]);
});
