// Current as far as a run can tell: a board that is a program behind a pseudo-terminal, and a simulated meter that sees its marker pin.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { startLpm01a } from '../fixtures/simulated-lpm01a.ts';
import { noSimulatedPpk2, type SimulatedPpk2Options, startSimulatedPpk2 } from '../fixtures/simulated-ppk2.ts';
import { openTrace } from '../recording/read-trace.ts';
import { type TraceFacts, traceFiles } from '../recording/trace.ts';
import { attachmentsOf } from '../report/attachments.ts';
import type { CaseResult } from '../verdict/result.ts';
import { buildBoards, createDesk, type Desk, type DeskBoard, noDesk, oldImage } from './fixtures/desk.ts';
import { isGone, until, victimOf } from './fixtures/processes.ts';
import { createProject, ended, type Project } from './fixtures/project.ts';

beforeAll(buildBoards);

const missing = noDesk ?? noSimulatedPpk2;
const inferMs = 100;
/** As a real one, but that it waits for a machine that is busy with other tests. */
const draws = { sleepMa: 0.003, activeMa: 4, keepBlocks: 200 };

/** How late a busy machine ends a window is none of the DUT's: ticks and meter may differ by nearly all of it. */
const lax = 'idle: 500 ms, agreement: 90 %';

/** A suite on the board, with some lines of budgets. */
function suiteOn(project: Project, budgets: string, current = lax): void {
  project.suite(
    'hum',
    ['targets: [rp2040js-pico]', 'targets: [board-one]'],
    ["  latency: { modelled-cycles: { p50: '<= 10 Mcycles' } }\n", `${budgets}\n`],
    ['timeout: 60 s', `timeout: 60 s, current: { ${current} }`],
  );
}

interface OnDesk {
  readonly marker: string;
  readonly board: DeskBoard;
}

async function plugIn(desk: Desk, holds?: string): Promise<OnDesk> {
  const marker = join(desk.folder, 'marker');
  const board = await desk.plugIn('board-one', { inferMs, marker, ...(holds && { holds }) });
  await until(() => existsSync(marker), 5000); // which the board makes
  return { marker, board };
}

const meterYaml = (path: string, more = 'marker: D0') =>
  `meter: { at: JP5, kind: ppk2, port: { path: ${path} }, mode: source, ${more} }`;

const run = (project: Project, desk: Desk, ...args: readonly string[]) =>
  ended(project.start(['run', '--no-html', ...args], desk.env));

function only(project: Project, out: string): CaseResult {
  const [result] = project.results(out).cases;
  if (!result) throw new Error('no case was judged');
  return result;
}

const statuses = ({ verdicts }: CaseResult) =>
  Object.fromEntries(verdicts.map(({ budget, status }) => [budget, status]));

const stepsOf = ({ rig = [] }: CaseResult) => rig.map(({ step, worked }) => (worked ? step : `no ${step}`));

const recordingOf = (project: Project, out: string) => join(project.folder, out, 'recordings/hum@board-one');

const budgets = `  current: { measured: { inference: { mean: '<= 5 mA', peak: '<= 6 mA' }, sleep: { mean: '<= 10 µA' }, dutyCycle: { mean: '<= 1 mA' } } }
  energy: { measured: { inference: '<= 3 mJ' } }
  battery: { measured: { CR2032: '>= 5 days' } }`;
const bounded = [
  ...['inference.mean', 'inference.peak', 'sleep.mean', 'dutyCycle.mean'].map(of => `current.measured.${of}`),
  'energy.measured.inference',
  'battery.measured.CR2032',
];
const all = (status: CaseResult['status']) => Object.fromEntries(bounded.map(budget => [budget, status]));

/** Measures the suite on one board with one meter. */
async function measured(
  { project, desk, on: { board, marker } }: { readonly project: Project; readonly desk: Desk; readonly on: OnDesk },
  { out, more, ...options }: SimulatedPpk2Options & { readonly out: string; readonly more?: string },
) {
  await using meter = await startSimulatedPpk2({ marker, ...draws, ...options });
  project.write('boards/one.yaml', board.yaml('supply: 3.3 V', flasher, meterYaml(meter.path, more)));
  return await run(project, desk, '--out', out);
}

const flasher = 'flasher: { tool: openocd, config: [none.cfg], probe: board-one }';

