import { expect, test } from 'vitest';
import { type WrittenModel, writeModel } from '../../fixtures/tflite.ts';
import { createInterpreter, type TensorData } from '../interpreter.ts';
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

test('a hard swish with a far coarser output keeps only the sign, as 16-bit rounding does in TFLM', () => {
  // 2^-7 / 128 / 16 = 2^-18: from 2^-16 on the rounding's mask overflows, and 0 counts as positive.
  const tensors = [
    { shape: [3], scales: [1 / 128] },
    { shape: [3], scales: [16], zeroPoint: 5 },
  ];
  const hardSwish = { tensors, operators: [{ code: 117, inputs: [0], outputs: [1] }], inputs: [0], outputs: [1] };
  expect(run(hardSwish, [-128, 0, 127])).toEqual([5 - 1, 5 + 1, 5 + 1]);
});

test('a pool to another quantization is refused, because TFLM would refuse it and it rescales nothing', () => {
  const options = { 0: { int8: 1 }, 1: { int32: 1 }, 2: { int32: 1 }, 3: { int32: 1 }, 4: { int32: 1 } };
  const tensors = [
    { shape: [1, 1, 1, 1], scales: [0.5] },
    { shape: [1, 1, 1, 1], scales: [0.25] },
  ];
  const pool = { tensors, operators: [{ code: 17, inputs: [0], outputs: [1], options }], inputs: [0], outputs: [1] };
  expect(() => run(pool, [1])).toThrow(/MAX_POOL_2D with an output quantized unlike its input/);
});

test('a strided slice of 5 dimensions is refused, as in TFLM', () => {
  const zeros = { shape: [5], type: 2, data: new Uint8Array(20) };
  const ones = { shape: [5], type: 2, data: new Uint8Array(new Int32Array(5).fill(1).buffer) };
  const tensors = [{ shape: [1, 1, 1, 1, 1] }, zeros, ones, ones, { shape: [1, 1, 1, 1, 1] }];
  const slice = { tensors, operators: [{ code: 45, inputs: [0, 1, 2, 3], outputs: [4] }], inputs: [0], outputs: [4] };
  expect(() => run(slice, [1])).toThrow(/STRIDED_SLICE with more than 4 dimensions/);
});

test.each([
  [34, 'PAD'],
  [39, 'TRANSPOSE'],
])('operator %i, %s, of 6 dimensions is refused, as in TFLM', (code, name) => {
  const six = { shape: [1, 1, 1, 1, 1, 1] };
  const tensors = [six, { shape: [6], type: 2, data: new Uint8Array(24) }, six];
  const model = { tensors, operators: [{ code, inputs: [0, 1], outputs: [2] }], inputs: [0], outputs: [2] };
  expect(() => run(model, [1])).toThrow(`${name} with more than 5 dimensions`);
});

test('an SVDF without a bias is refused, because TFLM reads the bias all the same', () => {
  const tensors = [
    { shape: [1, 1] },
    { shape: [1, 1], data: constant(1) },
    { shape: [1, 1], data: constant(1) },
    { shape: [1, 1], isVariable: true },
    { shape: [1, 1] },
  ];
  const options = { 0: { int32: 1 } };
  const operators = [{ code: 27, inputs: [0, 1, 2, -1, 3], outputs: [4], options }];
  expect(() => run({ tensors, operators, inputs: [0], outputs: [4] }, [1])).toThrow(/SVDF with no bias/);
});

// 127 / 256 is rounded twice: to 64 / 128, then to 1.
test.each([
  ['int16 to int8, halves away from zero and saturated', 7, 9, [384, -384, 127, 32767], [2, -2, 1, 127]],
  ['int16 to int32', 7, 2, [384, -384, 127, 32767], [2, -2, 1, 128]],
  ['int32 to int16, saturated', 2, 7, [128, 2 ** 24], [1, 32767]],
])('QUANTIZE rescales by 1/256 from %s', (_title, from, to, codes, expected) => {
  const shape = [codes.length];
  const tensors = [
    { shape, type: from, scales: [1 / 256] },
    { shape, type: to, scales: [1] },
  ];
  const model = { tensors, operators: [{ code: 114, inputs: [0], outputs: [1] }], inputs: [0], outputs: [1] };
  expect(runWith(model, from === 7 ? Int16Array.from(codes) : Int32Array.from(codes))).toEqual(expected);
});

function run(model: WrittenModel, codes: readonly number[]): number[] {
  return runWith(model, Int8Array.from(codes));
}

function runWith(model: WrittenModel, input: TensorData): number[] {
  const interpreter = createInterpreter(readModel(writeModel(model), 'test.tflite'), 'test.tflite');
  return [...interpreter.invoke([input])[0]];
}
