import { expect, test } from 'vitest';
import { randomsFrom } from '../fixtures/random.ts';
import { traceOf } from '../fixtures/traces.ts';
import { envelopeOf } from './envelope.ts';

test('each column has the least, the greatest and the mean of its samples, and every sample is in one', () => {
  const random = randomsFrom(3);
  const values = Float32Array.from({ length: 200_003 }, () => random(1000) - 200);
  using trace = traceOf({}, values);
  const [first, end, columns] = [17, 199_990, 331];
  const { min, max, mean } = envelopeOf(trace, { first, end }, columns);
  expect(mean).toHaveLength(columns);
  for (let column = 0; column < columns; column++) {
    const place = (index: number) => first + Math.floor((index * (end - first)) / columns);
    const own = values.subarray(place(column), place(column + 1));
    expect(min[column]).toBe(Math.min(...own));
    expect(max[column]).toBe(Math.max(...own));
    expect(mean[column]).toBeCloseTo(own.reduce((sum, value) => sum + value, 0) / own.length, 9);
  }
});

test('fewer samples than columns are a column each', () => {
  using trace = traceOf({}, [1, 2, 3]);
  expect(Array.from(envelopeOf(trace, { first: 0, end: 3 }, 100).mean)).toEqual([1, 2, 3]);
  expect(envelopeOf(trace, { first: 1, end: 1 }, 100).mean).toHaveLength(0);
});

test('lost samples are left out, and a column of nothing else has no value', () => {
  using trace = traceOf({}, [1, Number.NaN, 3, Number.NaN, Number.NaN, Number.NaN]);
  const { min, max, mean } = envelopeOf(trace, { first: 0, end: 6 }, 2);
  expect([min, max, mean].map(values => Array.from(values))).toEqual([
    [1, Number.NaN],
    [3, Number.NaN],
    [2, Number.NaN],
  ]);
});

test('a stretch beyond the trace is refused', () => {
  using trace = traceOf({}, [1, 2, 3]);
  expect(() => envelopeOf(trace, { first: 1, end: 5 }, 2)).toThrow(/the trace has 3 samples/);
});
