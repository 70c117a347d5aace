import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { float, npz, read, tensor, window } from './fixtures/reading.ts';
import { classification, folder, loadPlaced, modelOf, suiteOf } from './fixtures/suites.ts';
import { zip } from './fixtures/zip.ts';
import { csvRows } from './formats/csv.ts';
import { writeNpy } from './formats/npy.ts';
import { loadVectors } from './vectors.ts';

// each is the least that once took minutes, gigabytes or the stack

const fail = (what: string) => new Error(what);
const pair = [tensor([1, 2])];
const plain = writeNpy({ dtype: 'float32', shape: [1, 2], data: float(1, 2) });

/** The header of an array of half floats. */
function halves(elements: number): Uint8Array {
  const whole = writeNpy({ dtype: 'int16', shape: [elements], data: new Uint8Array(2 * elements) });
  return Buffer.from(whole.map((byte, at) => (at === 22 ? 0x66 : at === 23 ? 0x32 : byte)));
}

test('a quoted cell of millions of quotes is read', () => {
  const [row] = csvRows(`"${'""'.repeat(4_000_000)}"\n`, fail);
  expect(row?.cell(0)).toHaveLength(4_000_000);
});

test('quotes that never close are looked for once', () => {
  expect([...csvRows('"a""\n'.repeat(300_000), fail)]).toHaveLength(300_000);
});

test('a row of more cells than any input has is refused', () => {
  expect(() => [...csvRows(','.repeat(50_000_000), fail)]).toThrow(/line 1 has more than 1048576 cells/);
});

test('a long series is read in the memory of its numbers', () => {
  const files = { 'a.csv': '0.5,1,-1\n'.repeat(2_000_000) };
  const format = { path: 'a.csv', tensors: [tensor([1, 1, 3])], preprocess: [window(1, 1_000_000)] };
  expect(read(files, format).vectors).toEqual([
    [1, 2, -2],
    [1, 2, -2],
  ]);
});

test('labels without end are refused', () => {
  const suite = suiteOf(classification, `class\n${'0\n'.repeat(1_000_001)}`);
  expect(() => loadPlaced(suite, modelOf(3))).toThrow(/labels\.csv: has more than 1000000 lines/);
});

test.each(['upp\n', '0,1\n'])('of labels that are all wrong as many are told as anybody looks at: %j', line => {
  const suite = suiteOf(classification, `class\n${line.repeat(200_000)}`);
  expect(() => loadPlaced(suite, modelOf(3))).toThrow(/1000 faults, nothing was run/);
});

test('labels in the table of the inputs cost what they are, not what the table is', () => {
  const row = `${'0.1,'.repeat(2000)}9,`;
  const header = `${Array.from({ length: 2001 }, (_, column) => `x${column}`).join(',')},class\n`;
  const file = join(folder, 'wide.csv');
  writeFileSync(file, header + `${row}1\n`.repeat(9000));
  const suite = suiteOf(classification);
  const model = { ...modelOf(3), tensors: [tensor([1, 2001]), tensor([1, 3])], outputs: [1] };
  const vectors = { ...suite.vectors, inputs: file, labels: file, first: 2 };
  expect(loadVectors({ ...suite, vectors }, model).labels).toEqual([1, 1]);
});

test('an array that is not read is not inflated where another is asked for', () => {
  const lying = { name: 'h.npy', stored: deflateRawSync(halves(1 << 20)), method: 8, bytes: 1 };
  const files = { 'a.npz': zip([lying, { name: 'x.npy', stored: plain }]) };
  expect(read(files, { path: 'a.npz', tensors: pair }).vectors).toEqual([[2, 4]]);
  expect(() => read(files, { path: 'a.npz', array: 'h', tensors: pair })).toThrow(/"h\.npy" is damaged/);
});

test('a large array of half floats says what it is, and only where it is asked for', () => {
  const files = { 'a.npz': npz({ x: plain, raw: halves(40 << 20) }) };
  expect(read(files, { path: 'a.npz', array: 'x', tensors: pair }).vectors).toEqual([[2, 4]]);
  expect(() => read(files, { path: 'a.npz', array: 'raw', tensors: pair })).toThrow(/"raw": its elements are "<f2"/);
});
