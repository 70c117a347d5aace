// Captures out of files, judged and surveyed by the command line.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from './fixtures/processes.ts';
import { createProject, ended, type Project } from './fixtures/project.ts';

const suite = `suite: yesterday
targets: [nucleo-l4r5zi]
firmware: { nucleo-l4r5zi: { protocol: log } }
log: { inferences: 2 }
budgets:
  current: { measured: { inference: { mean: '<= 6 mA', peak: '<= 5.4 mA' } } }
  charge:  { measured: { inference: '<= 60 µC' } }
  energy:  { measured: { inference: '<= 90 µJ' } }
  metrics: { confidence_percent: { min: '>= 75 %' } }
`;

/** 1 s at 10 kHz: 0.01 mA, and 5 mA in two windows of 100 ms in which D0 is high; their first sample is 5.5 mA. */
function capture(project: Project, name = 'capture.csv'): void {
  const rows = Array.from({ length: 10_000 }, (_, n) => {
    const place = n % 5000;
    const isActive = place >= 1000 && place < 2000;
    const ua = place === 1000 ? 5500 : isActive ? 5000 : 10;
    return `${n / 10},${(ua + (n % 2) / 1000).toFixed(3)},${isActive ? 1 : 0}0000000\n`;
  });
  project.write(name, `Timestamp(ms),Current(uA),D0-D7\n${rows.join('')}`);
}

test('a capture is judged by the budgets that it can tell of', async () => {
  using project = createProject();
  project.write('suites/yesterday/suite.yaml', suite);
  capture(project);
  const judge = (out: string, ...more: readonly string[]) =>
    project.run('import', 'power', 'capture.csv', '--suite', 'yesterday', '--no-html', '--out', out, ...more);

  const { code, stdout } = await judge('run', '--windows', 'D0', '--inferences', '10', '--accuracy', '1 % + 0.2 µA');
  expect(stdout).toContain('a capture tells nothing of metrics.confidence_percent.min: left out');
  const { run, cases } = project.results('run');
  expect(run.importedFrom).toBe(join(project.folder, 'capture.csv'));
  const [result] = cases;
  const found = result?.verdicts.map(({ budget, status, measured }) => [
    budget,
    status,
    measured && Number(measured.toPrecision(4)),
  ]);
  expect(found).toEqual([
    ['rig.trace', 'passed', 0],
    ['current.measured.inference.mean', 'passed', 5.001],
    ['current.measured.inference.peak', 'failed', 5.5],
    ['charge.measured.inference', 'passed', 50.01], // 5.001 mA × 100 ms / 10
    ['energy.measured.inference', 'failed', 165], // at the board's 3.3 V
  ]);
  expect(code).toBe(1);

  // the recording tells the same again
  expect(await project.run('run', '--replay', 'run', '--no-html', '--out', 'again')).toMatchObject({ code: 1 });
  expect(project.results('again').cases[0]?.verdicts).toEqual(result?.verdicts);

  // nothing tells where windows are
  expect(await judge('none')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('nothing tells where the windows are'),
  });
}, 60_000);

test('a capture needs no firmware of the board that it is of', async () => {
  using project = createProject();
  project.suite(
    'hum',
    ['targets: [rp2040js-pico]', 'targets: [nucleo-l4r5zi]'],
    [
      "  latency: { modelled-cycles: { p50: '<= 10 Mcycles' } }\n",
      "  charge: { measured: { inference: '<= 1 mC' } }\n",
    ],
  );
  capture(project);
  const args = ['--suite', 'hum', '--windows', 'D0', '--no-html', '--out', 'run'];
  expect(await project.run('import', 'power', 'capture.csv', ...args)).toMatchObject({ code: 0, stderr: '' });
  const [result] = project.results('run').cases;
  expect(result?.verdicts).toContainEqual(
    expect.objectContaining({ budget: 'charge.measured.inference', status: 'passed' }),
  );
}, 60_000);

