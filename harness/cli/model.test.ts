import { expect, test } from 'vitest';
import { writeModel } from '../fixtures/tflite.ts';
import { modelFacts } from '../model/facts.ts';
import { readModel } from '../model/tflite.ts';
import { modelText } from './model.ts';

const facts = modelFacts(
  readModel(
    writeModel({
      tensors: [
        { shape: [1, 96, 96, 3], scales: [0.00392156862745098], zeroPoint: -128 },
        { shape: [8, 3, 3, 3], data: new Uint8Array(216) },
        { shape: [1, 48, 48, 8] },
        { shape: [1, 48, 48, 8] },
      ],
      operators: [
        { code: 3, inputs: [0, 1, -1], outputs: [2] },
        { code: 32, custom: 'long name '.repeat(9), inputs: [2], outputs: [3] },
      ],
      inputs: [0],
      outputs: [3],
    }),
    'model.tflite',
  ),
);

test('names operators, shapes, scales, zero points, MACs, weight bytes and zeros', () => {
  const text = modelText(facts, undefined);
  expect(text).toMatch(/^input +int8 \[1, 96, 96, 3\] +scale 0\.003922 +zero point -128 +t0$/m);
  expect(text).toMatch(/^0 +CONV_2D +int8 \[1, 48, 48, 8\] +0\.5 +0 +497,664 +216 B +100\.00 %$/m);
  expect(text).toMatch(/^arena +≈ .*an estimate for TFLM’s reference kernels, not a measurement$/m);
});

test('keeps to 100 columns', () => {
  const float = { fileBytes: 4e6, weightBytes: 864, fileShare: 0.2512, weightShare: 0.25 };
  const lines = modelText(facts, float).split('\n');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
  expect(lines.join('\n')).toContain('25.0 % of the float twin’s 864 B; 216 weights, 100.00 % of them 0');
});
