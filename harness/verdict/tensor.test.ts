import { expect, test } from 'vitest';
import { bytesOf, codesOf, lsbsOf, partsOf, type TensorSpec, valuesOf } from './tensor.ts';

const spec = (overrides: Partial<TensorSpec>): TensorSpec => ({
  name: 'output',
  type: 'int8',
  elements: 1,
  scale: 1,
  zeroPoint: 0,
  ...overrides,
});

test('int8 bytes above 127 are negative codes', () => {
  expect([...codesOf(Uint8Array.of(0, 127, 128, 255), 'int8')]).toEqual([0, 127, -128, -1]);
});

test('bytes that are not aligned, as those out of a base64 buffer, are read all the same', () => {
  const bytes = Uint8Array.of(9, 1, 0, 0, 0).subarray(1);
  expect([...codesOf(bytes, 'int32')]).toEqual([1]);
});

test('values are (code - zero point) x scale', () => {
  expect(valuesOf(Uint8Array.of(128, 82), spec({ elements: 2, scale: 1 / 256, zeroPoint: -128 }))).toEqual([
    0,
    210 / 256,
  ]);
});

test('tensors lie end to end, each as long as its elements', () => {
  const tensors = [spec({ elements: 2 }), spec({ type: 'float32', elements: 1 })];
  expect(tensors.map(bytesOf)).toEqual([2, 4]);
  expect(partsOf(Uint8Array.of(1, 2, 3, 4, 5, 6), tensors).map(part => [...part])).toEqual([
    [1, 2],
    [3, 4, 5, 6],
  ]);
});

function floatDistance(a: number, b: number): number {
  const [x = 0, y = 0] = Array.from(lsbsOf(new Uint8Array(Float32Array.of(a, b).buffer), 'float32'));
  return Math.abs(x - y);
}

test('floats that are neighbours are 1 apart, across zero as well', () => {
  expect(floatDistance(1, 1 + 2 ** -23)).toBe(1);
  expect(floatDistance(-1, -1 - 2 ** -23)).toBe(1);
  expect(floatDistance(0, -0)).toBe(0);
  expect(floatDistance(2 ** -149, -(2 ** -149))).toBe(2);
});
