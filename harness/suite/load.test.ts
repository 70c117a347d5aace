import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import type { Board } from './board.ts';
import { loadBoards } from './boards.ts';
import { faultsError } from './fault.ts';
import { findSuites } from './find.ts';
import { loadSuite, readSuites } from './load.ts';
import { withModel } from './suite.ts';

const pico: Board = {
  name: 'rp2040js-pico',
  file: '/boards/rp2040js-pico.yaml',
  title: 'Pico',
  mcu: 'RP2040',
  core: 'Cortex-M0+',
  clockHz: 125e6,
  basis: 'modelled-cycles',
  target: { kind: 'rp2040js' },
  memory: { flashBytes: 2 ** 21, ramBytes: 264 * 1024 },
  firmware: '/boards/rp2040.elf',
  protocol: 'tickmark',
  reset: [],
  currents: {},
};
const boards = new Map(
  [
    pico,
    { ...pico, name: 'qemu-mps2-an386', basis: 'instructions' as const },
    { ...pico, name: 'nucleo-l4r5zi', basis: 'silicon' as const },
    { ...pico, name: 'host', basis: 'host' as const },
  ].map(board => [board.name, board]),
);

const farAway = '/a/place/far/away'; // from where paths are shown whole
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function suiteFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-suite-'));
  folders.push(folder);
  for (const name of ['m.tflite', 'f.tflite', 'x.npy', 'l.csv']) writeFileSync(join(folder, name), '');
  writeFileSync(join(folder, 'suite.yaml'), text);
  return join(folder, 'suite.yaml');
}

