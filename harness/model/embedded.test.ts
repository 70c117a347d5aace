import { expect, test } from 'vitest';
import { writeModel } from '../fixtures/tflite.ts';
import { findModels, firstDifference } from './embedded.ts';
import { readModel } from './tflite.ts';

const weights = Uint8Array.of(1, 2, 3, 4);
const bytes = modelOf(weights);
const [before, after] = [new Uint8Array(37).fill(0xff), new Uint8Array(100)];

test('finds each model that lies in some memory, and where', () => {
  const found = [...findModels(join(before, bytes, after, bytes))];
  expect(found.map(({ offset }) => offset)).toEqual([37, 37 + bytes.length + 100]);
  expect(found[0]?.model.operators.map(({ name }) => name)).toEqual(['FULLY_CONNECTED']);
});

test('the letters of the format alone, as a runtime holds them, are no model', () => {
  expect([...findModels(Buffer.from('TFL3 and TFL3 again, with nothing behind TFL3'))]).toEqual([]);
});

test('memory full of the letters is given up on soon', () => {
  expect([...findModels(join(Buffer.alloc(1 << 20, 'TFL3'), bytes))]).toEqual([]);
});

test('a model that is cut off is none', () => {
  expect([...findModels(join(before, bytes.subarray(0, -40)))]).toEqual([]);
});

test('two models part at a byte, which may lie in a constant tensor', () => {
  const other = modelOf(Uint8Array.of(1, 2, 9, 4));
  const { byte, tensor } = firstDifference({ bytes, model: readModel(bytes, 'ours') }, other);
  expect(bytes[byte]).toBe(3);
  expect(tensor?.index).toBe(1);
  const longer = firstDifference({ bytes, model: readModel(bytes, 'ours') }, join(bytes, after));
  expect(longer).toEqual({ byte: bytes.length });
});

function modelOf(data: Uint8Array): Uint8Array {
  return writeModel({
    tensors: [
      { shape: [1, 2], scales: [1] },
      { shape: [2, 2], scales: [1], data },
      { shape: [1, 2], scales: [1] },
    ],
    operators: [{ code: 9, inputs: [0, 1, -1], outputs: [2] }],
    inputs: [0],
    outputs: [2],
  });
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
