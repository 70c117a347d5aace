// `tickmark run` as a user runs it: the built command, in a project of its own, on the real emulator.
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { dataDir, noData } from '../fixtures/data.ts';
import type { Results } from '../report/results.ts';
import type { CaseResult } from '../verdict/result.ts';
import { descendants, isGone, until, victimOf } from './fixtures/processes.ts';
import { createProject, ended, type Project } from './fixtures/project.ts';

const target = 'rp2040js-pico';
const loseEmulator = fileURLToPath(new URL('./fixtures/lose-emulator.mjs', import.meta.url));

function statuses({ verdicts }: CaseResult): Record<string, string> {
  return Object.fromEntries(verdicts.map(({ budget, status }) => [budget, status]));
}

function only({ cases: [first, ...others] }: Results): CaseResult {
  expect(others).toEqual([]);
  if (!first) throw new Error('no case was judged');
  return first;
}

function ticksOf(project: Project, run: string): readonly number[] {
  return only(project.results(run)).metrics.latency?.ticks ?? [];
}

test('measures, judges and reports; a second run gives the same ticks; a replay gives the same verdicts without a target', async () => {
  using project = createProject();
  project.suite('hum');
  const first = await project.run('run', '--no-html', '--out', 'one');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toContain('1 passed');
  expect(readdirSync(join(project.folder, 'one')).sort()).toEqual(
    expect.arrayContaining(['allure-results', 'junit.xml', 'recordings', 'results.json', 'summary.md']),
  );

  expect(await project.run('run', '--no-html', '--out', 'two')).toMatchObject({ code: 0 });
  expect(ticksOf(project, 'one')).toHaveLength(12);
  expect(ticksOf(project, 'two')).toEqual(ticksOf(project, 'one'));

  expect(await project.run('run', '--no-html', '--replay', 'one', '--out', 'three')).toMatchObject({ code: 0 });
  expect(only(project.results('three')).verdicts).toEqual(only(project.results('one')).verdicts);
  expect(only(project.results('three')).provenance).toEqual(only(project.results('one')).provenance);
});

test('a suite made of real keywords, outside the checkout, passes at 0 LSB', async ({ skip }) => {
  skip(!dataDir, noData);
  using project = createProject();
  const kws = join(dataDir ?? '', 'kws01');
  project.write(
    'kws.yaml',
    `suite: kws
model: { file: ${kws}/kws_ref_model.tflite, float: ${kws}/kws_ref_model_float32.tflite }
vectors: { inputs: ${kws}/inputs.i8.bin, labels: ${kws}/labels.csv, first: 20 }
task: { kind: classification }
targets: [${target}]
budgets: { golden: { maxDiffLsb: 0 }, accuracy: { top1: '>= 90 %' } }
`,
  );
  expect(await project.run('run', 'kws.yaml', '--no-html', '--out', 'run')).toMatchObject({ code: 0, stderr: '' });
  expect(only(project.results('run')).metrics).toMatchObject({
    golden: { maxDiffLsb: 0, differingVectors: 0 },
    accuracy: { correct: 18, judged: 20 },
  });
});

test('one tighter budget, one wrong label: each moves its own verdict and no other', async () => {
  using project = createProject();
  project.suite('hum', ['>= 1 %', '>= 100 %']);
  const base = await project.run('run', '--no-html', '--out', 'base');
  expect(base).toMatchObject({ code: 0 });

  project.suite('hum', ['>= 1 %', '>= 100 %'], ['<= 10 Mcycles', '<= 10 kcycles']);
  expect(await project.run('run', '--no-html', '--replay', 'base', '--out', 'tighter')).toMatchObject({ code: 1 });
  const before = statuses(only(project.results('base')));
  expect(statuses(only(project.results('tighter')))).toEqual({ ...before, 'latency.modelled-cycles.p50': 'failed' });

  project.suite('hum', ['>= 1 %', '>= 100 %']);
  const [heading, first = '', ...rest] = project.read('suites/hum/labels.csv').split('\n');
  const wrong = first.replace(/\b[01]\b(?=[^01]*$)/, label => (label === '0' ? '1' : '0'));
  expect(wrong).not.toBe(first);
  project.write('suites/hum/labels.csv', [heading, wrong, ...rest].join('\n'));
  expect(await project.run('run', '--no-html', '--replay', 'base', '--out', 'mislabelled')).toMatchObject({ code: 1 });
  expect(statuses(only(project.results('mislabelled')))).toEqual({ ...before, 'accuracy.top1': 'failed' });
});

test('a replay of a recording of other vectors is broken, never judged', async () => {
  using project = createProject();
  project.suite('hum');
  await project.run('run', '--no-html', '--out', 'base');
  project.suite('hum', ['first: 12', 'first: 11']);
  expect(await project.run('run', '--no-html', '--replay', 'base', '--out', 'other')).toMatchObject({ code: 3 });
  expect(only(project.results('other')).status).toBe('broken');
});