test('what a board draws is measured, held against its budgets, and judged again from its recording', async ({
  skip,
}) => {
  skip(missing !== undefined, missing);
  using project = createProject();
  await using desk = createDesk();
  const here = { project, desk, on: await plugIn(desk, oldImage) };
  suiteOn(project, budgets, `${lax}, period: 1 s, periods: 2`);

  const over = await measured(here, { out: 'good' });
  expect({ code: over.code, stderr: over.stderr }, over.stdout).toEqual({ code: 0, stderr: '' });
  const good = only(project, 'good');
  expect(statuses(good)).toMatchObject(all('passed'));
  expect(stepsOf(good)).toEqual(['meter', 'found', 'power', 'flash', 'power']);
  const mean = good.verdicts.find(({ budget }) => budget === 'current.measured.inference.mean');
  expect(mean?.measured).toBeCloseTo(draws.activeMa, 1);

  expect(attachmentsOf(good, join(project.folder, 'good')).map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'Current',
      'Current in some periods',
      'Current in one inference',
      'Current in each window',
      'Energy by inference',
      'Battery life',
    ]),
  );

  const again = await run(project, desk, '--replay', 'good', '--out', 'again');
  expect(again.code, again.stdout).toBe(0);
  expect(only(project, 'again').verdicts).toEqual(good.verdicts);

  const worse = await measured(here, { out: 'bad', sleepMa: 0.03, activeMa: 40 });
  expect(worse.code, worse.stdout).toBe(1);
  const bad = only(project, 'bad');
  expect(statuses(bad)).toMatchObject({ ...all('failed'), 'rig.trace': 'passed', 'golden.maxDiffLsb': 'passed' });
});

test('an X-NUCLEO-LPM01A, which sees no pulse of the marker, places windows by the serial line', async ({ skip }) => {
  skip(missing !== undefined, missing);
  using project = createProject();
  await using desk = createDesk();
  const { board, marker } = await plugIn(desk);
  await using meter = await startLpm01a({ marker, 'sleep-ma': draws.sleepMa, 'active-ma': draws.activeMa });
  const yaml = `meter: { at: JP5, kind: lpm01a, port: { path: ${meter.path} } }`;
  project.write('boards/one.yaml', board.yaml('supply: 3.3 V', yaml));
  // no duty cycle: a busy host ends a period by the serial line some 60 ms late, and a hundred times that is too long for a test
  const ofWindows = budgets.replace(/, dutyCycle:.*? \}/, '').replace(/\n.*battery.*/, '');
  suiteOn(project, ofWindows);

  const over = await run(project, desk, '--out', 'out');
  expect({ code: over.code, stderr: over.stderr }, over.stdout).toEqual({ code: 0, stderr: '' });
  const result = only(project, 'out');
  expect(statuses(result)).toMatchObject({
    'current.measured.inference.mean': 'passed',
    'current.measured.inference.peak': 'passed',
    'current.measured.sleep.mean': 'passed',
    'energy.measured.inference': 'passed',
  });
  expect(result.metrics.current?.placed?.by).toBe('uart');
});

test('without a wire for the marker windows of many inferences are measured', async ({ skip }) => {
  skip(missing !== undefined, missing);
  using project = createProject();
  await using desk = createDesk();
  const here = { project, desk, on: await plugIn(desk) };
  suiteOn(project, "  energy: { measured: { inference: '<= 3 mJ' } }");

  const over = await measured(here, { out: 'out', more: 'idleAtMost: 100 µA' });
  expect({ code: over.code, stderr: over.stderr }, over.stdout).toEqual({ code: 0, stderr: '' });
  const { verdicts } = only(project, 'out');
  const energy = verdicts.find(({ budget }) => budget === 'energy.measured.inference');
  const expectedUj = draws.activeMa * 3.3 * inferMs;
  expect((energy?.measured ?? 0) / expectedUj).toBeGreaterThan(0.9);
  expect((energy?.measured ?? 0) / expectedUj).toBeLessThan(1.2);
  expect(energy?.reason).toContain('mean of 10 windows');
});

test('a meter that is lost in the middle breaks what needs its trace; outputs and ticks stand', async ({ skip }) => {
  skip(missing !== undefined, missing);
  using project = createProject();
  await using desk = createDesk();
  const here = { project, desk, on: await plugIn(desk) };
  suiteOn(project, "  current: { measured: { inference: { mean: '<= 5 mA' } } }");

  const over = await measured(here, { out: 'out', vanishAfter: 3 });
  expect(over.code, over.stdout).toBe(3);
  const result = only(project, 'out');
  expect(statuses(result)).toMatchObject({
    'rig.session': 'passed',
    'rig.trace': 'broken',
    'golden.maxDiffLsb': 'passed',
    'current.measured.inference.mean': 'broken',
  });
  expect(result.verdicts.find(({ budget }) => budget === 'rig.trace')?.reason).toMatch(/the meter was lost/);
  expect(stepsOf(result).at(-1)).toBe('no meter');
  using trace = openTrace(recordingOf(project, 'out'));
  expect(trace.samples / trace.facts.rateHz).toBeGreaterThan(2);
});

test('a value that no meter can mean within a window breaks it, and says where', async ({ skip }) => {
  skip(missing !== undefined, missing);
  using project = createProject();
  await using desk = createDesk();
  const here = { project, desk, on: await plugIn(desk) };
  suiteOn(project, "  current: { measured: { inference: { mean: '<= 5 mA' } } }");

  const over = await measured(here, { out: 'out', impossibleAfter: 3 });
  expect(over.code, over.stdout).toBe(3);
  const trace = only(project, 'out').verdicts.find(({ budget }) => budget === 'rig.trace');
  expect(trace?.status).toBe('broken');
  expect(trace?.reason).toMatch(/lost or are none/);
});

