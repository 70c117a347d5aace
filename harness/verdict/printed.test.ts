import { expect, test } from 'vitest';
import { readPrinted } from './printed.ts';
import type { TensorSpec } from './tensor.ts';

function spec(overrides: Partial<TensorSpec> = {}): TensorSpec {
  return { name: 'scores', type: 'int8', elements: 3, scale: 1 / 256, zeroPoint: -128, ...overrides };
}

function read(results: readonly string[], output = spec({ elements: results.length })) {
  return readPrinted({ results, vector: 5 }, [output]);
}

test('every code of a softmax comes back from three decimals, rounded or cut off', () => {
  for (let code = -128; code < 128; code++) {
    const value = (code + 128) / 256;
    const cut = String(Math.floor(value * 1000))
      .padStart(4, '0')
      .replace(/(\d{3})$/, '.$1');
    for (const text of [value.toFixed(3), cut])
      expect(new Int8Array(read([text]).output ?? []), text).toEqual(Int8Array.of(code));
  }
});

test.each<[string, readonly string[], Partial<TensorSpec>, RegExp]>([
  [
    'a value between two codes',
    ['0.500', '0.002', '0.500'],
    {},
    /printed 0\.002 for vector 5, which is the value of none/,
  ],
  ['a value beyond the last code', ['1.000', '0.000', '0.000'], {}, /printed 1\.000/],
  [
    'too few decimals',
    ['0.5', '0.5', '0.0'],
    {},
    /steps of 0\.1, and the codes of the model's output are 0\.00391 apart/,
  ],
  ['a score that is no output', ['10.567'], { elements: 640 }, /1 value, which are not the model's output/],
  ['a float model', ['0.5', '0.5', '0.0'], { type: 'float32' }, /float32/],
])('%s is no output to the byte, and says why', (_what, results, output, reason) => {
  const seen = read(results, spec(output));
  expect(seen).not.toHaveProperty('output');
  expect(seen.reason).toMatch(reason);
});

test('the keyword firmware prints 1 as 0.1000', () => {
  expect(read(['0.000', '0.1000', '0.000'], spec({ type: 'float32' })).values).toEqual([0, 1, 0]);
  expect(read(['0.2500', '0.1000', '0.6500'], spec({ type: 'float32' })).values).toEqual([0.25, 0.1, 0.65]);
});

test('what is no number is none', () => {
  expect(read(['nan', '-inf', '0.5'], spec({ type: 'float32' })).values).toEqual([
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    0.5,
  ]);
});