test('a replay of a run without the case names that run, not the one that it writes', async () => {
  using project = createProject();
  project.suite('hum');
  project.write('base/recordings/note.txt', '');
  expect(await project.run('run', '--no-html', '--replay', 'base', '--out', 'other')).toMatchObject({ code: 3 });
  const { verdicts } = only(project.results('other'));
  expect(verdicts[0]?.reason).toContain(join(project.folder, 'base/recordings/hum@rp2040js-pico'));
});

test('an emulator that is lost at an inference breaks its case; the other case and the vectors before it are kept', async () => {
  using project = createProject();
  project.suite('hum');
  project.suite('whirr', ['first: 12', 'first: 13']);
  const lost = { NODE_OPTIONS: `--import=${loseEmulator}`, LOSE_EMULATOR_CASE: '1', LOSE_EMULATOR_AFTER: '30' };
  const { code, stdout } = await ended(project.start(['run', '--no-html', '--out', 'run'], lost));
  expect(code).toBe(3);
  expect(stdout).toMatch(/rig\.session/);
  const { cases } = project.results('run');
  expect(cases.map(({ suite, status }) => `${suite} ${status}`).sort()).toEqual(['hum broken', 'whirr passed']);
  const samples = project.read(`run/recordings/hum@${target}/samples.jsonl`);
  expect(samples.match(/"inference"/g)?.length).toBeGreaterThan(2);
});

test('Ctrl-C ends the run in order: code 130, results of what was judged, no process left', async () => {
  using project = createProject();
  project.suite('hum');
  project.suite('long', ['first: 12', 'first: 300'], ['timeout: 60 s', 'boots: 9, timeout: 60 s']);
  const run = project.start(['run', '--no-html', '--out', 'run']);
  const end = ended(run);
  const judged = () => project.results('run').cases.length === 1;
  expect(await until(() => existsSync(join(project.folder, 'run/results.json')) && judged(), 60_000)).toBe(true);
  const alive = descendants(run.pid);
  expect(alive.length).toBeGreaterThan(2);
  run.kill('SIGINT');
  expect(await end).toMatchObject({
    code: 130,
    stdout: expect.stringContaining('interrupting; Ctrl-C again ends at once'),
  });
  const { run: facts, cases } = project.results('run');
  expect(facts).toMatchObject({ interrupted: true, complete: false, planned: 2 });
  expect(cases.map(each => each.suite)).toEqual(['hum']);
  expect(await until(() => alive.every(isGone), 10_000)).toBe(true);
});

test('a second Ctrl-C ends it at once, also what no longer answers', async () => {
  using project = createProject();
  project.suite('long', ['first: 12', 'first: 300']);
  const run = project.start(['run', '--no-html', '--out', 'run']);
  const end = ended(run);
  const started = () => existsSync(join(project.folder, `run/recordings/long@${target}/samples.jsonl`));
  expect(await until(started, 60_000)).toBe(true);
  const alive = descendants(run.pid);
  const playwright = victimOf(run, 'Playwright');
  process.kill(victimOf(run, 'the broker'), 'SIGSTOP');
  run.kill('SIGINT');
  expect(await until(() => isGone(playwright), 10_000)).toBe(true);
  run.kill('SIGINT');
  expect(await end).toMatchObject({ code: 130, stderr: '' });
  expect(await until(() => alive.every(isGone), 10_000)).toBe(true);
});

test('a QEMU that hangs before it is asked for anything takes no longer than the case may', async () => {
  using project = createProject();
  project.suite(
    'stuck',
    ['[rp2040js-pico]', '[qemu-mps2-an386]'],
    ["modelled-cycles: { p50: '<= 10 Mcycles' }", "instructions: { p50: '<= 10 Minstructions' }"],
    ['timeout: 60 s', 'timeout: 2 s'],
  );
  project.write('bin/qemu-system-arm', '#!/bin/sh\nexec sleep 60\n');
  chmodSync(join(project.folder, 'bin/qemu-system-arm'), 0o755);
  const PATH = `${join(project.folder, 'bin')}:${process.env.PATH}`;
  const { code } = await ended(project.start(['run', '--no-html', '--out', 'run'], { PATH }));
  expect(code).toBe(3);
  expect(only(project.results('run')).verdicts[0]).toMatchObject({
    status: 'broken',
    reason: expect.stringMatching(
      /^stuck@qemu-mps2-an386: took longer than its limit of 2 s\n {2}→ look for a hang [^→]*$/,
    ),
  });
});

