import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fiveWindows, icSamples, mlperfIdentity, someFacts } from '../export/fixtures/cases.ts';
import { aRecording } from '../fixtures/recordings.ts';
import { aCase, aResults } from '../fixtures/results.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { Sample } from '../recording/recording.ts';
import { writeResults } from '../report/json.ts';
import { loadCaseInputs } from '../runner/case-inputs.ts';
import { createProject, type Project } from '../runner/fixtures/project.ts';
import { boardsFrom } from '../runner/select.ts';
import { loadSuite } from '../suite/load.ts';
import { withModel } from '../suite/suite.ts';
import type { CaseResult } from '../verdict/result.ts';

const tree = 'submission/closed/somebody';
const answers = ['--submitter', 'somebody', '--facts', 'facts.yaml', '--out', 'submission'];

test('a run becomes a tree that the checker takes, and never a second time the same', async () => {
  using project = projectWithRun(fiveWindows(40));
  const { code, stdout, stderr } = await project.run('export', 'mlperf', 'run', ...answers);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('7 files in submission');
  const ic = `${tree}/results/rp2040js-pico/ic`;
  expect(project.read(`${ic}/accuracy/results.txt`)).toMatch(/^\d{4}\.\d{6} ulp-mlperf: Top 1% = 100\.0$/m);
  expect(project.read(`${ic}/performance/results.txt`)).toContain(' Median throughput is     39.833 inf./sec.\n');
  expect(JSON.parse(project.read(`${tree}/systems/rp2040js-pico.json`))).toMatchObject({ Status: 'available' });
  const again = await project.run('export', 'mlperf', 'run', ...answers);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already')]);
});

test('a run that cannot be submitted is exit code 2 with each fault, and nothing is written', async () => {
  using project = projectWithRun(fiveWindows(40).slice(1));
  project.write('facts.yaml', 'Status: available\n');
  const { code, stderr } = await project.run('export', 'mlperf', 'run', '--energy', ...answers);
  expect(code).toBe(2);
  expect(stderr).toContain('run: cannot be submitted, for 3 faults');
  expect(stderr).toContain('  fashion @rp2040js-pico: it has 4 timed windows, and the rules want 5\n');
  expect(stderr).toContain('  no energy was measured of rp2040js-pico/ic: run its build for energy');
  expect(stderr).toContain('  the facts of rp2040js-pico lack "Accelerator"');
  expect(() => project.read(`${tree}/systems/rp2040js-pico.json`)).toThrow('ENOENT');
});

test.each([
  ['facts that are no map', '- a\n', 'is no map of texts'],
  ['facts that are no texts', 'Status: available\nAccelerator: [1, 2]\n', 'facts.yaml:2:14: "Accelerator" is no text'],
  ['facts that are no YAML', 'Status: "avail\n', 'facts.yaml:'],
])('%s are told where they stand', async (_, facts, fault) => {
  using project = projectWithRun(fiveWindows(40));
  project.write('facts.yaml', facts);
  const { code, stderr } = await project.run('export', 'mlperf', 'run', ...answers);
  expect([code, stderr]).toEqual([2, expect.stringContaining(fault)]);
});

test('a case that broke before its firmware said who it is stands in the way, one of other firmware does not', async () => {
  using project = projectWithRun(fiveWindows(40), [
    aCase({ suite: 'lost', target: 'rp2040js-pico', status: 'broken', recording: null }),
    aCase({ suite: 'other', target: 'rp2040js-pico', status: 'failed', recording: null }),
  ]);
  project.suite('other');
  project.suite('lost', ['measure:', 'firmware: { rp2040js-pico: { protocol: mlperf-tiny } }\nmeasure:']);
  const { code, stderr } = await project.run('export', 'mlperf', 'run', ...answers);
  expect([code, stderr]).toEqual([2, expect.stringContaining('for a fault\n  lost @rp2040js-pico: it is broken')]);
});

test('a suite that is not here any more is named', async () => {
  using project = projectWithRun(fiveWindows(40));
  project.suite('other');
  const { code, stderr } = await project.run('export', 'mlperf', 'run', '--suite', 'other', ...answers);
  expect([code, stderr]).toEqual([2, expect.stringContaining('fashion: there is no such suite here')]);
});

/** A run of 200 images of ten classes by firmware that calls its model ic01; all answers are right. */
function projectWithRun(windows: readonly Sample[], others: readonly CaseResult[] = []): Project {
  const project = createProject();
  const fashion = fileURLToPath(new URL('../../suites/fashion', import.meta.url));
  project.write('facts.yaml', JSON.stringify(someFacts()));
  project.write(
    'suites/fashion/suite.yaml',
    `suite: fashion
model: { file: ${fashion}/fashion_int8.tflite }
vectors: { inputs: ${fashion}/images.npy, labels: ${fashion}/labels.csv, first: 200, preprocess: [{ scale: { from: [0, 255], to: [0, 1] } }] }
task: { kind: classification, classes: [T-shirt/top, Trouser, Pullover, Dress, Coat, Sandal, Shirt, Sneaker, Bag, Ankle boot] }
targets: [rp2040js-pico]
budgets: { accuracy: { top1: '>= 1 %' } }
`,
  );
  const suite = loadSuite(join(project.folder, 'suites/fashion/suite.yaml'), boardsFrom(project.folder));
  const { count, sha256, labels = [] } = loadCaseInputs(withModel(suite)).vectors;
  const recording = 'recordings/fashion@rp2040js-pico';
  mkdirSync(join(project.folder, 'run'), { recursive: true });
  const mlperf = mlperfIdentity('ic01');
  const { manifest } = aRecording({ manifest: { basis: 'silicon', vectors: { count, sha256 }, mlperf } });
  using recorder = createRecorder(join(project.folder, 'run', recording), () => 0);
  for (const sample of [...icSamples(labels), ...windows]) recorder.sample(sample);
  recorder.manifest(manifest);
  writeResults({
    folder: join(project.folder, 'run'),
    results: aResults({ cases: [aCase({ recording }), ...others] }),
  });
  return project;
}
