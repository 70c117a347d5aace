import { expect, test } from 'vitest';
import { allNamed, parseXml, textsOf } from '../../fixtures/xml.ts';
import type { GoldenDifference } from '../../verdict/result.ts';
import { differencesChart } from './differences.ts';

const difference = (overrides: Partial<GoldenDifference> = {}): GoldenDifference => ({
  vector: 17,
  element: 3,
  expected: -12,
  actual: -10,
  diffLsb: 2,
  differingElements: 1,
  ...overrides,
});
const drawn = (differences: readonly GoldenDifference[]) =>
  parseXml(differencesChart({ maxDiffLsb: 2, differingVectors: differences.length, differences }));

test('each vector names its worst element and how far it is off, with the direction', () => {
  const texts = textsOf(drawn([difference(), difference({ vector: 203, expected: 101, actual: 100, diffLsb: 1 })]));
  expect(texts).toEqual(expect.arrayContaining(['vector 17', 'element 3', '+2 LSB', 'vector 203', '−1 LSB']));
});

test('a greater value lies further right', () => {
  const [expected, actual] = allNamed(drawn([difference()]), 'circle').map(node => Number(node.attributes.cx));
  expect(actual).toBeGreaterThan(expected ?? Number.POSITIVE_INFINITY);
});

test('an output that is no finite number is said, not drawn', () => {
  const chart = drawn([difference({ actual: null, diffLsb: 0 })]);
  expect(textsOf(chart)).toContain('not a finite number');
  expect(allNamed(chart, 'circle')).toHaveLength(1);
});

test('floats differ by units in the last place, and their values are no LSB', () => {
  const texts = textsOf(drawn([difference({ expected: 0.5, actual: 0.50000006, diffLsb: 1 })]));
  expect(texts).toEqual(expect.arrayContaining(['+1 ulp', 'output value of the worst element']));
});
