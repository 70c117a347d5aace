import { expect, test } from 'vitest';
import type { Task } from '../suite/suite.ts';
import { classify, placeOf } from './classify.ts';

const classification: Task = { kind: 'classification' };
const binary: Task = { kind: 'binary', threshold: 0.82 };

test.each([
  [[1, 3, 2], 1],
  [[3, 3, 2], 0],
  [[-128, -128, -128], 0],
  [[-5, -4, -4], 1],
  [[7], 0],
])('of %j the largest is %i: the first of equals', (values, expected) => {
  expect(classify(classification, values)).toBe(expected);
});

test.each([
  [0.82, 0],
  [0.8200001, 1],
  [209 / 256, 0],
  [210 / 256, 1],
  [0, 0],
  [1, 1],
])('a score of %f against 0.82 is class %i: at the threshold is not above it', (score, expected) => {
  expect(classify(binary, [score])).toBe(expected);
});

test('a threshold that a code hits exactly is not exceeded by it', () => {
  expect(classify({ kind: 'binary', threshold: 0.5 }, [128 / 256])).toBe(0);
  expect(classify({ kind: 'binary', threshold: 0.5 }, [129 / 256])).toBe(1);
});

test.each([
  [
    [1, 3, 2],
    [2, 0, 1],
  ],
  [
    [3, 3, 2, 3],
    [0, 1, 3, 2],
  ],
  [
    [Number.NaN, 0, Number.NEGATIVE_INFINITY],
    [1, 0, 2],
  ],
])(
  'the elements of %j come at places %j: of equals the lower index first, what is no number last',
  (values, places) => {
    expect(values.map((_, index) => placeOf(values, index))).toEqual(places);
    expect(places[classify(classification, values)]).toBe(0);
  },
);