test('a capture whose windows have lost samples is broken', async () => {
  using project = createProject();
  project.write('suites/yesterday/suite.yaml', suite);
  capture(project);
  const lines = readFileSync(join(project.folder, 'capture.csv'), 'utf8').split('\n');
  project.write('capture.csv', [...lines.slice(0, 1501), ...lines.slice(1511)].join('\n'));
  const args = ['--suite', 'yesterday', '--windows', 'D0', '--no-html', '--out', 'run'];
  expect(await project.run('import', 'power', 'capture.csv', ...args)).toMatchObject({ code: 3 });
  const broken = project.results('run').cases[0]?.verdicts.filter(({ status }) => status === 'broken');
  expect(broken?.[0]?.reason).toContain('10 samples lost in a window (at 0.15 s, sample 1500)');
});

test('without a suite the figures of each window are shown', async () => {
  using project = createProject();
  capture(project);
  const { code, stdout } = await project.run('import', 'power', 'capture.csv', '--windows', 'D0', '--supply', '3V');
  expect(code).toBe(0);
  expect(stdout).toContain('Nordic Power Profiler Kit II: 10000 samples at 10 kHz, 1 s, at 3 V');
  expect(stdout).toMatch(/^window 2 +600 ms +100 ms +5\.001 mA +5 mA +5 mA +5\.5 mA +500\.05 µC +1\.5 mJ$/m);
  expect(stdout).toMatch(/^2 windows, 2 inferences: 500\.05 µC, 1\.5 mJ each$/m);

  const json = await project.run('import', 'power', 'capture.csv', '--windows', '100ms..200ms', '--json');
  const told = JSON.parse(json.stdout) as {
    windows: { first: number; end: number; chargeUc: number }[];
    exitCode: number;
  };
  expect(told).toMatchObject({ tickmark: 1, exitCode: 0, samples: 10_000, windows: [{ first: 1000, end: 2000 }] });
  expect(told.windows[0]?.chargeUc).toBeCloseTo(500.05, 3);
});

test('the columns of a file are declared in another', async () => {
  using project = createProject();
  project.write('odd.csv', 'a;b\n0,5;7\n0,6;9\n');
  project.write('columns.yaml', 'time: { column: a, unit: s }\ncurrent: { column: b, unit: µA }\n');
  const { code, stdout } = await project.run('import', 'power', 'odd.csv', '--columns', 'columns.yaml');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/unknown meter: 2 samples at 10 Hz, 200 ms/)]);
  const named = await project.run('import', 'power', 'odd.csv', '--column', 'time=1:s', '--column', 'current=b:µA');
  expect(named.stdout).toBe(stdout);
  project.write('columns.yaml', 'time: { colum: a }\n');
  const wrong = await project.run('import', 'power', 'odd.csv', '--columns', 'columns.yaml');
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('columns.yaml:1:') });
});

test.each([
  [['power', 'capture.csv', '--baud', '9600'], '--baud: is of ticks, not of power'],
  [['ticks', 'capture.csv', '--supply', '3V'], '--supply: is of power, not of ticks'],
  [['power', 'capture.csv', '--target', 'x'], 'needs a suite to judge by'],
  [['power', 'none.csv'], 'there is no such file'],
  [['power', '-'], 'is read from a file'],
  [['power', 'capture.csv', '--supply', '3'], 'has no unit'],
  [['power', 'capture.csv', '--accuracy', '1 V'], 'is no accuracy'],
  [['power', 'capture.csv', '--inferences', '0'], 'is no number of inferences'],
  [['power', 'capture.csv', '--column', 'amps=2'], 'is no column'],
  [['power', 'capture.csv', '--windows', 'D9'], 'has no digital input "D9"'],
  [['power', 'capture.csv', '--suite', 'yesterday', '--windows', 'D0'], 'yesterday'],
])('tickmark import %j is wrong input', async (args, words) => {
  using project = createProject();
  capture(project);
  const { code, stderr } = await project.run('import', ...args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
});

test('Ctrl-C ends it with 130, and leaves nothing', async () => {
  using project = createProject();
  const rest = 'x'.repeat(60);
  const lines = Array.from({ length: 2_000_000 }, (_, n) => `${n},1,${rest}\n`);
  project.write('long.csv', `time (s),current (mA),x\n${lines.join('')}`);
  const child = project.start(['import', 'power', 'long.csv'], { TMPDIR: project.folder });
  const end = ended(child);
  const isReading = () => readdirSync(project.folder).some(name => name.startsWith('tickmark-import-'));
  expect(await until(isReading, 20_000)).toBe(true);
  child.kill('SIGINT');
  expect((await end).code).toBe(130);
  expect(isReading()).toBe(false);
});
