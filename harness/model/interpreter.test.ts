import { expect, test } from 'vitest';
import { ModelError } from '../errors.ts';
import { type WrittenModel, writeModel } from '../fixtures/tflite.ts';
import { createInterpreter } from './interpreter.ts';
import { readModel } from './tflite.ts';

const code = { ADD: 0, FULLY_CONNECTED: 9, RESHAPE: 22, CUSTOM: 32, SVDF: 27, LSTM: 16, CONV_2D: 3 };
const int16 = 7;
const float32 = 0;
const int4 = 17;

/** One operator from tensor 0 to tensor 1. */
const oneOperator = { tensors: [{ shape: [2, 3] }, { shape: [6] }], inputs: [0], outputs: [1] };

test('runs an operator and gives arrays of its own', () => {
  const interpreter = interpreterOf({ ...oneOperator, operators: [{ code: code.RESHAPE, inputs: [0], outputs: [1] }] });
  const [first] = interpreter.invoke([Int8Array.of(1, 2, 3, 4, 5, 6)]);
  interpreter.invoke([new Int8Array(6)]);
  expect([...first]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(interpreter.outputs[0].shape).toEqual([6]);
});

test('names every operator without a kernel in one error', () => {
  const model = {
    tensors: [{ shape: [4] }, { shape: [4] }, { shape: [4] }, { shape: [4] }],
    operators: [
      { code: code.LSTM, inputs: [0], outputs: [1] },
      { code: code.CUSTOM, custom: 'MyFilter', inputs: [1], outputs: [2] },
      { code: code.LSTM, inputs: [2], outputs: [3] },
    ],
    inputs: [0],
    outputs: [3],
  };
  expect(() => interpreterOf(model)).toThrow(/no kernel for LSTM \(operator 0, 2\); MyFilter \(operator 1\)\n {2}→ /);
});

test('a custom operator is not taken for the builtin one whose name it bears', () => {
  const custom = { code: code.CUSTOM, custom: 'RESHAPE', inputs: [0], outputs: [1] };
  expect(() => interpreterOf({ ...oneOperator, operators: [custom] })).toThrow(/no kernel for RESHAPE/);
});

test.each([
  ['int16 activations', { input: int16, weights: 9, output: int16 }, 'int16 input'],
  ['int4 weights', { input: 9, weights: int4, output: 9 }, 'int4 values'],
  [
    'computed int8 weights of a float32 layer',
    { input: float32, weights: 9, output: float32 },
    'int8 where float32 is needed',
  ],
])('%s are refused with operator and type', (_name, types, named) => {
  const model = {
    tensors: [
      { shape: [1, 4], type: types.input },
      { shape: [2, 4], type: types.weights },
      { shape: [1, 2], type: types.output },
    ],
    operators: [{ code: code.FULLY_CONNECTED, inputs: [0, 1, -1], outputs: [2] }],
    inputs: [0, 1],
    outputs: [2],
  };
  expect(() => interpreterOf(model)).toThrow(ModelError);
  expect(() => interpreterOf(model)).toThrow(
    new RegExp(`no kernel for FULLY_CONNECTED with ${named} \\(operator 0\\)`),
  );
});

test('weights that are an input are read anew at each inference', () => {
  const interpreter = interpreterOf({
    tensors: [
      { shape: [1, 2], scales: [1] },
      { shape: [1, 2], scales: [1] },
      { shape: [1, 1], scales: [1] },
    ],
    operators: [{ code: code.FULLY_CONNECTED, inputs: [0, 1, -1], outputs: [2] }],
    inputs: [0, 1],
    outputs: [2],
  });
  const products = [
    [1, 2],
    [3, 4],
  ].map(weights => interpreter.invoke([Int8Array.of(10, 5), Int8Array.from(weights)])[0][0]);
  expect(products).toEqual([20, 50]);
});

test('long sums stay exact, where two weights share one multiplication', () => {
  const depth = 5000;
  const weights = Int8Array.from({ length: 3 * depth }, (_, index) =>
    index < depth ? 127 : index < 2 * depth ? -128 : 1,
  );
  const interpreter = interpreterOf({
    tensors: [
      { shape: [1, depth], scales: [1], zeroPoint: 0 },
      { shape: [3, depth], scales: [2 ** -20], data: new Uint8Array(weights.buffer) },
      { shape: [1, 3], scales: [1] },
    ],
    operators: [{ code: code.FULLY_CONNECTED, inputs: [0, 1, -1], outputs: [2] }],
    inputs: [0],
    outputs: [2],
  });
  const [sums] = interpreter.invoke([new Int8Array(depth).fill(-128)]);
  const real = [127, -128, 1].map(weight => Math.round((depth * -128 * weight) / 2 ** 20));
  expect([...sums]).toEqual(real);
});

test('an input of another type or size is refused with what is wanted', () => {
  const interpreter = interpreterOf({ ...oneOperator, operators: [{ code: code.RESHAPE, inputs: [0], outputs: [1] }] });
  expect(() => interpreter.invoke([new Int8Array(5)])).toThrow(
    /input 0 got Int8Array of 5 .*\n.*int8 \[2, 3\], 6 elements/,
  );
  expect(() => interpreter.invoke([new Float32Array(6)])).toThrow(ModelError);
  expect(() => interpreter.invoke([])).toThrow(/0 inputs given for 1/);
});

test('operators out of order, in a cycle or writing twice are refused', () => {
  const tensors = [{ shape: [4] }, { shape: [4] }, { shape: [4] }];
  const graph = (...operators: ReturnType<typeof reshape>[]) => ({ tensors, operators, inputs: [0], outputs: [2] });
  expect(() => interpreterOf(graph(reshape(1, 2), reshape(0, 1)))).toThrow(/operator 0 RESHAPE reads tensor 1 before/);
  expect(() => interpreterOf(graph(reshape(0, 2), reshape(2, 2)))).toThrow(/operator 1 RESHAPE overwrites tensor 2/);
  expect(() => interpreterOf(graph(reshape(0, 1)))).toThrow(/nothing writes its output, tensor 2/);
});

test('activations beyond the limit are refused before memory is taken', () => {
  const tensors = [{ shape: [1 << 28] }, { shape: [1 << 28] }];
  const model = { tensors, operators: [{ code: code.RESHAPE, inputs: [0], outputs: [1] }], inputs: [0], outputs: [1] };
  expect(() => interpreterOf(model)).toThrow(/its activations take \d+ bytes/);
});

function reshape(from: number, to: number) {
  return { code: code.RESHAPE, inputs: [from], outputs: [to] };
}

function interpreterOf(model: WrittenModel) {
  return createInterpreter(readModel(writeModel(model), 'test.tflite'), 'test.tflite');
}
