import { expect, test } from 'vitest';
import { TargetError } from '../errors.ts';
import type { Model, Tensor } from '../model/tflite.ts';
import { fitFirmware, type MlperfWanted } from './mlperf-firmware.ts';

function aTensor(elements: number, overrides: Partial<Tensor> = {}): Tensor {
  const quantization = { scales: [1 / 256], zeroPoints: [-128], axis: 0 };
  return {
    index: 0,
    name: 'tensor',
    shape: [1, elements],
    type: 'int8',
    quantization,
    isVariable: false,
    isSparse: false,
    ...overrides,
  };
}

function wanted(input: Tensor, output: Tensor, modelId?: string): MlperfWanted {
  const model = { tensors: [input, output], inputs: [0], outputs: [1] } as unknown as Model;
  return { model, target: 'board', ...(modelId !== undefined && { modelId }) };
}

test('keywords are sent as their codes', () => {
  const fit = fitFirmware({ modelId: 'kws01' }, wanted(aTensor(490), aTensor(12)));
  expect([fit.results, fit.isPlain]).toEqual([12, true]);
  expect(fit.encode(Uint8Array.of(0, 128, 255))).toEqual(Uint8Array.of(0, 128, 255));
});

test.each(['ic01', 'ic02'])('pixels of %s are sent as uint8, of which the firmware takes 128', modelId => {
  const fit = fitFirmware({ modelId }, wanted(aTensor(3072), aTensor(10)));
  expect([...new Int8Array(fit.encode(new Uint8Array(Int8Array.of(-128, 0, 127))))]).toEqual([0, -128, -1]);
});

test('a model of uint8 pixels takes them as they are', () => {
  const fit = fitFirmware({ modelId: 'vww01' }, wanted(aTensor(27_648, { type: 'uint8' }), aTensor(2)));
  expect(fit.encode(Uint8Array.of(0, 255))).toEqual(Uint8Array.of(0, 255));
});

test('firmware for windows of sound quantizes real values itself, and prints a score', () => {
  const fit = fitFirmware({ modelId: 'ad01' }, wanted(aTensor(640), aTensor(640)));
  expect([fit.results, fit.isPlain, fit.takesReals]).toEqual([1, false, true]);
});

test('a model of its own is taken by the name that the suite gives it, in its own codes', () => {
  const fit = fitFirmware({ modelId: 'mine' }, wanted(aTensor(64), aTensor(1), 'mine'));
  expect(fit.results).toBe(1);
  expect(fit.encode(Uint8Array.of(7))).toEqual(Uint8Array.of(7));
});

test.each([
  ['ic02', 3072, 10, 'ic01', /the firmware's model is "ic02", the suite wants "ic01"/],
  ['kws01', 490, 10, undefined, /"kws01" \(490 input bytes, 12 results\), the suite's has 490 input bytes, 10 results/],
  ['ad01', 490, 490, undefined, /"ad01" \(2560 input bytes, 1 result\), the suite's has 1960 input bytes, 1 result/],
  ['sww01', 1200, 3, undefined, /say so: firmware: \{ board: \{ modelId: sww01 \} \}/],
])('firmware of %s for %i inputs and %i outputs is refused with both', (modelId, inputs, outputs, suiteId, reason) => {
  const fit = () => fitFirmware({ modelId }, wanted(aTensor(inputs), aTensor(outputs), suiteId));
  expect(fit).toThrow(TargetError);
  expect(fit).toThrow(reason);
});

test.each([
  ['below zero', [-100], false],
  ['from zero on', [-128], true],
])('a score that may be %s is plain: %s', (_what, zeroPoints, is) => {
  const output = aTensor(12, { quantization: { scales: [1 / 256], zeroPoints, axis: 0 } });
  expect(fitFirmware({ modelId: 'kws01' }, wanted(aTensor(490), output)).isPlain).toBe(is);
});
