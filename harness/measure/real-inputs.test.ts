import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readNamed } from '../files.ts';
import { aSuite } from '../fixtures/recordings.ts';
import { quantize } from '../model/quantize.ts';
import { readModel } from '../model/tflite.ts';
import { writeNpy } from '../vectors/formats/npy.ts';
import { loadVectors } from '../vectors/vectors.ts';
import { realInputs } from './real-inputs.ts';

const file = new URL('../../suites/vibration-anomaly/anomaly_int8.tflite', import.meta.url).pathname;
const model = readModel(readNamed(file), file);
const [input] = model.inputs.map(index => model.tensors[index]);
const affine = { scale: input?.quantization?.scales[0] ?? 0, zeroPoint: input?.quantization?.zeroPoints[0] ?? 0 };

const folder = mkdtempSync(join(tmpdir(), 'tickmark-reals-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two vectors in a file, as the suite's model gets them and as they are sent. */
function read(dtype: 'float32' | 'int8', values: Float32Array | Int8Array) {
  const path = join(folder, `${dtype}.npy`);
  writeFileSync(path, writeNpy({ dtype, shape: [2, 64, 1, 3], data: new Uint8Array(values.buffer) }));
  const suite = aSuite({
    model: { file },
    task: { kind: 'binary', threshold: 0.5 },
    vectors: { inputs: path, preprocess: [] },
  });
  const { inputs } = loadVectors(suite, model);
  return {
    inputs,
    sent: realInputs({ suite, model, inputs }).map(bytes => new Float32Array(new Uint8Array(bytes).buffer)),
  };
}

test('real values are sent as the file has them, not as the codes that they become', () => {
  const values = Float32Array.from({ length: 384 }, (_, index) => Math.sin(index));
  const { sent } = read('float32', values);
  expect(sent.map(each => [...each])).toEqual([[...values.subarray(0, 192)], [...values.subarray(192)]]);
});

test('codes are sent as the values that they stand for, which become the codes again', () => {
  const { inputs, sent } = read(
    'int8',
    Int8Array.from({ length: 384 }, (_, index) => (index % 256) - 128),
  );
  const again = sent.map(each => Int8Array.from(each, value => quantize(value, affine, 'int8')));
  expect(again).toEqual(inputs.map(bytes => new Int8Array(bytes)));
});
