// `tickmark run` against firmware of MLPerf Tiny: a DUT in C behind a pseudo-terminal, the keyword model and real keywords.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dataDir, noData } from '../fixtures/data.ts';
import { noPacedLine, type PacedLine, startPacedLine } from '../fixtures/paced-line.ts';
import { missingTool } from '../fixtures/tools.ts';
import { readModel } from '../model/tflite.ts';
import { type Golden, openGolden } from '../verdict/reference.ts';
import { valuesOf } from '../verdict/tensor.ts';
import { createProject, type Project } from './fixtures/project.ts';

const missing = missingTool(noPacedLine === undefined, noPacedLine ?? '');
const kws = dataDir && join(dataDir, 'kws01');
const skips = missing ?? (kws !== undefined && existsSync(kws) ? undefined : noData);
const vectors = 40;
const baud = 921_600;

interface Bench extends AsyncDisposable {
  readonly project: Project;
  readonly line: PacedLine;
}

/** A project with one board, which is the pty, and one suite. `options` are the DUT's. */
async function bench(options: readonly string[]): Promise<Bench> {
  const project = createProject();
  project.write('scores.txt', scores());
  const dut = [
    'mlperf-dut',
    '--results',
    join(project.folder, 'scores.txt'),
    '--uart-baud',
    String(baud),
    '--infer-us',
    '2500',
  ] as const;
  const line = await startPacedLine({ baud, dut: [...dut, ...options] });
  project.write('boards/desk.yaml', boardText(line.path));
  project.write('suites/words/suite.yaml', suiteText());
  return {
    project,
    line,
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]();
      project[Symbol.dispose]();
    },
  };
}

function boardText(path: string): string {
  return `board: desk
title: A board on the desk
mcu: STM32L4R5ZIT6U
core: Cortex-M4
clock: 120 MHz
basis: silicon
target: { kind: serial, port: { path: ${path} }, baud: 9600 }
memory: { flash: 2 MiB, ram: 640 KiB }
protocol: mlperf-tiny
`;
}

function suiteText(): string {
  const labels = 'Down Go Left No Off On Right Stop Up Yes Silence Unknown'.split(' ').join(', ');
  return `suite: words
model: { file: ${kws}/kws_ref_model.tflite }
vectors: { inputs: ${kws}/inputs.i8.bin, labels: ${kws}/labels.csv, first: ${vectors} }
task: { kind: classification, classes: [${labels}] }
targets: [desk]
firmware: { desk: { baud: ${baud} } }
measure: { warmup: 2, window: 200 ms, timeout: 100 s }
budgets:
  golden: { maxDiffLsb: 0 }
  accuracy: { top1: '>= 80 %' }
  latency: { silicon: { p50: '<= 2.6 ms' } }
`;
}

/** What TFLM's reference kernels give, by input, as the DUT takes it. */
function scores(): string {
  const inputs = readFileSync(join(kws ?? '', 'inputs.i8.bin'));
  const expected = new Int8Array(readFileSync(join(kws ?? '', 'expected.i8.bin')));
  const lines = Array.from({ length: vectors }, (_, vector) => {
    const hash = fnv1a(inputs.subarray(490 * vector, 490 * (vector + 1)));
    const values = [...expected.subarray(12 * vector, 12 * (vector + 1))].map(code => (code + 128) / 256);
    return `${hex(hash)} ${values.join(' ')}\n`;
  });
  return lines.join('');
}

function fnv1a(bytes: Uint8Array): number {
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 16_777_619) >>> 0, 2_166_136_261);
}

test.skipIf(skips)('ends in verdicts, a report and exit code 0, and its recording is judged alike', async () => {
  await using desk = await bench(['--vendor', 'Some Vendor']);
  const { project } = desk;
  const run = await project.run('run', '--no-html', '--out', 'first');
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const [result] = project.results('first').cases;
  expect(result).toMatchObject({ status: 'passed', metrics: { vectors, golden: { maxDiffLsb: 0 } } });
  expect(result?.provenance).toMatchObject({
    basis: 'silicon',
    tickSource: 'm-lap-us',
    mlperf: { vendor: 'Some Vendor', modelId: 'kws01', timestamps: 'performance' },
  });
  expect(result?.metrics.windows?.windows).toHaveLength(5);
  expect(result?.metrics.latency?.p50).toBeGreaterThan(2500);
  expect(result?.metrics.latency?.p50).toBeLessThan(2510);
  expect(result?.metrics.windows?.printUs).toBeGreaterThan(100); // 18 characters at 921600
  expect(result?.metrics.windows?.printUs).toBeLessThan(300);
  expect(result?.warnings.join()).toContain('a smoke run');
  expect(project.read('first/summary.md')).toContain('words');

  expect(await project.run('run', '--no-html', '--replay', 'first', '--out', 'again')).toMatchObject({ code: 0 });
  const [again] = project.results('again').cases;
  expect(again?.verdicts).toEqual(result?.verdicts);
  expect(again?.metrics).toEqual(result?.metrics);
});

