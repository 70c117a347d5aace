import { expect, test } from 'vitest';
import { dequantize, quantize } from './quantize.ts';

const half = { scale: 0.5, zeroPoint: 3 };

test('rounds halves away from zero before it adds the zero point', () => {
  expect([0.25, -0.25, 0.75, -0.75, 0.2, 0].map(real => quantize(real, half, 'int8'))).toEqual([4, 2, 5, 1, 3, 3]);
});

test('saturates at the ends of the type', () => {
  expect([1e9, -1e9, Infinity, -Infinity].map(real => quantize(real, half, 'int8'))).toEqual([127, -128, 127, -128]);
  expect([1e9, -1e9].map(real => quantize(real, half, 'uint8'))).toEqual([255, 0]);
  expect([1e9, -1e9].map(real => quantize(real, half, 'int16'))).toEqual([32767, -32768]);
});

test('makes NaN the lowest code, as the firmware does', () => {
  expect([quantize(Number.NaN, half, 'int8'), quantize(Number.NaN, half, 'uint8')]).toEqual([-128, 0]);
});

test('divides in float32, as TFLM does', () => {
  // In float64 this quotient is just below a half; in float32 it is a half.
  const scale = Math.fround(0.1);
  expect(quantize(0.05, { scale, zeroPoint: 0 }, 'int8')).toBe(1);
});

test('dequantize undoes quantize for every code', () => {
  const affine = { scale: Math.fround(0.0371), zeroPoint: -17 };
  for (let code = -128; code < 128; code++) expect(quantize(dequantize(code, affine), affine, 'int8')).toBe(code);
});
