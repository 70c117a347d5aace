import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataDir, noData } from '../fixtures/data.ts';
import { createInterpreter, type TensorData } from './interpreter.ts';
import { dequantize } from './quantize.ts';
import { elementCount, readModel } from './tflite.ts';

describe.skipIf(!dataDir)(`real models (${dataDir ?? noData})`, () => {
  test.each([
    ['keyword spotting', 'kws01/kws_ref_model.tflite', 'kws01/inputs.i8.bin', 'kws01/expected.i8.bin'],
    ['anomaly detection', 'golden/ad01_int8.tflite', 'golden/ad01_int8.in.bin', 'golden/ad01_int8.out.bin'],
    [
      'streaming wakeword',
      'golden/str_ww_ref_model.tflite',
      'golden/str_ww_ref_model.in.bin',
      'golden/str_ww_ref_model.out.bin',
    ],
  ])('%s gives the bytes of TFLM for every vector', (_name, model, inputs, outputs) => {
    const actual = runAll(model, inputs);
    expect(firstDifference(actual, int8File(outputs))).toBeUndefined();
  });

  test('the float twin of keyword spotting, whose weights are partly int8, classifies 183 of 200, too', () => {
    const name = 'kws01/kws_ref_model_float32.tflite';
    const interpreter = createInterpreter(readModel(readFileSync(join(dataDir ?? '', name)), name), name);
    const codes = int8File('kws01/inputs.i8.bin');
    const hits = labels().filter((label, vector) => {
      const reals = Float32Array.from(codes.subarray(vector * 490, (vector + 1) * 490), code =>
        dequantize(code, { scale: 0.5847029089927673, zeroPoint: 83 }),
      );
      return argMax(interpreter.invoke([reals])[0]) === label;
    });
    expect(hits).toHaveLength(183);
  });

  test('keyword spotting classifies 183 of 200 spoken words', () => {
    const scores = runAll('kws01/kws_ref_model.tflite', 'kws01/inputs.i8.bin');
    const hits = labels().filter((label, vector) => argMax(scores.subarray(vector * 12, vector * 12 + 12)) === label);
    expect(hits).toHaveLength(183);
  });
});

function int8File(name: string): Int8Array {
  return Int8Array.from(readFileSync(join(dataDir ?? '', name)));
}

function labels(): readonly number[] {
  const [, ...lines] = readFileSync(join(dataDir ?? '', 'kws01/labels.csv'), 'utf8')
    .trim()
    .split('\n');
  return lines.map(line => Number(line.split(',')[2]));
}

function runAll(model: string, inputs: string): Int8Array {
  const interpreter = createInterpreter(readModel(readFileSync(join(dataDir ?? '', model)), model), model);
  const [input, output] = [interpreter.inputs[0], interpreter.outputs[0]];
  const given = int8File(inputs);
  const [length, outputLength] = [elementCount(input.shape), elementCount(output.shape)];
  const vectors = given.length / length;
  const results = new Int8Array(vectors * outputLength);
  for (let vector = 0; vector < vectors; vector++) {
    const [result] = interpreter.invoke([given.slice(vector * length, (vector + 1) * length)]);
    results.set(result ?? [], vector * outputLength);
  }
  return results;
}

function firstDifference(actual: Int8Array, expected: Int8Array): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} elements, not ${expected.length}`;
  const index = expected.findIndex((code, at) => code !== actual[at]);
  return index < 0 ? undefined : `element ${index}: ${actual[index]}, not ${expected[index]}`;
}

function argMax(scores: TensorData): number {
  return scores.indexOf(Math.max(...scores));
}
