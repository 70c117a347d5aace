import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataDir, noData } from '../fixtures/data.ts';
import { writeModel } from '../fixtures/tflite.ts';
import { modelFacts } from './facts.ts';
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

test('the arena estimate keeps what lives at the same time side by side, plus bookkeeping', () => {
  // 32 in and 128 out of the convolution live together; the 16 of the result take the place of the input.
  const bookkeeping = 8 * 8 + 12 * 5 + 92 * 2 + 500;
  expect(modelFacts(readModel(twoLayers, 'a')).arenaEstimateBytes).toBe(32 + 128 + bookkeeping);
});

describe.skipIf(!dataDir)(`real models (${dataDir ?? noData})`, () => {
  test.each([
    // MACs and share of zeros as published for MLPerf Tiny; the arena as measured on a Cortex-M4.
    ['kws01/kws_ref_model.tflite', { macs: 2656768, zeroShare: 0.0076, arenaBytes: 22772 }],
    ['golden/str_ww_ref_model.tflite', { macs: 826368, zeroShare: 0.0078, arenaBytes: 15252 }],
  ])('%s: MACs, zeros and an arena within 1 %% of the measured one', (name, { macs, zeroShare, arenaBytes }) => {
    const facts = modelFacts(readModel(readFileSync(join(dataDir ?? '', name)), name));
    expect(facts.macs).toBe(macs);
    expect(facts.zeroWeights / facts.weightElements).toBeCloseTo(zeroShare, 3);
    expect(Math.abs(facts.arenaEstimateBytes / arenaBytes - 1)).toBeLessThan(0.01);
  });
});
