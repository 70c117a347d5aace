import { expect, test } from 'vitest';
import type { Preprocess } from '../suite/suite.ts';
import { float, halves, int8, pgm, read, tensor, window } from './fixtures/reading.ts';
import { writeNpy } from './formats/npy.ts';

const pair = [tensor([1, 2])];
const uint8 = [{ ...tensor([1, 2]), type: 'uint8' } as const];
const resize: Preprocess = { kind: 'resize', height: 1, width: 2, method: 'nearest' };
const codes = writeNpy({ dtype: 'int8', shape: [1, 4], data: int8(-128, 127, 5, -6) });

test.each<[string, readonly Preprocess[]]>([
  ['resized', [resize]],
  ['made gray', [{ kind: 'gray' }]],
  ['cut', [window(1), resize]],
])('pixels beyond the input are refused when they are only %s', (_, preprocess) => {
  const format = { path: 'a.pgm', tensors: pair, preprocess };
  expect(() => read({ 'a.pgm': pgm(2, 1, 0, 255) }, format)).toThrow(
    /^inputs: its pixels lie from 0 to 255, .*- scale:/,
  );
});

test('codes that are cut stay codes', () => {
  const { vectors } = read({ 'a.npy': codes }, { path: 'a.npy', tensors: pair, preprocess: [window(2)] });
  expect(vectors).toEqual([
    [-128, 127],
    [5, -6],
  ]);
});

test('codes of several bytes are cut between elements', () => {
  const wide = [{ ...tensor([1, 1]), type: 'int16' } as const];
  const array = writeNpy({ dtype: 'int16', shape: [1, 2], data: int8(1, 2, 3, 4) });
  const { vectors } = read({ 'a.npy': array }, { path: 'a.npy', tensors: wide, preprocess: [window(1)] });
  expect(vectors).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('codes that would be computed with are refused', () => {
  const format = { path: 'a.npy', tensors: pair, preprocess: [window(2), halves] };
  expect(() => read({ 'a.npy': codes }, format)).toThrow(
    /^preprocess: holds int8 codes, nothing to preprocess: leave out all but window, or save real values as float32/,
  );
});

test('uint8 is pixels for a uint8 input where they are scaled, else codes', () => {
  const array = writeNpy({ dtype: 'uint8', shape: [1, 1, 2, 1], data: int8(2, 4) });
  const format = { path: 'a.npy', tensors: uint8 };
  expect(read({ 'a.npy': array }, { ...format, preprocess: [resize, halves] }).vectors).toEqual([[2, 4]]);
  expect(() => read({ 'a.npy': array }, { ...format, preprocess: [resize] })).toThrow(/holds uint8 codes/);
});

test('values that are all one code are refused', () => {
  const format = { path: 'a.csv', tensors: pair };
  expect(() => read({ 'a.csv': '0,0.001\n0.3,0.4\n' }, format)).toThrow(
    /its real values lie from 0 to 0\.4, all within one step \(0\.5\) of the model's int8 input: give them in the range/,
  );
  expect(read({ 'a.csv': '0,0.1\n0.3,0.5\n' }, format).vectors).toHaveLength(2);
  expect(read({ 'a.csv': '0.1,0.1\n' }, format).vectors).toEqual([[0, 0]]);
});

test.each<[string, readonly number[], readonly Preprocess[]]>([
  ['without rows', [3, 0, 5], [resize]],
  ['without channels', [3, 28, 28, 0], [{ kind: 'gray' }]],
  ['of a number that no machine counts to', [99999999999999, 0, 5], [resize]],
])('inputs %s are refused rather than taken for zeros', (_, shape, preprocess) => {
  const array = writeNpy({ dtype: 'float32', shape, data: float() });
  const format = { path: 'a.npy', tensors: pair, preprocess };
  expect(() => read({ 'a.npy': array }, format)).toThrow(/preprocess\.0: (resize|gray) gets an empty input \(/);
});

test.each([
  ['a file', { 'a.bin': float(1, 2, 3, Number.NaN) }, 'a.bin', /^inputs: vector 1, element 1 is NaN/],
  [
    'a folder',
    { 'a.bin': float(1, 2), 'b.bin': float(Infinity, 4) },
    '',
    /^inputs: b\.bin: vector 1, element 0 is Infinity/,
  ],
])('raw floats of %s that are not finite are refused', (_, files, path, message) => {
  const floats = [{ ...tensor([1, 2]), type: 'float32' } as const];
  expect(() => read(files, { path, tensors: floats })).toThrow(message);
});
