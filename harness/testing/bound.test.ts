import { expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { loadModel } from '../runner/case-inputs.ts';
import { budgetOf, expectFitting } from './bound.ts';
import { vibration } from './fixtures/vibration.ts';

test('a path and a bound make the budget that a suite would have', () => {
  expect(budgetOf('latency.modelled-cycles.p50', '<= 1.5 kcycles')).toEqual({
    kind: 'latency',
    basis: 'modelled-cycles',
    metric: 'p50',
    budget: 'latency.modelled-cycles.p50',
    relation: '<=',
    limit: 1500,
    unit: 'cycles',
    optional: false,
  });
  expect(budgetOf('golden.maxDiffLsb', 1)).toMatchObject({ kind: 'golden', limit: 1 });
  expect(budgetOf('accuracy.topK.3', '>= 90 %')).toMatchObject({ metric: 'topK', k: 3, limit: 90 });
  expect(budgetOf('accuracy.recall.v1.2', '>= 90 %')).toMatchObject({ metric: 'recall', class: 'v1.2', limit: 90 });
});

const missing = JSON.parse('null'); // JavaScript gives what the types forbid

test.each([
  ['memory.arana', '<= 8 KiB', 'unknown key "arana" in memory. Did you mean "arena"?'],
  ['speed', '<= 8 KiB', 'unknown key "speed"'],
  ['__proto__', '<= 8 KiB', 'unknown key "__proto__"'],
  ['', '<= 8 KiB', 'unknown key ""'],
  ['memory', '<= 8 KiB', 'unknown key "" in memory'],
  ['memory.arena', '<= 8', 'memory.arena: "8" has no unit'],
  ['memory.arena', '>= 8 KiB', 'needs an upper bound'],
  ['memory.arena', 8, 'memory.arena: '],
  ['memory.arena', missing, 'memory.arena is empty; it must be a size with its unit'],
  ['memory.arena.x', '<= 8 KiB', 'memory.arena'],
  ['memory.arena.limit', '<= 8 KiB', 'no budget has the path memory.arena.limit'],
  ['golden.maxDiffLsb', '<= 1', 'must be a whole number of LSB'],
  ['golden.maxDiffLsb', Number.NaN, 'must be a whole number of LSB'],
  ['golden.maxDiffLsb', 0.5, 'must be a whole number of LSB'],
  ['golden.maxDiffLsb', -1, 'golden.maxDiffLsb must be at least 0 (got -1)'],
  ['golden.maxDiffLsb.x', 1, 'golden.maxDiffLsb'],
  ['accuracy.topK.foo', '>= 90 %', 'unknown key "foo" in accuracy.topK: it takes numbers of classes'],
  ['accuracy.topK.0', '>= 90 %', 'unknown key "0" in accuracy.topK'],
  ['accuracy.topK.1.5', '>= 90 %', 'unknown key "1.5" in accuracy.topK'],
  ['accuracy.mae.x', '<= 1', 'accuracy.mae'],
  ['accuracy.recall', '>= 90 %', 'accuracy.recall must be a map'],
  ['latency.silicon', '<= 1 s', 'latency.silicon must be a map with the keys p50, p90, p99, max'],
])('%s with %s is refused', (path, bound, what) => {
  expect(() => budgetOf(path, bound)).toThrow(InputError);
  expect(() => budgetOf(path, bound)).toThrow(what);
});

const binary = { suite: vibration.suite, model: loadModel(vibration.suite).parsed };
const ranked = { ...binary, suite: { ...vibration.suite, task: { kind: 'classification' } as const } };
const alone = { ...binary, suite: { ...vibration.suite, model: { file: vibration.suite.model.file } } };

test.each([
  [binary, 'accuracy.recall.anomaly', '>= 90 %'],
  [binary, 'accuracy.lossVsFloat', '<= 1 pp'],
  [binary, 'latency.silicon.p50', '<= 1 s'],
])('a budget that the suite could have is taken: %#', (given, path, bound) => {
  expect(() => expectFitting(given, budgetOf(path, bound))).not.toThrow();
});

test.each([
  [binary, 'accuracy.mae', '<= 1', 'mae is a figure of regression tasks'],
  [binary, 'accuracy.recall.anomly', '>= 90 %', 'Did you mean "anomaly"?'],
  [ranked, 'accuracy.topK.1', '>= 90 %', 'the right one of 1 classes is always among the 1 largest'],
  [alone, 'accuracy.lossVsFloat', '<= 1 pp', 'name it in model.float'],
])('a budget that the suite gives nothing to judge by is refused: %#', (given, path, bound, what) => {
  expect(() => expectFitting(given, budgetOf(path, bound))).toThrow(what);
});