function errorOf(load: () => unknown): Error {
  try {
    load();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const refused = (text: string) => errorOf(() => loadSuite(suiteFile(text), boards)).message;
const repeated = (text: string) => text.repeat(20_000);

test('a suite is read into absolute paths, base units and defaults', () => {
  const file = suiteFile(`
suite: kws
model: { file: m.tflite }
vectors: { inputs: x.npy }
targets: [rp2040js-pico]
budgets: { golden: { maxDiffLsb: 1 } }
`);
  const folder = file.replace('/suite.yaml', '');
  expect(loadSuite(file, boards)).toEqual({
    name: 'kws',
    file,
    model: { file: join(folder, 'm.tflite') },
    firmware: {},
    vectors: { inputs: join(folder, 'x.npy'), preprocess: [] },
    task: { kind: 'classification' },
    targets: ['rp2040js-pico'],
    measure: { warmup: 2, boots: 1, timeoutMs: 600_000, link: 'memory' },
    robustness: [],
    budgets: [{ kind: 'golden', budget: 'golden.maxDiffLsb', relation: '<=', limit: 1, unit: 'LSB', optional: false }],
    on: {},
  });
});

test('a suite may be measured for its outputs alone', () => {
  const file = suiteFile(`
suite: kws
model: { file: m.tflite }
vectors: { inputs: x.npy }
targets: [rp2040js-pico]
measure: { only: accuracy, link: uart }
budgets: { golden: { maxDiffLsb: 1 } }
`);
  expect(loadSuite(file, boards).measure).toMatchObject({ only: 'accuracy', link: 'uart' });
});

test('every budget carries its path, its direction and its limit in the base unit', () => {
  const file = suiteFile(`
suite: all
description: every budget there is
model: { file: m.tflite, float: f.tflite }
vectors: { inputs: x.npy, labels: l.csv, first: 20, preprocess: [{ scale: { from: [0, 255], to: [0, 1] } }] }
task: { kind: binary, threshold: 0.82, classes: [normal, alarm] }
targets: [rp2040js-pico, qemu-mps2-an386, nucleo-l4r5zi, host]
measure: { warmup: 0, boots: 3, timeout: 90 s }
budgets:
  golden: { maxDiffLsb: { limit: 2, optional: true } }
  accuracy: { top1: '≥ 95 %', lossVsFloat: '<= 0.5 pp' }
  latency:
    silicon: { p50: '<= 12 ms', p90: '<=850us' }
    modelled-cycles: { p99: '<= 400 kcycles' }
    instructions: { max: '<= 250 kinstructions' }
    host: { p50: '<= 1 s' }
  memory: { arena: '<= 10 KiB', flash: '<= 256 kB', ram: '<= 0.5 MiB', stack: '<= 900 B', weightsVsFloat: '<= 26 %' }
on:
  rp2040js-pico: { budgets: { memory: { arena: { limit: '<= 12 KiB', optional: true } } } }
`);
  const suite = loadSuite(file, boards);
  expect(suite.budgets.map(({ budget, relation, limit, unit }) => `${budget} ${relation} ${limit} ${unit}`)).toEqual([
    'golden.maxDiffLsb <= 2 LSB',
    'accuracy.top1 >= 95 %',
    'accuracy.lossVsFloat <= 0.5 pp',
    'latency.silicon.p50 <= 12000 µs',
    'latency.silicon.p90 <= 850 µs',
    'latency.modelled-cycles.p99 <= 400000 cycles',
    'latency.instructions.max <= 250000 instructions',
    'latency.host.p50 <= 1000000 µs',
    'memory.arena <= 10240 B',
    'memory.flash <= 256000 B',
    'memory.ram <= 524288 B',
    'memory.stack <= 900 B',
    'memory.weightsVsFloat <= 26 %',
  ]);
  expect(suite.budgets.filter(({ optional }) => optional).map(({ budget }) => budget)).toEqual(['golden.maxDiffLsb']);
  expect(suite.on['rp2040js-pico']?.budgets).toMatchObject([{ budget: 'memory.arena', limit: 12_288, optional: true }]);
  expect(suite.measure).toEqual({ warmup: 0, boots: 3, timeoutMs: 90_000, link: 'memory' });
  expect(withModel(suite).vectors).toMatchObject({
    first: 20,
    preprocess: [{ kind: 'scale', from: [0, 255], to: [0, 1] }],
  });
});

test('every suite of the project loads', () => {
  const root = join(import.meta.dirname, '..', '..');
  const { suites, faults } = readSuites(findSuites([], root), loadBoards([join(root, 'boards')]));
  expect(suites.length).toBeGreaterThan(0);
  expect(faults).toEqual([]);
});

test('budgets may be shared through an anchor', () => {
  const file = suiteFile(`
suite: shared
model: { file: m.tflite }
vectors: { inputs: x.npy }
targets: [rp2040js-pico]
budgets: &common { golden: { maxDiffLsb: 1 } }
on: { rp2040js-pico: { budgets: *common } }
`);
  expect(loadSuite(file, boards).on['rp2040js-pico']?.budgets).toHaveLength(1);
});

test('a fault in what an alias stands for is shown where it is written', () => {
  const file = suiteFile(`
suite: shared
model: { file: m.tflite }
vectors: { inputs: x.npy }
targets: [rp2040js-pico]
budgets: &common { memory: { arena: '<= 10' } }
on: { rp2040js-pico: { budgets: *common } }
`);
  const { message } = errorOf(() => loadSuite(file, boards));
  expect(message.match(/suite\.yaml:6:37: /g)).toHaveLength(2);
});

test('faults of several suites come in one error, and two suites of one name are both named', () => {
  const good = `model: { file: m.tflite }
vectors: { inputs: x.npy }
targets: [rp2040js-pico]
budgets: { golden: { maxDiffLsb: 1 } }
`;
  const [one, two, three] = [`suite: same\n${good}`, `suite: same\n${good}`, 'suite: 7\n'].map(suiteFile);
  const { message } = faultsError(readSuites([one ?? '', two ?? '', three ?? ''], boards, farAway).faults, farAway);
  expect(message).toContain(`${two}:1:8: the name "same" is taken by ${one}`);
  expect(message).toContain(`${three}:1:8: suite must be`);
});

test('lines that end in CR LF are counted and shown as others are', () => {
  const file = suiteFile('suite: kws\r\nmodel: 7\r\n');
  expect(errorOf(() => loadSuite(file, boards)).message).toContain(
    `suite.yaml:2:8: model must be a map with the keys file, float (got 7)\n     1 | suite: kws\n>    2 | model: 7\n       |        ^\n`,
  );
});

test('a file that is not there is said so', () => {
  expect(errorOf(() => loadSuite('nowhere/suite.yaml', boards, import.meta.dirname)).message).toMatch(
    /nowhere\/suite.yaml: does not exist/,
  );
});

test('a file over 256 KiB is refused unread', () => {
  const file = suiteFile(`suite: ${'x'.repeat(2 ** 18)}`);
  expect(errorOf(() => loadSuite(file, boards)).message).toMatch(/has 262151 bytes/);
});

test('a file of nothing but keys, brackets or aliases is refused at once', () => {
  expect(refused(Array.from({ length: 15_000 }, (_, index) => `key${index}: 1\n`).join(''))).toMatch(
    /unknown key "key0"/,
  );
  for (const text of ['[', '- ', '? ', '{a: ']) expect(refused(repeated(text))).toMatch(/nested too deeply/);
  expect(refused(`a: &a 1\nb: [${repeated('*a,')}]`)).toMatch(/expand to too much/);
}, 5_000);
