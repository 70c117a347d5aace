import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataDir, noData } from '../fixtures/data.ts';
import { writeModel } from '../fixtures/tflite.ts';
import { modelFacts, twinFacts } from './facts.ts';
import { readModel } from './tflite.ts';

const twoLayers = writeModel({
  tensors: [
    { shape: [1, 4, 4, 2] },
    { shape: [8, 3, 3, 2], data: new Uint8Array(144).fill(1) },
    { shape: [1, 4, 4, 8] },
    { shape: [3, 128], data: new Uint8Array(384) },
    { shape: [1, 3] },
  ],
  operators: [
    { code: 3, inputs: [0, 1, -1], outputs: [2] },
    { code: 9, inputs: [2, 3, -1], outputs: [4] },
  ],
  inputs: [0],
  outputs: [4],
});

test('counts multiply-accumulates, weight bytes and zeros by operator', () => {
  const facts = modelFacts(readModel(twoLayers, 'two-layers.tflite'));
  expect(facts.operators.map(({ name, macs, weightBytes }) => ({ name, macs, weightBytes }))).toEqual([
    { name: 'CONV_2D', macs: 4 * 4 * 8 * 18, weightBytes: 144 },
    { name: 'FULLY_CONNECTED', macs: 384, weightBytes: 384 },
  ]);
  expect(facts).toMatchObject({ macs: 2304 + 384, weightBytes: 528, weightElements: 528, zeroWeights: 384 });
  expect(facts.inputs[0]).toMatchObject({ type: 'int8', shape: [1, 4, 4, 2], scales: [0.5], zeroPoints: [0] });
});

test('counts real zeros by operator, in weights alone', () => {
  const floats = new Uint8Array(Float32Array.of(0, -0, 1, -1, 2 ** -149, 0).buffer);
  const model = writeModel({
    tensors: [
      { shape: [1, 2] },
      { shape: [2, 2], zeroPoint: -3, data: new Uint8Array(Int8Array.of(-3, 0, -3, 1).buffer) },
      { shape: [1, 2] },
      { shape: [2, 2], type: 2, data: new Uint8Array(16) },
      { shape: [3, 2] },
      { shape: [3, 2], type: 0, scales: [], data: floats },
      { shape: [3, 3] },
    ],
    operators: [
      { code: 0, inputs: [0, 1], outputs: [2] },
      { code: 34, inputs: [2, 3], outputs: [4] },
      { code: 9, inputs: [4, 5, -1], outputs: [6] },
    ],
    inputs: [0],
    outputs: [6],
  });
  const { operators, zeroWeights, weightElements } = modelFacts(readModel(model, 'zeros.tflite'));
  expect(operators.map(operator => `${operator.zeroWeights} of ${operator.weightElements}`)).toEqual([
    '2 of 4', // codes at the zero point
    '0 of 0', // paddings are no weights
    '3 of 6', // −0 is a zero, a subnormal is none
  ]);
  expect([zeroWeights, weightElements]).toEqual([5, 10]);
});

test('sets sizes against the float twin, and refuses what is none', () => {
  const facts = modelFacts(readModel(twoLayers, 'a'));
  const twin = { ...facts, fileBytes: 4 * facts.fileBytes, weightBytes: 4 * 528 };
  expect(twinFacts(facts, twin, 'float.tflite')).toEqual({
    fileBytes: twin.fileBytes,
    weightBytes: 2112,
    fileShare: 0.25,
    weightShare: 0.25,
  });
  const other = { ...twin, outputs: facts.inputs };
  expect(() => twinFacts(facts, other, 'float.tflite')).toThrow(
    /^float\.tflite: no twin of this model: its outputs are \[1, 4, 4, 2\], not \[1, 3\]/,
  );
});

test('the arena estimate keeps what lives at the same time side by side, plus bookkeeping', () => {
  // 32 in and 128 out of the convolution live together; the 16 of the result take the place of the input.
  const kept = 94 + 8 * 8 + 56; // the convolution's, 8 of its bytes a channel, and the fully connected layer's
  const bookkeeping = 256 + 12 * 5 + 32 * 2 + kept;
  expect(modelFacts(readModel(twoLayers, 'a')).arenaEstimateBytes).toBe(32 + 128 + bookkeeping);
});

describe.skipIf(!dataDir)(`real models (${dataDir ?? noData})`, () => {
  test.each([
    // MACs and share of zeros as published for MLPerf Tiny; the arena as TFLM reported it on an emulated Cortex-M4.
    ['kws01/kws_ref_model.tflite', { macs: 2656768, zeroShare: 0.0076, arenaBytes: 22772 }],
    ['golden/str_ww_ref_model.tflite', { macs: 826368, zeroShare: 0.0078, arenaBytes: 15252 }],
    ['golden/ad01_int8.tflite', { macs: 264192, zeroShare: 0.0927, arenaBytes: 2260 }],
  ])('%s: MACs, zeros and an arena within 1 %% of the measured one', (name, { macs, zeroShare, arenaBytes }) => {
    const facts = modelFacts(readModel(readFileSync(join(dataDir ?? '', name)), name));
    expect(facts.macs).toBe(macs);
    expect(facts.zeroWeights / facts.weightElements).toBeCloseTo(zeroShare, 3);
    expect(Math.abs(facts.arenaEstimateBytes / arenaBytes - 1)).toBeLessThan(0.01);
  });
});