test.each(['the command', 'Playwright', 'the broker', 'the command and the broker'])(
  'kill -9 of %s leaves no process and no socket, and results that can be read',
  async all => {
    const who = all.split(' and ');
    using project = createProject();
    project.suite('long', ['first: 12', 'first: 300']);
    project.write('tmp/keep', '');
    const run = project.start(['run', '--no-html', '--out', 'run'], { TMPDIR: join(project.folder, 'tmp') });
    const end = ended(run);
    const started = () => existsSync(join(project.folder, `run/recordings/long@${target}/samples.jsonl`));
    expect(await until(started, 60_000)).toBe(true);
    const alive = descendants(run.pid);
    for (const victim of who.map(each => victimOf(run, each))) process.kill(victim, 'SIGKILL');
    const { code } = await end;
    expect(await until(() => alive.every(isGone), 10_000)).toBe(true);
    expect(readdirSync(join(project.folder, 'tmp')).filter(name => name.startsWith('tickmark-'))).toEqual([]);
    const { run: facts, cases } = project.results('run');
    if (who[0] !== 'the broker')
      return expect([code, facts.complete]).toEqual([who[0] === 'Playwright' ? 3 : null, false]);
    // A broker that dies before its case was asked for is started again, and nothing is lost.
    expect([code, cases[0]?.status]).toEqual(code === 0 ? [0, 'passed'] : [3, 'broken']);
  },
);

test.each(['a second Ctrl-C', 'kill -9 of the broker'])('%s leaves none of an emulator’s files', async how => {
  using project = createProject();
  project.suite(
    'stuck',
    ['[rp2040js-pico]', '[renode-stm32f4]'],
    ["modelled-cycles: { p50: '<= 10 Mcycles' }", "instructions: { p50: '<= 10 Minstructions' }"],
    ['timeout: 60 s', 'timeout: 5 s'],
  );
  project.write('renode', '#!/bin/sh\n[ "$1" = --version ] && echo Renode v1.16.1 && exit\nexec sleep 60\n');
  chmodSync(join(project.folder, 'renode'), 0o755);
  project.write('tmp/keep', '');
  const temporary = join(project.folder, 'tmp');
  const env = { TMPDIR: temporary, RENODE_PATH: join(project.folder, 'renode') };
  const run = project.start(['run', '--no-html', '--out', 'run'], env);
  const end = ended(run);
  const names = () => readdirSync(temporary, { recursive: true }).map(String);
  expect(await until(() => names().some(name => name.includes('tickmark-renode-')), 60_000)).toBe(true);
  if (how === 'kill -9 of the broker') process.kill(victimOf(run, 'the broker'), 'SIGKILL');
  else {
    process.kill(victimOf(run, 'the broker'), 'SIGSTOP'); // it would end in order between the two
    run.kill('SIGINT');
    await once(run.stdout as Readable, 'data');
    run.kill('SIGINT');
  }
  await end;
  expect(names().filter(name => name.startsWith('tickmark-'))).toEqual([]);
});

test('a TMPDIR that cannot be written to is told, with what to do', async () => {
  using project = createProject();
  project.suite('hum');
  const { code, stderr } = await ended(project.start(['run', '--out', 'run'], { TMPDIR: '/nowhere' }));
  expect([code, stderr]).toEqual([3, 'TMPDIR /nowhere: cannot be written (ENOENT)\n  → write to another place\n']);
});

test('a suite that is wrong ends with code 2, says where, and runs nothing', async () => {
  using project = createProject();
  project.suite('hum', ['<= 10 KiB', '<= 10']);
  const { code, stderr } = await project.run('run', '--out', 'run');
  expect(code).toBe(2);
  expect(stderr).toMatch(/suites\/hum\/suite\.yaml:\d+:\d+/);
  expect(existsSync(join(project.folder, 'run'))).toBe(false);
});

test.each(['thesis.txt', 'recordings/interview.wav', 'plan.json'])(
  'a folder with a %s of somebody else is not written to',
  async path => {
    using project = createProject();
    project.suite('hum');
    project.write(`run/${path}`, '{"years": "of work"}');
    expect(await project.run('run', '--out', 'run')).toMatchObject({ code: 2 });
    expect(project.read(`run/${path}`)).toBe('{"years": "of work"}');
  },
);

test('a broker that is killed in the second case leaves the first case’s recording as it was judged', async () => {
  using project = createProject();
  project.suite('hum');
  project.suite('long', ['first: 12', 'first: 300'], ['timeout: 60 s', 'boots: 9, timeout: 60 s']);
  const run = project.start(['run', '--no-html', '--out', 'run']);
  const end = ended(run);
  const judged = () => project.results('run').cases.length === 1;
  expect(await until(() => existsSync(join(project.folder, 'run/results.json')) && judged(), 60_000)).toBe(true);
  const recorded = project.read(`run/recordings/hum@${target}/wire.jsonl`);
  process.kill(victimOf(run, 'the broker'), 'SIGKILL');
  expect(await end).toMatchObject({ code: 3 });
  expect(project.results('run').cases.map(each => each.status)).toEqual(['passed', 'broken']);
  expect(project.read(`run/recordings/hum@${target}/wire.jsonl`)).toBe(recorded);
});
