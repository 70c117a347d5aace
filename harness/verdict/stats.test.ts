import { expect, test } from 'vitest';
import { randomsFrom } from '../fixtures/random.ts';
import { ascending, evenIndexes, evenly, mean, percentile, valuesNeeded } from './stats.ts';

test('a percentile is the smallest value that its share of all values does not exceed', () => {
  const next = randomsFrom(7);
  for (let round = 0; round < 2_000; round++) {
    const values = ascending(Array.from({ length: 1 + next(40) }, () => next(25)));
    for (const percent of [0, 1, 10, 25, 50, 90, 99, 100]) {
      const found = percentile(values, percent);
      const byDefinition = values.find(value => 100 * values.filter(v => v <= value).length >= percent * values.length);
      expect(found).toBe(byDefinition);
    }
  }
});

test.each([
  [50, [1, 2, 3, 4], 2],
  [50, [1, 2, 3], 2],
  [90, Array.from({ length: 10 }, (_, index) => index + 1), 9],
  [99, Array.from({ length: 100 }, (_, index) => index + 1), 99],
  [99, Array.from({ length: 101 }, (_, index) => index + 1), 100],
  [0, [3, 5], 3],
  [100, [3, 5], 5],
])('p%i of %j is %i', (percent, values, expected) => {
  expect(percentile(values, percent)).toBe(expected);
});

test('a rank that is whole stays whole: p7 of 100 values is the seventh', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  for (let percent = 1; percent <= 100; percent++) expect(percentile(values, percent)).toBe(percent);
});

test('there is no percentile of nothing', () => {
  expect(() => percentile([], 50)).toThrow(RangeError);
});

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test.each([
  [50, 2],
  [90, 10],
  [99, 100],
])('p%i needs %i values: with one fewer, it is the maximum', (percent, needed) => {
  expect(valuesNeeded(percent)).toBe(needed);
  expect(percentile(upTo(needed), percent)).toBeLessThan(needed);
  expect(percentile(upTo(needed - 1), percent)).toBe(needed - 1);
});

test('values are sorted as numbers, in a copy', () => {
  const values = [10, 9, 100];
  expect(ascending(values)).toEqual([9, 10, 100]);
  expect(values).toEqual([10, 9, 100]);
  expect(mean(values)).toBeCloseTo(39.6667, 4);
});

test('few values are all kept; of many, so many evenly, with the first and the last', () => {
  expect(evenly(['a', 'b', 'c'], 3)).toEqual(['a', 'b', 'c']);
  expect(evenly([], 5)).toEqual([]);
  expect(evenIndexes(1, 5)).toEqual([0]);
  expect(evenIndexes(9, 5)).toEqual([0, 2, 4, 6, 8]);
  for (const count of [201, 202, 399, 400, 48_608]) {
    const indexes = evenIndexes(count, 200);
    expect(new Set(indexes).size).toBe(200);
    expect([indexes[0], indexes.at(-1)]).toEqual([0, count - 1]);
  }
});
