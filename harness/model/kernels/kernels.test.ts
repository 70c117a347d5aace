import { expect, test } from 'vitest';
import { type WrittenModel, writeModel } from '../../fixtures/tflite.ts';
import { createInterpreter } from '../interpreter.ts';
import { readModel } from '../tflite.ts';

/** Small cases worked out by hand; the many configurations are checked against TFLM in ops.test.ts. */

const whole = { scales: [1] };
const constant = (...codes: number[]) => new Uint8Array(Int8Array.from(codes).buffer);

test('a convolution counts SAME padding as real zeros, not as code 0', () => {
  const conv = { code: 3, inputs: [0, 1, -1], outputs: [2], options: { 1: { int32: 1 }, 2: { int32: 1 } } };
  const outputs = run(
    {
      tensors: [
        { shape: [1, 2, 2, 1], ...whole, zeroPoint: 10 },
        { shape: [1, 3, 3, 1], ...whole, data: constant(1, 1, 1, 1, 1, 1, 1, 1, 1) },
        { shape: [1, 2, 2, 1], ...whole },
      ],
      operators: [conv],
      inputs: [0],
      outputs: [2],
    },
    [11, 12, 13, 14],
  );
  expect(outputs).toEqual([10, 10, 10, 10]);
});

test('a convolution in two groups keeps their channels apart', () => {
  const conv = { code: 3, inputs: [0, 1, -1], outputs: [2], options: { 1: { int32: 1 }, 2: { int32: 1 } } };
  const outputs = run(
    {
      tensors: [
        { shape: [1, 1, 1, 4], ...whole },
        { shape: [2, 1, 1, 2], ...whole, data: constant(1, 2, 3, 4) },
        { shape: [1, 1, 1, 2], ...whole },
      ],
      operators: [conv],
      inputs: [0],
      outputs: [2],
    },
    [1, 2, 3, 4],
  );
  expect(outputs).toEqual([1 * 1 + 2 * 2, 3 * 3 + 4 * 4]);
});

test('an average pool rounds halves away from zero', () => {
  const options = { 0: { int8: 1 }, 1: { int32: 2 }, 2: { int32: 1 }, 3: { int32: 2 }, 4: { int32: 1 } };
  const tensors = [
    { shape: [1, 1, 4, 1], ...whole },
    { shape: [1, 1, 2, 1], ...whole },
  ];
  const pool = { tensors, operators: [{ code: 1, inputs: [0], outputs: [1], options }], inputs: [0], outputs: [1] };
  expect(run(pool, [1, 2, -1, -2])).toEqual([2, -2]);
});

test('a softmax of equals gives each its share', () => {
  const tensors = [{ shape: [1, 4] }, { shape: [1, 4], scales: [1 / 256], zeroPoint: -128 }];
  const softmax = { code: 25, inputs: [0], outputs: [1], options: { 0: { float32: 1 } } };
  expect(run({ tensors, operators: [softmax], inputs: [0], outputs: [1] }, [7, 7, 7, 7])).toEqual([-64, -64, -64, -64]);
});

test('an addition rescales each operand and saturates', () => {
  const tensors = [
    { shape: [3], scales: [2] },
    { shape: [3], scales: [1], data: constant(1, 2, 3) },
    { shape: [3], scales: [1] },
  ];
  const add = { tensors, operators: [{ code: 0, inputs: [0, 1], outputs: [2] }], inputs: [0], outputs: [2] };
  expect(run(add, [1, -5, 100])).toEqual([3, -8, 127]);
});

test('a softmax over more classes than TFLM can sum is refused, not wrapped', () => {
  const classes = 4096;
  const tensors = [{ shape: [1, classes] }, { shape: [1, classes], scales: [1 / 256], zeroPoint: -128 }];
  const softmax = { code: 25, inputs: [0], outputs: [1], options: { 0: { float32: 1 } } };
  const model = { tensors, operators: [softmax], inputs: [0], outputs: [1] };
  expect(() =>
    run(
      model,
      Array.from({ length: classes }, () => 0),
    ),
  ).toThrow(/SOFTMAX overflows/);
});

function run(model: WrittenModel, codes: readonly number[]): number[] {
  const interpreter = createInterpreter(readModel(writeModel(model), 'test.tflite'), 'test.tflite');
  return [...interpreter.invoke([Int8Array.from(codes)])[0]];
}
