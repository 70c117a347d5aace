import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  anomaly,
  classification,
  folder,
  folderSuite,
  loadPlaced,
  modelOf,
  regression,
  suiteOf,
} from './fixtures/suites.ts';
import { loadVectors } from './vectors.ts';

test('a cell beyond the header is refused: a decimal comma would be read as a whole number', () => {
  expect(() => loadPlaced(suiteOf(regression, 'value\n21,5\n3\n4,\n'), modelOf(1))).toThrow(
    /2 faults[^]*labels\.csv:2:4: has 2 cells, and the header 1: a number with a decimal comma is two[^]*labels\.csv:4:/,
  );
});

test.each(['value;x\n1;2\n', 'class\tx\n1\t2\n'])('labels that are not separated by commas are refused: %j', labels => {
  expect(() => loadPlaced(suiteOf(regression, labels), modelOf(1))).toThrow(
    /labels\.csv:1:1: separates its cells by semicolons or tabs: save it with commas, and points in its numbers/,
  );
});

test('labels may be fewer cells than the header, where those asked for are there', () => {
  const { labels } = loadVectors(suiteOf(classification, 'class,note\n0,first\n1\n2\n'), modelOf(3));
  expect(labels).toEqual([0, 1, 2]);
});

test('files that are named with their folder are told how to be named', () => {
  const suite = folderSuite(anomaly, { 'a.bin': [1, 1] }, '');
  const rec = join(suite.vectors.inputs, 'rec');
  mkdirSync(rec);
  writeFileSync(join(rec, 'a.bin'), Uint8Array.from([1, 2]));
  writeFileSync(join(folder, 'labels.csv'), 'file,class\nrec/a.bin,1\n');
  const named = { ...suite, vectors: { ...suite.vectors, inputs: rec } };
  expect(() => loadPlaced(named, modelOf(1))).toThrow(
    /labels\.csv:2:1: the folder has no file "rec\/a\.bin": write it without rec\/, paths are relative to the folder/,
  );
});

test('with thousands of names that are not there, the near misses end soon', () => {
  const names = Array.from({ length: 3000 }, (_, index) => `recording-number-${index}`);
  const inputs = mkdtempSync(join(folder, 'many-'));
  for (const name of names) writeFileSync(join(inputs, `${name}.bin`), Uint8Array.from([1, 1]));
  const suite = suiteOf(anomaly, `file,class\n${names.map(name => `x-${name}.bin,0\n`).join('')}`);
  const began = performance.now();
  expect(() => loadPlaced({ ...suite, vectors: { ...suite.vectors, inputs } }, modelOf(1))).toThrow(
    /1000 faults[^]*has no file "x-recording-number-0\.bin"\. Did you mean "recording-number-0\.bin"\?/,
  );
  expect(performance.now() - began).toBeLessThan(4000);
});

test('first may not cut an input whose score is one of all its vectors', () => {
  const files = { 'a.bin': [1, 1, 2, 2], 'b.bin': [3, 3, 4, 4, 5, 5], 'c.bin': [6, 6] };
  const suite = folderSuite(anomaly, files, 'file,class\na.bin,0\nb.bin,1\nc.bin,0\n');
  const cut = (first: number) => loadPlaced({ ...suite, vectors: { ...suite.vectors, first } }, modelOf(1));
  expect(() => cut(3)).toThrow(/suite\.yaml:6:10: first ends within b\.bin: 2 or 5 vectors end an input/);
  expect(() => cut(1)).toThrow(/first ends within a\.bin: 2 vectors end an input/);
  expect(() => [2, 5, 6].map(cut)).not.toThrow();
});

test('first does not hide that labels are too few', () => {
  expect(() => loadPlaced(suiteOf(classification, 'class\n0\n1\n', 2), modelOf(3))).toThrow(
    /suite\.yaml:5:11: labels\.csv has 2 labels for 3 vectors/,
  );
});
