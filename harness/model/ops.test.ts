import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dataDir, noData } from '../fixtures/data.ts';
import { createInterpreter, type TensorData } from './interpreter.ts';
import { readModel } from './tflite.ts';

interface Stretch {
  readonly offset: number;
  readonly bytes: number;
}

interface Vectors extends Stretch {
  readonly dtype: keyof typeof arrays;
}

/** One entry of the index of single-operator models. */
interface OperatorCase {
  readonly op: string;
  readonly case: number;
  readonly note: string;
  readonly model: Stretch;
  readonly input: Vectors;
  readonly output: Vectors;
  readonly count: number;
}

const arrays = { int8: Int8Array, uint8: Uint8Array, int32: Int32Array, float32: Float32Array };
const cases = dataDir ? readIndex(join(dataDir, 'ops', 'index.json')) : [];
const groups = [...new Set(cases.map(({ op }) => op))];

describe.skipIf(!dataDir)(`single operators (${dataDir ?? noData})`, () => {
  test.each(groups)('%s gives the bytes of TFLM', group => {
    const differences = cases.filter(({ op }) => op === group).flatMap(differencesOf);
    expect(differences).toEqual([]);
  });

  test('every group of operators is there', () => {
    expect(groups).toHaveLength(49);
  });
});

/** The first difference of each vector: `case 3 vector 1 element 7: 12, not 14 (2 LSB)`, with the configuration. */
function differencesOf(item: OperatorCase): readonly string[] {
  const where = `${item.op} case ${item.case}`;
  const interpreter = createInterpreter(readModel(bytesOf(item, 'models', item.model), where), where);
  const [inputs, outputs] = [vectorsOf(item, 'in', item.input), vectorsOf(item, 'out', item.output)];
  return inputs.flatMap((input, vector) => {
    const [actual] = interpreter.invoke([input]);
    const expected = outputs[vector];
    if (actual?.length !== expected.length) return [`${where} vector ${vector}: ${actual?.length} elements`];
    const element = expected.findIndex((value, index) => value !== actual[index]);
    if (element < 0) return [];
    const lsb = Math.abs(actual[element] - expected[element]);
    return [
      `case ${item.case} vector ${vector} element ${element}: ${actual[element]}, not ${expected[element]} (${lsb} LSB); ${item.note}`,
    ];
  });
}

function readIndex(path: string): readonly OperatorCase[] {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function bytesOf({ op }: OperatorCase, kind: string, { offset, bytes }: Stretch): Uint8Array<ArrayBuffer> {
  const file = readFileSync(join(dataDir ?? '', 'ops', `${op}.${kind}.bin`));
  return Uint8Array.from(file.subarray(offset, offset + bytes));
}

function vectorsOf(item: OperatorCase, kind: 'in' | 'out', stretch: Vectors): readonly TensorData[] {
  const values = new arrays[stretch.dtype](bytesOf(item, kind, stretch).buffer);
  const length = values.length / item.count;
  return Array.from({ length: item.count }, (_, vector) => values.slice(vector * length, (vector + 1) * length));
}
