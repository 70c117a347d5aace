import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Tensor } from '../model/tflite.ts';
import type { Preprocess } from '../suite/suite.ts';
import type { Fail } from './fail.ts';
import { writeNpy } from './formats/npy.ts';
import { readVectors } from './read.ts';

const folder = mkdtempSync(join(tmpdir(), 'tickmark-vectors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fail: Fail = (what, fix) => new Error(`${what}: ${fix}`);
const input: Tensor = {
  index: 0,
  name: 'input',
  shape: [1, 2, 1],
  type: 'int8',
  quantization: { scales: [0.5], zeroPoints: [1], axis: 0 },
  isVariable: false,
  isSparse: false,
};
const pixels: Preprocess = { kind: 'scale', from: [0, 255], to: [0, 51] };

function read(
  name: string,
  content: Uint8Array,
  tensors: readonly Tensor[] = [input],
  preprocess: readonly Preprocess[] = [],
) {
  writeFileSync(join(folder, name), content);
  return readVectors({ path: join(folder, name), tensors, preprocess }, fail).vectors.map(vector => [...vector]);
}

const arrays = { int8: Int8Array, uint8: Uint8Array, float32: Float32Array, float64: Float64Array };

function npy(dtype: keyof typeof arrays, shape: readonly number[], values: ArrayLike<number>): Uint8Array {
  const { buffer } = new arrays[dtype](Array.from(values));
  return writeNpy({ dtype, shape, data: new Uint8Array(buffer) });
}

const codes = (...values: number[]) => [...new Uint8Array(Int8Array.from(values).buffer)];

test('raw bytes are cut into vectors as they are', () => {
  expect(read('a.bin', Uint8Array.from([1, 2, 3, 4]))).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('raw vectors of a model with several inputs hold all of them end to end', () => {
  const second: Tensor = { ...input, index: 1, shape: [1], type: 'float32' };
  expect(read('two.bin', new Uint8Array(12), [input, second])).toHaveLength(2);
});

test('raw bytes that are no whole vectors are refused with both sizes', () => {
  expect(() => read('odd.bin', new Uint8Array(5))).toThrow(
    /has 5 bytes: 1 more than whole vectors of 2 bytes: give whole vectors of int8 \[1, 2, 1\]/,
  );
  expect(() => read('none.bin', new Uint8Array(0))).toThrow(/holds no vector/);
});

test.each([[[2, 2]], [[2, 2, 1]], [[2, 1, 2, 1]]])(
  "a .npy of shape %j in the tensor's type is taken as codes",
  shape => {
    expect(read('codes.npy', npy('int8', shape, [-128, 127, 0, 1]))).toEqual([codes(-128, 127), codes(0, 1)]);
  },
);

test('real values are quantized, halves away from zero, saturated', () => {
  const reals = [0.25, -0.25, 0.2499, 1000, -1000, -0.75];
  const expected = [codes(2, 0), codes(1, 127), codes(-128, -1)]; // round(r / 0.5) + 1
  expect(read('r32.npy', npy('float32', [3, 2], reals))).toEqual(expected);
  expect(read('r64.npy', npy('float64', [3, 2], reals))).toEqual(expected);
});

test('preprocessing maps integers and reals before quantization, its steps in order', () => {
  expect(read('p.npy', npy('uint8', [1, 2], [0, 255]), [input], [pixels])).toEqual([codes(1, 103)]);
  const shifted: Preprocess = { kind: 'scale', from: [0, 1], to: [1, 2] };
  expect(read('p.npy', npy('uint8', [1, 2], [0, 255]), [input], [pixels, shifted])).toEqual([codes(3, 105)]);
});

test('a float32 input takes real values unquantized', () => {
  const { quantization: _, ...plain } = input;
  const vectors = read('f.npy', npy('float64', [1, 2], [0.1, -2]), [{ ...plain, type: 'float32' }]);
  expect(vectors).toEqual([[...new Uint8Array(Float32Array.from([0.1, -2]).buffer)]]);
});

test.each<[string, () => unknown, RegExp]>([
  [
    'another shape',
    () => read('s.npy', npy('int8', [3, 1], [1, 2, 3])),
    /has the shape \(3, 1\), and the model's input is \[1, 2, 1\]: save an array of shape \(count, 2, 1\)/,
  ],
  ['a vector without the count', () => read('s.npy', npy('int8', [2], [1, 2])), /\(2,\).*\(count, 2, 1\)/],
  [
    'integers of another type',
    () => read('s.npy', npy('uint8', [1, 2], [1, 2])),
    /holds uint8, and the model's input is int8.*preprocess/,
  ],
  ['NaN', () => read('s.npy', npy('float32', [2, 2], [1, 2, 3, Number.NaN])), /vector 1, element 1 is NaN/],
  [
    'infinity',
    () => read('s.npy', npy('float64', [1, 2], [Number.POSITIVE_INFINITY, 2])),
    /vector 0, element 0 is Infinity/,
  ],
  [
    'NaN in a float32 input',
    () => read('s.npy', npy('float32', [1, 2], [0, Number.NaN]), [{ ...input, type: 'float32' }]),
    /vector 0, element 1 is NaN/,
  ],
  [
    'a .npy for several inputs',
    () => read('s.npy', npy('int8', [1, 2], [1, 2]), [input, input]),
    /model has 2 inputs: give a \.npz/,
  ],
  ['preprocessing of raw bytes', () => read('s.bin', new Uint8Array(2), [input], [pixels]), /nothing to preprocess/],
  ['an archive that is none', () => read('s.npz', new Uint8Array(2)), /damaged archive/],
  ['a .npy that is none', () => read('s.npy', new Uint8Array(2)), /no \.npy/],
  [
    'reals for a type without quantization',
    () => read('s.npy', npy('float32', [1, 2], [0, 1]), [{ ...input, type: 'bool' }]),
    /cannot become bool/,
  ],
  ['no file', () => readVectors({ path: join(folder, 'nowhere'), tensors: [input] }, fail), /cannot be read/],
])('%s is refused with what to give', (_, reading, message) => {
  expect(reading).toThrow(message);
});