test.skipIf(skips).each<[string, readonly string[], RegExp]>([
  ['a build for energy', ['--energy'], /build for energy .* and the suite bounds latency/],
  [
    'another model',
    ['--model', 'ic01'],
    /"ic01" \(3072 input bytes, 10 results\), the suite's has 490 input bytes, 12 results/,
  ],
  ['firmware that says it is another', ['--says', 'kws02'], /"kws02", which is none of ad01/],
  ['a clock that stands still', ['--still'], /the tick counter stands still/],
])('%s is broken, exit code 3', async (_what, options, reason) => {
  await using desk = await bench(options);
  const { code } = await desk.project.run('run', '--no-html', '--out', 'run');
  const [result] = desk.project.results('run').cases;
  expect(code).toBe(3);
  expect(result?.verdicts.filter(({ status }) => status === 'broken').map(verdict => verdict.reason)).toEqual([
    expect.stringMatching(reason),
  ]);
});

test.skipIf(skips)('a DUT that infers the input before is a failure of the firmware, exit code 1', async () => {
  await using desk = await bench(['--stale']);
  const { code } = await desk.project.run('run', '--no-html', '--out', 'run');
  const [result] = desk.project.results('run').cases;
  expect(code).toBe(1);
  expect(result?.verdicts.find(({ budget }) => budget === 'golden.maxDiffLsb')).toMatchObject({ status: 'failed' });
});

const ad = dataDir && join(dataDir, 'golden', 'ad01_int8.tflite');
const adSkips = missing ?? (ad !== undefined && existsSync(ad) ? undefined : noData);

test.skipIf(adSkips)('the score that anomaly firmware computes itself is the one that the host expects', async () => {
  using project = createProject();
  const model = openGolden(readModel(readFileSync(ad ?? ''), 'ad01'), 'ad01');
  const inputs = chunks(readFileSync(join(dataDir ?? '', 'golden', 'ad01_int8.in.bin')), 640).slice(0, 8);
  project.write(
    'scores.txt',
    inputs.map(input => `${hex(fnv1a(realsOf(input, model.inputs)))} ${errorOf(input, model)}\n`).join(''),
  );
  const dut = [
    'mlperf-dut',
    '--model',
    'ad01',
    '--uart-baud',
    String(baud),
    '--results',
    join(project.folder, 'scores.txt'),
  ] as const;
  await using line = await startPacedLine({ baud, dut: [...dut, '--infer-us', '900'] });
  project.write('boards/desk.yaml', boardText(line.path));
  project.write('suites/sounds/inputs.bin', '');
  writeFileSync(join(project.folder, 'suites/sounds/inputs.bin'), Buffer.concat(inputs));
  project.write('suites/sounds/labels.csv', `class\n${inputs.map((_, index) => index % 2).join('\n')}\n`);
  project.write(
    'suites/sounds/suite.yaml',
    `suite: sounds
model: { file: ${ad} }
vectors: { inputs: inputs.bin, labels: labels.csv }
task: { kind: anomaly }
targets: [desk]
firmware: { desk: { baud: ${baud} } }
measure: { window: 200 ms }
budgets: { accuracy: { rocAuc: '>= 0' }, golden: { maxDiffLsb: { limit: 0, optional: true } } }
`,
  );
  expect(await project.run('run', '--no-html', '--out', 'run')).toMatchObject({ code: 0, stderr: '' });
  const [result] = project.results('run').cases;
  expect(result?.metrics.roc?.auc).toBe(result?.metrics.roc?.goldenAuc);
  for (const [index, { score }] of (result?.metrics.anomaly?.scores ?? []).entries())
    expect(score).toBeCloseTo(errorOf(inputs[index] ?? new Uint8Array(), model), 2);
  expect(result?.verdicts.find(({ budget }) => budget === 'golden.maxDiffLsb')).toMatchObject({
    status: 'skipped',
    reason: expect.stringContaining("1 value, which are not the model's output"),
  });
});

/** The mean squared difference of a reconstruction from its input, in real values. */
function errorOf(input: Uint8Array, { infer, inputs: [from], outputs: [to] }: Golden): number {
  if (!from || !to) throw new Error('the model has no tensors');
  const [wanted, got] = [valuesOf(input, from), valuesOf(infer(input), to)];
  return wanted.reduce((sum, value, index) => sum + (value - (got[index] ?? 0)) ** 2, 0) / wanted.length;
}

/** As the firmware takes it. */
function realsOf(input: Uint8Array, [spec]: Golden['inputs']): Uint8Array {
  return new Uint8Array(Float32Array.from(spec ? valuesOf(input, spec) : []).buffer);
}

function chunks(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: bytes.length / size }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

function hex(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}
