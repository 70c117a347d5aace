// The same suite on QEMU, as a user runs it, with QEMU installed and without.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { missingTool } from '../fixtures/tools.ts';
import { findProgram } from '../target/program.ts';
import { qemuMachines } from '../target/qemu-machines.ts';
import type { CaseResult } from '../verdict/result.ts';
import { createProject, ended, type Project } from './fixtures/project.ts';

const machines = Object.keys(qemuMachines).map(machine => `qemu-${machine}`);
const skipReason = missingTool(findProgram('qemu-system-arm') !== undefined, 'apt-get install qemu-system-arm');
const withoutQemu = { PATH: '/nowhere' };

describe.skipIf(skipReason !== undefined)(`with QEMU (${skipReason ?? 'found'})`, () => {
  test('every machine gives the golden to the bit, and the same instructions in two runs', async () => {
    using project = createProject();
    project.suite(
      'hum',
      ['[rp2040js-pico]', `[${machines.join(', ')}]`],
      ['modelled-cycles', 'instructions'],
      ['Mcycles', 'Minstructions'],
    );
    expect(await project.run('run', '--no-html', '--out', 'one')).toMatchObject({ code: 0, stderr: '' });
    expect(await project.run('run', '--no-html', '--out', 'two')).toMatchObject({ code: 0 });
    for (const machine of machines) {
      const [one, two] = ['one', 'two'].map(run => caseOn(project, run, machine));
      expect(one?.metrics.golden).toMatchObject({ maxDiffLsb: 0, differingVectors: 0 });
      expect(one?.metrics.latency).toMatchObject({ basis: 'instructions', count: 12 });
      expect(two?.metrics.latency?.ticks).toEqual(one?.metrics.latency?.ticks);
      expect(statusOf(one, 'rig.tickCounter')).toBe('passed');
    }
  });

  test('faults on demand are judged again from the recording, and stand in every report', async () => {
    using project = createProject();
    const faults =
      '{ fault: uart-flip, rate: 0.002, expect: same-output }, { fault: model-bit, bit: 7, expect: detected }';
    project.suite(
      'hum',
      ['[rp2040js-pico]', '[qemu-mps2-an386]'],
      ['modelled-cycles', 'instructions'],
      ['Mcycles', 'Minstructions'],
      ['budgets:', `robustness: [${faults}]\nbudgets:`],
    );
    expect(await project.run('run', '--no-html', '--out', 'run')).toMatchObject({ code: 0, stderr: '' });
    const again = ['run', '--replay', 'run', '--no-html', '--out', 'again'];
    expect((await ended(project.start(again, withoutQemu))).code).toBe(0);
    const [run, replay] = ['run', 'again'].map(each => caseOn(project, each, 'qemu-mps2-an386'));
    expect(statusOf(run, 'robustness.uart-flip')).toBe('passed');
    expect(statusOf(run, 'robustness.model-bit')).toBe('passed');
    expect(replay?.verdicts).toEqual(run?.verdicts);
    const [allure = ''] = readdirSync(join(project.folder, 'run/allure-results')).filter(name =>
      name.endsWith('-result.json'),
    );
    expect(project.read(`run/allure-results/${allure}`)).toMatch(/"robustness.uart-flip: \d faults?"/);
    expect(project.read('run/junit.xml')).toContain('robustness.model-bit');
  });

  test('a fault on demand that the firmware does not get over fails the run, with what happened instead', async () => {
    using project = createProject();
    project.suite(
      'hum',
      ['[rp2040js-pico]', '[qemu-mps2-an386]'],
      ['modelled-cycles', 'instructions'],
      ['Mcycles', 'Minstructions'],
      ['budgets:', 'robustness: [{ fault: uart-drop, rate: 0.1, expect: same-output, timeout: 1 s }]\nbudgets:'],
    );
    const { code, stdout } = await project.run('run', '--no-html', '--out', 'run');
    expect(code).toBe(1);
    expect(stdout).toContain('robustness.uart-drop: must be same-output, and is not: ');
    expect(project.read('run/summary.md')).toContain('robustness.uart-drop');
    expect(statusOf(caseOn(project, 'run', 'qemu-mps2-an386'), 'golden.maxDiffLsb')).toBe('passed');
  });
});

test('without QEMU its cases are skipped with how to get it, and the others count', async () => {
  using project = createProject();
  writeSuite(project);
  const { code, stdout } = await ended(project.start(['run', '--no-html', '--out', 'run'], withoutQemu));
  expect(code).toBe(0);
  expect(stdout).toMatch(/1 passed.*1 skipped/);
  expect(stdout).toContain('apt-get install qemu-system-arm');
  expect(caseOn(project, 'run', 'qemu-mps2-an386')?.status).toBe('skipped');
  expect(project.read('run/summary.md')).toContain('apt-get install qemu-system-arm');
});

test('a target that was skipped is a fault under --strict, and broken when it was named', async () => {
  using project = createProject();
  writeSuite(project);
  const strict = await ended(project.start(['run', '--strict', '--no-html', '--out', 'strict'], withoutQemu));
  expect(strict.code).toBe(3);
  const named = ['run', '--target', 'qemu-mps2-an386', '--no-html', '--out', 'named'];
  expect((await ended(project.start(named, withoutQemu))).code).toBe(3);
  expect(caseOn(project, 'named', 'qemu-mps2-an386')?.status).toBe('broken');
});

test('`tickmark list` says what would be skipped, and why', async () => {
  using project = createProject();
  writeSuite(project);
  const why = 'qemu-system-arm is not installed: apt-get install qemu-system-arm, or brew install qemu';
  const { stdout } = await ended(project.start(['list'], withoutQemu));
  expect(stdout).toContain(`qemu-mps2-an386 would be skipped: ${why}`);
  const named = await ended(project.start(['list', '--target', 'qemu-mps2-an386'], withoutQemu));
  expect(named.stdout).toContain('qemu-mps2-an386 would be broken');
  const { stdout: json } = await ended(project.start(['list', '--json'], withoutQemu));
  expect(JSON.parse(json)).toMatchObject({ cases: [{ missing: why }, { missing: null }] });
});

function writeSuite(project: Project): void {
  project.suite(
    'hum',
    ['[rp2040js-pico]', '[rp2040js-pico, qemu-mps2-an386]'],
    ["{ p50: '<= 10 Mcycles' }", "{ p50: '<= 10 Mcycles' }, instructions: { p50: '<= 1 Minstructions' }"],
  );
}

function caseOn(project: Project, run: string, target: string): CaseResult | undefined {
  return project.results(run).cases.find(each => each.target === target);
}

function statusOf(result: CaseResult | undefined, budget: string): string | undefined {
  return result?.verdicts.find(verdict => verdict.budget === budget)?.status;
}
