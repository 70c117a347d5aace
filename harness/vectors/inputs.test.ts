import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Tensor } from '../model/tflite.ts';
import { readNpy } from './formats/npy.ts';
import { readInputs, writeOutputs } from './inputs.ts';

const folder = mkdtempSync(join(tmpdir(), 'tickmark-inputs-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fail = (what: string) => new Error(what);
const path = (name: string) => join(folder, name);

const bytes: Tensor = { index: 0, name: 'a', shape: [1, 3], type: 'int8', isVariable: false, isSparse: false };
const reals: Tensor = { ...bytes, index: 1, name: 'b', shape: [1], type: 'float32' };

test('raw inputs come back as one array a tensor, of its type', () => {
  const real = new Uint8Array(Float32Array.from([1.5]).buffer);
  writeFileSync(path('in.bin'), Uint8Array.from([1, 2, 255, ...real, 4, 5, 6, ...real]));
  expect(readInputs(path('in.bin'), [bytes, reals])).toEqual([
    [Int8Array.from([1, 2, -1]), Float32Array.from([1.5])],
    [Int8Array.from([4, 5, 6]), Float32Array.from([1.5])],
  ]);
});

test('outputs are written raw, end to end, and read back the same', () => {
  const outputs = [
    [Int8Array.from([1, 2, 3]), Float32Array.from([0.5])],
    [Int8Array.from([4, 5, 6]), Float32Array.from([-1])],
  ];
  writeOutputs(path('out.bin'), [bytes, reals], outputs);
  expect(readFileSync(path('out.bin'))).toHaveLength(14);
  expect(readInputs(path('out.bin'), [bytes, reals])).toEqual(outputs);
});

test('a .npy of outputs has the count first and the type of the tensor', () => {
  const outputs = [[Int8Array.from([1, 2, 3])], [Int8Array.from([4, 5, -6])]];
  writeOutputs(path('out.npy'), [bytes], outputs);
  expect(readNpy(readFileSync(path('out.npy')), fail)).toMatchObject({ dtype: 'int8', shape: [2, 3] });
  expect(readInputs(path('out.npy'), [bytes])).toEqual(outputs);
});

test('what a .npy cannot hold is refused, naming the file', () => {
  expect(() => writeOutputs(path('two.npy'), [bytes, reals], [])).toThrow(
    /two\.npy: a \.npy holds one array, and the model has 2 outputs/,
  );
  expect(() => writeOutputs(path('bf.npy'), [{ ...bytes, type: 'bfloat16' }], [])).toThrow(/no \.npy holds bfloat16/);
  expect(() => readInputs(path('nowhere.bin'), [bytes])).toThrow(/nowhere\.bin: cannot be read/);
});
