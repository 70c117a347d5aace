import { expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { loadCaseInputs } from '../runner/case-inputs.ts';
import { vibration } from './fixtures/vibration.ts';
import { inputBytes } from './input.ts';

const { vectors, parsed } = loadCaseInputs(vibration.suite);
const first = vectors.inputs[0] ?? new Uint8Array();
const bytesOf = (given: Parameters<typeof inputBytes>[0]) => inputBytes(given, vectors, parsed);

test('a number is a vector of the suite, given as a copy', () => {
  expect(bytesOf(0)).toEqual(first);
  expect(bytesOf(0)).not.toBe(first);
});

test('codes go to the DUT as they are, whatever their type', () => {
  const codes = new Int8Array(first);
  expect(bytesOf(codes)).toEqual(first);
  expect(bytesOf(first)).toEqual(first);
  expect(bytesOf(Buffer.from(first))).toEqual(first);
  expect(bytesOf(new Int16Array(first.slice().buffer))).toEqual(first);
  expect(bytesOf(codes.subarray())).not.toBe(codes);
});

test('real values are quantized, from lists and floats alike', () => {
  const zeros = bytesOf(Array.from(first, () => 0));
  expect(new Set(zeros).size).toBe(1);
  expect(bytesOf(new Float32Array(first.length))).toEqual(zeros);
  expect(bytesOf(new Float64Array(first.length))).toEqual(zeros);
});

const lists = [[1, 2], Array.from(first, () => Number.NaN), Array(first.length)];
const others: unknown[] = [undefined, null, '0', {}, new Uint16Array(first.length), new Map()];

test.each([...lists, ...others, 300, -1, 0.5, Number.NaN, new Uint8Array(3)].map(given => ({ given })))(
  'what is no input of the model is refused: %#',
  ({ given }) => {
    expect(() => bytesOf(given as number)).toThrow(InputError);
  },
);

test('what is no input at all is named', () => {
  expect(() => bytesOf(JSON.parse('null'))).toThrow("dut.infer: Null is no input\n  → give a vector's number");
});
