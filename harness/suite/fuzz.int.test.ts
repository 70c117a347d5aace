import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readCases } from '../runner/read-cases.ts';
import { loadBoards } from './boards.ts';
import { faultsError } from './fault.ts';
import { writeFiles } from './fixtures/files.ts';
import { readSuites } from './load.ts';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const boards = loadBoards([join(import.meta.dirname, 'fixtures', 'boards')]);
const folder = mkdtempSync(join(tmpdir(), 'tickmark-fuzz-'));
const file = join(folder, 'suite.yaml');
writeFiles(folder);
afterAll(() => rmSync(folder, { recursive: true }));

const sound = `# yaml-language-server: $schema=suite.schema.json
suite: kws
description: "every kind of value there is"
model: { file: model.tflite, float: float.tflite }
firmware: { nucleo-l4r5zi: app.elf }
vectors:
  inputs: inputs.npy
  labels: labels.csv
  first: 4
  preprocess:
    - scale: { from: [-4, 4.5], to: [0, 1] }
    - normalize: { mean: [0.5, 0.25], std: 0.1 }
    - gray: true
task: { kind: classification, classes: [yes, 'no', "stop"] }
targets: [rp2040js-pico, nucleo-l4r5zi]
measure: { warmup: 0, boots: 3, timeout: 90 s }
budgets:
  golden: &golden { maxDiffLsb: 0 }
  accuracy: { top1: ">= 95 %", topK: { 2: ">= 99 %" }, recall: { stop: ">= 90 %" }, lossVsFloat: "<= 1 pp" }
  latency: { modelled-cycles: { p50: "<= 400 kcycles" }, silicon: { p99: { limit: '≤ 12 ms', optional: true } } }
on: { nucleo-l4r5zi: { budgets: { golden: *golden } } }
`;

/** Reads a suite file as it is, and gives how many faults it has. Whatever is thrown fails the test. */
function faultsOf(content: string | Uint8Array): number {
  writeFileSync(file, content);
  const { suites, faults } = readSuites([file], boards, folder);
  if (faults.length > 0) expect(faultsError(faults, folder).message.length).toBeLessThan(100_000);
  expect(suites).toHaveLength(faults.length === 0 ? 1 : 0);
  return faults.length;
}

test('the suite that is damaged here is sound', () => {
  expect(faultsOf(sound)).toBe(0);
});

test('a suite that ends anywhere is read or refused', () => {
  const bytes = Buffer.from(sound);
  const refused = bytes.filter((_, length) => faultsOf(bytes.subarray(0, length)) > 0).length;
  expect(refused).toBeGreaterThan(bytes.length * 0.8); // what is cut off last is optional
});

test('a suite with any byte replaced is read or refused', () => {
  const bytes = Buffer.from(sound);
  const hostile = Buffer.concat([Buffer.from('\n\t "\'*&[]{:#|-0~'), Buffer.of(0, 0x80, 0xff)]);
  for (const at of bytes.keys()) {
    const damaged = Buffer.from(bytes);
    damaged[at] = hostile[at % hostile.length] ?? 0; // 20 replacements take turns
    faultsOf(damaged);
    damaged[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
    faultsOf(damaged);
  }
});

test('a model that is cut short at any byte is a fault of the line that names it', () => {
  writeFileSync(file, sound.replace('model.tflite', 'cut.tflite'));
  const [suite] = readSuites([file], boards, folder).suites;
  const model = readFileSync(join(folder, 'model.tflite'));
  for (const length of model.keys()) {
    writeFileSync(join(folder, 'cut.tflite'), model.subarray(0, length));
    const { faults } = readCases(suite ? [{ suite, boards: [] }] : []);
    expect(faultsError(faults, folder).faults).toMatchObject([{ file: 'suite.yaml', line: 4, column: 16 }]);
  }
});

/** As much of a text as a file may hold. */
const filled = (text: string) => text.repeat(Math.floor((2 ** 18 - 100) / text.length));
const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

const bombs: Readonly<Record<string, string>> = {
  'a billion laughs': `a0: &a0 [lol]\n${lines(9, i => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(10)}]\n`)}`,
  'an alias of itself': 'suite: &a { suite: *a }\n',
  'a large anchor a hundred times': `a: &a [${'lol, '.repeat(40_000)}]\nb: [${'*a, '.repeat(99)}]\n`,
  'nothing but aliases': `a: &a 1\nb: [${filled('*a, ')}]`,
  'nothing but anchors': filled('&a '),
  'nothing but tags': filled('!!str '),
  'nothing but brackets': filled('['),
  'nothing but maps': filled('{a: '),
  'nothing but lists': filled('- '),
  'nothing but keys of keys': filled('? '),
  'deeper in each line': lines(1000, i => `${' '.repeat(i)}a:\n`),
  'nothing but documents': filled('---\n'),
  'nothing but comments': filled('#\n'),
  'a text without an end': `suite: "${filled('x')}`,
  'a name that fills the file': `suite: ${filled('x')}`,
  'a key that fills the file': `${filled('x')}: 1`,
  'thirty thousand keys': lines(30_000, i => `k${i}:\n`),
  'the same key over and over': filled('suite: a\n'),
  'a million keys': lines(1_000_000, i => `k${i}: 1\n`),
  'thirty thousand targets': `targets: [${lines(30_000, i => `t${i}, `)}]`,
  'thousands of steps': `vectors: { preprocess: [${filled('{ norm: 1 }, ')}] }`,
};

test.each(Object.entries(bombs))('%s is refused within seconds', (_, text) => {
  const started = performance.now();
  expect(faultsOf(text)).toBeGreaterThan(0);
  expect(performance.now() - started).toBeLessThan(15_000); // under one where nothing else runs
});

test('those that grow are refused in 256 MiB', () => {
  const growing = ['a billion laughs', 'a large anchor a hundred times', 'nothing but aliases', 'thirty thousand keys'];
  const files = growing.map((name, index) => {
    writeFileSync(join(folder, `${index}.yaml`), bombs[name] ?? '');
    return `${index}.yaml`;
  });
  const options = { cwd: folder, encoding: 'utf8' } as const;
  const { status, stderr } = spawnSync(process.execPath, ['--max-old-space-size=256', cli, 'check', ...files], options);
  expect(stderr).toMatch(/^0.yaml, 1.yaml, 2.yaml, 3.yaml: \d+ faults, nothing was run/);
  expect(status).toBe(2);
});
