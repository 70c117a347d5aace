import { expect, test } from 'vitest';
import { aVerdict } from '../fixtures/results.ts';
import { duration, figure, limitOf, marginOf, measuredOf, qualityOf } from './figures.ts';

test('a figure is shown in the unit it is best read in', () => {
  expect([figure(371_204, 'cycles'), figure(12_345, 'µs'), figure(9988, 'B')]).toEqual([
    '371.2 kcycles',
    '12.35 ms',
    '9.8 KiB',
  ]);
});

test('a latency has four significant digits', () => {
  expect([figure(1_456_412, 'cycles'), figure(10_251, 'µs'), figure(83, 'instructions')]).toEqual([
    '1.456 Mcycles',
    '10.25 ms',
    '83 instructions',
  ]);
});

test('a figure and a limit of another size are each in their own unit', () => {
  const verdict = aVerdict({ measured: 371_204, limit: 5_000_000 });
  expect([measuredOf(verdict), limitOf(verdict)]).toEqual(['371.2 kcycles', '≤ 5 Mcycles']);
});

test('a unit of no budget is left as it is', () => {
  expect(figure(1234.5, 'boots')).toBe('1,234.5 boots');
  expect(figure(3, '')).toBe('3');
});

test('a figure just over its limit is told from it', () => {
  const verdict = aVerdict({ measured: 400_001, limit: 400_000 });
  expect(measuredOf(verdict)).not.toBe(limitOf(verdict).slice(2));
});

test('what was not measured is a dash, and has no margin', () => {
  const verdict = aVerdict({ measured: null });
  expect([measuredOf(verdict), limitOf(verdict), marginOf(verdict)]).toEqual(['–', '≤ 400 kcycles', '']);
});

test('a margin is the share of the limit that is left', () => {
  expect(marginOf(aVerdict({ measured: 300_000 }))).toBe('+25 %');
  expect(marginOf(aVerdict({ measured: 500_000 }))).toBe('−25 %');
});

test('a margin of a lower bound counts the other way', () => {
  const top1 = { relation: '>=', limit: 95, unit: '%' } as const;
  expect(marginOf(aVerdict({ ...top1, measured: 97.5 }))).toBe('+2.5 pp');
  expect(marginOf(aVerdict({ ...top1, measured: 90 }))).toBe('−5 pp');
});

test('a margin to a limit of zero is in the unit itself', () => {
  expect(marginOf(aVerdict({ measured: 2, limit: 0, unit: 'LSB' }))).toBe('−2 LSB');
  expect(marginOf(aVerdict({ measured: 0, limit: 0, unit: 'LSB' }))).toBe('0 LSB');
});

test('a margin too small to show keeps its sign', () => {
  expect(marginOf(aVerdict({ measured: 400_001 }))).toBe('−<0.1 %');
});

test('durations read as people say them', () => {
  expect([duration(839.6), duration(12_400), duration(200_000)]).toEqual(['840 ms', '12.4 s', '3 min 20 s']);
});

test('a check of the harness’s own has no margin', () => {
  const session = aVerdict({ budget: 'rig.session', measured: 300, relation: '>=', limit: 300, unit: 'inferences' });
  expect([marginOf(session), limitOf(session)]).toEqual(['', '≥ 300 inferences']);
});

test('the quality of the answers is said in the figure of the task', () => {
  const pair = { vector: 0, element: 0, expected: 1, actual: 2 };
  const regression = { mae: 0.52, rmse: 0.6, bias: 0, judged: 1, worst: pair, pairs: [pair], unit: '°C' };
  expect(qualityOf({ vectors: 1, regression })).toEqual(['MAE 0.52 °C']);
  expect(qualityOf({ vectors: 1, roc: { auc: 0.98712, positives: 1, negatives: 1, points: [] } })).toEqual([
    'AUC 0.9871',
  ]);
  expect(qualityOf({ vectors: 0 })).toEqual([]);
});
