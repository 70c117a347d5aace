import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ModelError } from '../errors.ts';
import { createInterpreter } from '../model/interpreter.ts';
import { dequantize } from '../model/quantize.ts';
import { type Model, readModel } from '../model/tflite.ts';
import { computeReference } from './reference.ts';

function modelNamed(name: string): Model {
  return readModel(readFileSync(new URL(`../../suites/vibration-anomaly/${name}`, import.meta.url)), name);
}

const model = modelNamed('anomaly_int8.tflite');
const twin = modelNamed('anomaly_float.tflite');

/** Three inputs of 64 × 3 codes: silence, and two slow waves. */
const codes = [0, 20, 50].map(amplitude =>
  Int8Array.from({ length: 192 }, (_, index) => Math.round(amplitude * Math.sin(index / 9))),
);
const inputs = codes.map(code => Uint8Array.from(code));

test('the golden is what the interpreter computes from the input bytes, as bytes', () => {
  const interpreter = createInterpreter(model, 'model');
  const expected = codes.map(code => Array.from(interpreter.invoke([code])[0] ?? []));
  const { golden, outputs } = computeReference(model, undefined, inputs);
  expect(golden.map(bytes => [...new Int8Array(Uint8Array.from(bytes).buffer)])).toEqual(expected);
  expect(outputs).toEqual([{ name: outputs[0]?.name, type: 'int8', elements: 1, scale: 1 / 256, zeroPoint: -128 }]);
});

test('the float twin gets the dequantized inputs', () => {
  const { scales = [], zeroPoints = [] } = model.tensors[model.inputs[0] ?? 0]?.quantization ?? {};
  const affine = { scale: scales[0] ?? 0, zeroPoint: zeroPoints[0] ?? 0 };
  const interpreter = createInterpreter(twin, 'twin');
  const expected = codes.map(
    code => interpreter.invoke([Float32Array.from(code, value => dequantize(value, affine))])[0],
  );
  const { float } = computeReference(model, twin, inputs);
  expect(float).toEqual(expected);
});

test('both twins say what they weigh, and the operators what they multiply', () => {
  const { weightBytes, floatWeightBytes = 0, operators } = computeReference(model, twin, []);
  expect(weightBytes).toBeGreaterThan(0);
  expect(floatWeightBytes).toBeGreaterThan(2 * weightBytes);
  expect(operators.map(({ name }) => name)).toEqual(model.operators.map(({ name }) => name));
  expect(operators[0]?.macs).toBeGreaterThan(0);
});

test('without a twin there are no float figures', () => {
  const reference = computeReference(model, undefined, inputs);
  expect(reference).not.toHaveProperty('float');
  expect(reference).not.toHaveProperty('floatWeightBytes');
});

test('a twin that is quantized itself is refused', () => {
  expect(() => computeReference(model, model, inputs)).toThrow(ModelError);
  expect(() => computeReference(model, model, inputs)).toThrow(/float twin: its first output is int8 with 1 elements/);
});
