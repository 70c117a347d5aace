// Several emulators at once, as a user runs them: the same figures, and nothing that stays, whatever ends first.
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { missingTool } from '../fixtures/tools.ts';
import { findProgram } from '../target/program.ts';
import { descendants, emulatorsOf, isGone, until, victimOf } from './fixtures/processes.ts';
import { createProject, ended, type Project } from './fixtures/project.ts';

const targets = ['rp2040js-pico', 'qemu-mps2-an386', 'qemu-mps2-an500'];
const skipReason = missingTool(findProgram('qemu-system-arm') !== undefined, 'apt-get install qemu-system-arm');

function writeSuite(project: Project, name: string, ...edits: readonly (readonly [string, string])[]): void {
  const budgets = "{ p50: '<= 10 Mcycles' }, instructions: { p50: '<= 1 Minstructions' }";
  project.suite(name, ['[rp2040js-pico]', `[${targets.join(', ')}]`], ["{ p50: '<= 10 Mcycles' }", budgets], ...edits);
}

function samplesOf(project: Project, run: string): ReadonlyMap<string, string> {
  const folders = readdirSync(join(project.folder, run, 'recordings'));
  return new Map(folders.map(folder => [folder, project.read(join(run, 'recordings', folder, 'samples.jsonl'))]));
}

/** A run of cases that take far longer than the test, once QEMU twice and the RP2040 are in the middle of theirs. */
async function runUnderWay(project: Project) {
  writeSuite(project, 'long', ['first: 12', 'first: 300'], ['timeout: 60 s', 'boots: 100, timeout: 60 s']);
  project.write('tmp/keep', '');
  const env = { TMPDIR: join(project.folder, 'tmp') };
  const run = project.start(['run', '--no-html', '--workers', '3', '--out', 'run'], env);
  const end = ended(run);
  const isSampled = (target: string): boolean => {
    const path = `run/recordings/long@${target}/samples.jsonl`;
    return existsSync(join(project.folder, path)) && project.read(path).length > 1000;
  };
  expect(await until(() => targets.every(isSampled), 60_000)).toBe(true);
  expect(emulatorsOf(run)).toHaveLength(2);
  return { run, end, alive: descendants(run.pid) };
}

async function expectNothingLeft(project: Project, alive: readonly number[]): Promise<void> {
  expect(await until(() => alive.every(isGone), 10_000)).toBe(true);
  const left = () => readdirSync(join(project.folder, 'tmp')).filter(name => name.startsWith('tickmark-'));
  await until(() => left().length === 0, 10_000); // a worker that began meanwhile may be the last, and removes it
  expect(left()).toEqual([]);
}

describe.skipIf(skipReason !== undefined)(`with QEMU (${skipReason ?? 'found'})`, () => {
  test('one by one and all at once, every figure is the same', async () => {
    using project = createProject();
    for (const name of ['hum', 'whirr']) writeSuite(project, name);
    for (const workers of ['1', '3'])
      expect(await project.run('run', '--no-html', '--workers', workers, '--out', workers)).toMatchObject({ code: 0 });
    expect(samplesOf(project, '1').size).toBe(6);
    expect(samplesOf(project, '3')).toEqual(samplesOf(project, '1'));
  });

  test.each(['the command', 'Playwright', 'the command and the broker', 'the command and Playwright'])(
    'kill -9 of %s leaves no process and no socket',
    async all => {
      using project = createProject();
      const { run, end, alive } = await runUnderWay(project);
      for (const victim of all.split(' and ').map(who => victimOf(run, who))) process.kill(victim, 'SIGKILL');
      await end;
      await expectNothingLeft(project, alive);
      expect(project.results('run').run.complete).toBe(false);
    },
  );

  test('kill -9 of the broker breaks what was asked for, and nothing stays', async () => {
    using project = createProject();
    const { run, end, alive } = await runUnderWay(project);
    process.kill(victimOf(run, 'the broker'), 'SIGKILL');
    const hasBroken = () => project.results('run').cases.some(({ status }) => status === 'broken');
    expect(await until(hasBroken, 10_000)).toBe(true);
    run.kill('SIGINT'); // what had no worker yet is measured anew
    await end;
    await expectNothingLeft(project, alive);
  });

  test('kill -9 of a worker breaks its case, whose emulator ends, and no other', async () => {
    using project = createProject();
    const { run, end, alive } = await runUnderWay(project);
    process.kill(victimOf(run, 'a worker'), 'SIGKILL');
    const hasJudged = () => project.results('run').cases.length > 0;
    expect(await until(hasJudged, 10_000)).toBe(true);
    expect(project.results('run').cases).toMatchObject([{ status: 'broken' }]);
    run.kill('SIGINT');
    expect(await end).toMatchObject({ code: 130 });
    await expectNothingLeft(project, alive);
  });

  test('Ctrl-C ends also a worker that no longer answers', async () => {
    using project = createProject();
    const { run, end, alive } = await runUnderWay(project);
    process.kill(victimOf(run, 'a worker'), 'SIGSTOP');
    run.kill('SIGINT');
    expect(await end).toMatchObject({ code: 130, stdout: expect.stringContaining('interrupted: 3 of 3') });
    await expectNothingLeft(project, alive);
  });

  test.each([1, 2])('Ctrl-C %i times leaves no process and no socket', async times => {
    using project = createProject();
    const { run, end, alive } = await runUnderWay(project);
    run.kill('SIGINT');
    if (times === 2 && run.stdout) await once(run.stdout, 'data'); // the first was heard
    if (times === 2) run.kill('SIGINT');
    expect(await end).toMatchObject({ code: 130 });
    await expectNothingLeft(project, alive);
  });
});