test('a run that is killed keeps its trace, but for the last second', async ({ skip }) => {
  skip(missing !== undefined, missing);
  using project = createProject();
  await using desk = createDesk();
  const { board, marker } = await plugIn(desk);
  await using meter = await startSimulatedPpk2({ marker, ...draws });
  project.write('boards/one.yaml', board.yaml('supply: 3.3 V', meterYaml(meter.path)));
  suiteOn(project, "  current: { measured: { sleep: { mean: '<= 10 µA' } } }", 'idle: 20 s');
  const killed = project.start(['run', '--no-html', '--out', 'out'], desk.env);
  const over = ended(killed);
  const folder = recordingOf(project, 'out');
  const lasts = (seconds: number) => sizeOf(join(folder, traceFiles.samples)) >= 4 * 100_000 * seconds;
  expect(await until(() => lasts(4), 40_000)).toBe(true);
  const broker = victimOf(killed, 'the broker');
  const { startedAt = '' } = JSON.parse(readFileSync(join(folder, traceFiles.facts), 'utf8')) as TraceFacts;
  process.kill(broker, 'SIGKILL');
  const tookS = (Date.now() - Date.parse(startedAt)) / 1000;
  await over;

  using trace = openTrace(folder);
  expect(trace.samples / trace.facts.rateHz).toBeGreaterThan(tookS - 1);
  expect(trace.events.filter(({ kind }) => kind === 'anchor').at(-1)?.sample).toBeGreaterThan(
    trace.samples - trace.facts.rateHz,
  );
  expect(await until(() => isGone(broker), 2000)).toBe(true);
});

test('a trace that was damaged breaks its case in a replay, and says where', async ({ skip }) => {
  skip(missing !== undefined, missing);
  using project = createProject();
  await using desk = createDesk();
  const here = { project, desk, on: await plugIn(desk) };
  suiteOn(project, "  current: { measured: { sleep: { mean: '<= 10 µA' } } }");
  expect((await measured(here, { out: 'out' })).code).toBe(0);
  writeFileSync(join(recordingOf(project, 'out'), traceFiles.facts), '{ "tickmark": 1 }');

  const again = await run(project, desk, '--replay', 'out', '--out', 'again');
  expect(again, again.stdout).toMatchObject({ code: 3, stderr: '' });
  expect(again.stdout).toMatch(/trace\.json/);
  expect(statuses(only(project, 'again'))).toMatchObject({ 'rig.session': 'broken' });
});

test('a meter that is not plugged in leaves its board out, and is broken where that was named', async ({ skip }) => {
  skip(missing !== undefined, missing);
  using project = createProject();
  await using desk = createDesk();
  const { board } = await plugIn(desk);
  project.write('boards/one.yaml', board.yaml('supply: 3.3 V', meterYaml(join(desk.folder, 'none'))));
  suiteOn(project, "  current: { measured: { sleep: { mean: '<= 10 µA' } } }");

  const listed = await ended(project.start(['list'], desk.env));
  expect(listed.stdout).toMatch(/board-one would be skipped: board-one's meter: there is no port/);
  await run(project, desk, '--out', 'skipped');
  expect(only(project, 'skipped').status).toBe('skipped');
  await run(project, desk, '--out', 'named', '--target', 'board-one');
  expect(only(project, 'named').status).toBe('broken');
});

test('a board that no meter is described for says what to write', async ({ skip }) => {
  skip(missing !== undefined, missing);
  using project = createProject();
  await using desk = createDesk();
  const { board } = await plugIn(desk);
  project.write('boards/one.yaml', board.yaml());
  suiteOn(project, "  current: { measured: { sleep: { mean: '<= 10 µA' } } }");

  expect((await run(project, desk, '--out', 'out')).code).toBe(3);
  const sleep = only(project, 'out').verdicts.find(({ budget }) => budget === 'current.measured.sleep.mean');
  expect(sleep).toMatchObject({ status: 'skipped', reason: expect.stringContaining('meter') as string });
});

test('Ctrl-C while the DUT is left alone gives the meter back, with the DUT on', async ({ skip }) => {
  skip(missing !== undefined, missing);
  using project = createProject();
  await using desk = createDesk();
  const { board, marker } = await plugIn(desk);
  await using meter = await startSimulatedPpk2({ marker, ...draws });
  project.write('boards/one.yaml', board.yaml('supply: 3.3 V', meterYaml(meter.path)));
  suiteOn(project, "  current: { measured: { sleep: { mean: '<= 10 µA' } } }", 'idle: 20 s');
  const started = project.start(['run', '--no-html', '--out', 'out'], desk.env);
  const over = ended(started);
  const samples = join(recordingOf(project, 'out'), 'samples.jsonl');
  await until(() => sizeOf(samples) > 0 && readFileSync(samples, 'utf8').includes('"scaling"'), 40_000);
  started.kill('SIGINT');

  expect(await over).toMatchObject({ code: 130 });
  expect(meter.commands.at(-1)).toBe('07'); // it measures no more
  expect(meter.commands.filter(command => command.startsWith('0c')).at(-1)).toBe('0c 01'); // what it measured is on
});

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
