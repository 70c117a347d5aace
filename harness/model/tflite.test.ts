import { expect, test } from 'vitest';
import { ModelError } from '../errors.ts';
import { writeModel } from '../fixtures/tflite.ts';
import { modelFacts } from './facts.ts';
import { createInterpreter } from './interpreter.ts';
import { readModel } from './tflite.ts';

const small = writeModel({
  tensors: [
    { shape: [1, 4], zeroPoint: -3 },
    { shape: [2, 4], scales: [0.25], data: Uint8Array.from([1, 2, 3, 4, 255, 254, 253, 252]) },
    { shape: [1, 2] },
  ],
  operators: [{ code: 9, inputs: [0, 1, -1], outputs: [2], options: { 0: { int8: 1 } } }],
  inputs: [0],
  outputs: [2],
});

test('reads tensors, constants, quantization and operators with their options', () => {
  const model = readModel(small, 'small.tflite');
  expect(model.bytes).toBe(small.length);
  expect(model.description).toBe('written by a test');
  expect(model.tensors[0]).toEqual({
    index: 0,
    name: 't0',
    shape: [1, 4],
    type: 'int8',
    isVariable: false,
    isSparse: false,
    quantization: { scales: [0.5], zeroPoints: [-3], axis: 0 },
  });
  expect([...(model.tensors[1].data ?? [])]).toEqual([1, 2, 3, 4, 255, 254, 253, 252]);
  expect(model.operators[0]).toMatchObject({ name: 'FULLY_CONNECTED', code: 9, version: 1, inputs: [0, 1, -1] });
  expect(model.operators[0].options.int8(0)).toBe(1);
  expect(model.operators[0].options.int32(5, 42)).toBe(42);
});

test('a file cut short at any byte is a ModelError with its name', () => {
  for (let length = 0; length < small.length; length++) {
    const cut = small.subarray(0, length);
    expect(() => readModel(cut, 'small.tflite'), `${length} bytes`).toThrow(/^small\.tflite: .*\n {2}→ /);
    expect(() => readModel(cut, 'small.tflite')).toThrow(ModelError);
  }
});

test.each([0xffffffff, 0x80000000, 0x7fffffff, 0x40000000])(
  '%i in place of any four bytes, lengths and offsets among them, is a located ModelError or changes no structure',
  huge => {
    const start = performance.now();
    const before = process.memoryUsage().rss;
    let refused = 0;
    for (let at = 0; at + 4 <= small.length; at++) {
      const bytes = Uint8Array.from(small);
      new DataView(bytes.buffer).setUint32(at, huge, true);
      const error = errorOf(() => {
        const model = readModel(bytes, 'small.tflite');
        modelFacts(model);
        createInterpreter(model, 'small.tflite');
      });
      if (!error) continue;
      refused++;
      expect(error, `at byte ${at}`).toBeInstanceOf(ModelError);
      expect(error, `at byte ${at}`).toMatchObject({ where: expect.stringMatching(/^small\.tflite/) });
    }
    expect(refused).toBeGreaterThan(small.length / 2);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  },
);

test('another kind of file is told from a damaged one', () => {
  const zip = Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0]);
  expect(() => readModel(zip, 'model.zip')).toThrow(/no TensorFlow Lite model: bytes 4 to 7/);
  expect(() => readModel(new TextEncoder().encode('suite: a text file'), 'suite.yaml')).toThrow(/not "TFL3"/);
});

test('a tensor whose constant does not fill its shape is refused with both sizes', () => {
  const bytes = writeModel({
    tensors: [{ shape: [3], data: new Uint8Array(4) }],
    operators: [],
    inputs: [],
    outputs: [],
  });
  expect(() => readModel(bytes, 'a')).toThrow(/tensor 0 holds 4 bytes, and int8 \[3\] takes 3/);
});

test('indexes past the tensors are refused', () => {
  const tensors = [{ shape: [1] }, { shape: [1] }];
  const with_ = (inputs: number[], outputs: number[]) =>
    writeModel({ tensors, operators: [{ code: 22, inputs, outputs }], inputs: [0], outputs: [1] });
  expect(() => readModel(with_([2], [1]), 'a')).toThrow(/operator 0 RESHAPE reads what is no tensor/);
  expect(() => readModel(with_([0], [-1]), 'a')).toThrow(/operator 0 RESHAPE writes what is no tensor/);
});

function errorOf(run: () => void): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}
