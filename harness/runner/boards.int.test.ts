// Boards of silicon as far as a run can tell: programs behind pseudo-terminals that a programmer writes and resets.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { Results } from '../report/results.ts';
import type { CaseResult } from '../verdict/result.ts';
import { buildBoards, createDesk, type Desk, type DeskBoard, noDesk, oldImage } from './fixtures/desk.ts';
import { descendants, isGone, until, victimOf } from './fixtures/processes.ts';
import { createProject, ended, type Project } from './fixtures/project.ts';

beforeAll(buildBoards);

const flasher = (name: string) => `flasher: { tool: openocd, config: [none.cfg], probe: ${name} }`;

/** A suite on some boards. Its figures are of a program of this machine: no budget bounds time. */
function suiteOn(project: Project, name: string, targets: readonly string[], ...edits: [string, string][]): void {
  project.suite(
    name,
    ['targets: [rp2040js-pico]', `targets: [${targets.join(', ')}]`],
    ["  latency: { modelled-cycles: { p50: '<= 10 Mcycles' } }\n", ''],
    ...edits,
  );
}

/** A desk's one board, with a suite on it. */
async function onlyBoard(project: Project, desk: Desk): Promise<DeskBoard> {
  const board = await desk.plugIn('board-one');
  project.write('boards/one.yaml', board.yaml());
  suiteOn(project, 'hum', ['board-one']);
  return board;
}

async function run(project: Project, desk: Desk, out: string, ...more: readonly string[]) {
  return ended(project.start(['run', '--no-html', '--out', out, ...more], desk.env));
}

function caseOf({ cases }: Results, target: string, suite = 'hum'): CaseResult {
  const found = cases.find(each => each.target === target && each.suite === suite);
  if (!found) throw new Error(`${suite} on ${target} was not judged`);
  return found;
}

const stepsOf = ({ rig = [] }: CaseResult) => rig.map(({ step, worked }) => `${step}${worked ? '' : ' in vain'}`);

test('two boards run in parallel: one is flashed, since another build is in it, and one is not', async ({ skip }) => {
  skip(noDesk !== undefined, noDesk);
  using project = createProject();
  await using desk = createDesk();
  const [one, two] = [await desk.plugIn('board-one', { holds: oldImage }), await desk.plugIn('board-two')];
  project.write('boards/one.yaml', one.yaml(flasher('board-one'), 'unit: u-board-one'));
  project.write('boards/two.yaml', two.yaml(flasher('board-two')));
  suiteOn(project, 'hum', ['board-one', 'board-two']);

  const { code, stdout, stderr } = await run(project, desk, 'out');
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  const results = project.results('out');
  expect([one.done(), two.done()]).toEqual([['flash'], []]);
  expect(stepsOf(caseOf(results, 'board-one'))).toEqual(['found', 'flash']);
  expect(caseOf(results, 'board-one').provenance).toMatchObject({
    unit: 'u-board-one',
    port: expect.stringMatching(/^tty-/),
    flasher: 'openocd',
    proof: 'its build id',
  });
  expect(stdout).toMatch(/board {2}flashed by openocd in \d/);
  const [a, b] = results.cases.map(
    ({ startedAt, durationMs }) => [Date.parse(startedAt), Date.parse(startedAt) + durationMs] as const,
  );
  expect(Math.max(a?.[0] ?? 0, b?.[0] ?? 0)).toBeLessThan(Math.min(a?.[1] ?? 0, b?.[1] ?? 0));
});

test('a board that nothing helps goes to the sick bay with its first cause, and the rest of the run goes on', async ({
  skip,
}) => {
  skip(noDesk !== undefined, noDesk);
  using project = createProject();
  await using desk = createDesk();
  const [dead, well] = [await desk.plugIn('board-dead', { runs: 'dead' }), await desk.plugIn('board-well')];
  project.write('boards/dead.yaml', dead.yaml(flasher('board-dead'), 'reset: [soft, probe]'));
  project.write('boards/well.yaml', well.yaml(flasher('board-well')));
  for (const name of ['hum', 'hiss']) suiteOn(project, name, ['board-dead', 'board-well']);

  const { code } = await run(project, desk, 'out');
  expect(code).toBe(3);
  const results = project.results('out');
  const sick = results.cases.filter(({ target }) => target === 'board-dead');
  expect(sick.map(({ status }) => status)).toEqual(['broken', 'broken']);
  const reasons = sick.map(({ verdicts }) => verdicts[0]?.reason ?? '');
  const cause = /no answer to HELLO.*no help: flash, probe/s;
  expect(reasons).toEqual([expect.stringMatching(cause), expect.stringMatching(cause)]);
  expect(reasons.filter(reason => reason.includes('was given up in this run'))).toHaveLength(1);
  expect(dead.done()).toEqual(['flash', 'reset']);
  for (const name of ['hum', 'hiss']) expect(caseOf(results, 'board-well', name).status).toBe('passed');
});

test('a board that hangs in the middle is reset by its probe, and the case is measured again, which the results say', async ({
  skip,
}) => {
  skip(noDesk !== undefined, noDesk);
  using project = createProject();
  await using desk = createDesk();
  const board = await desk.plugIn('board-one');
  writeFileSync(join(board.folder, 'probe-cures'), '');
  project.write('boards/one.yaml', board.yaml(flasher('board-one'), 'reset: [soft, probe]'));
  suiteOn(project, 'hum', ['board-one']);
  board.hang(25);

  expect(await run(project, desk, 'out')).toMatchObject({ code: 0, stderr: '' });
  const result = caseOf(project.results('out'), 'board-one');
  expect(result.attempts).toEqual([
    expect.objectContaining({ reason: expect.stringMatching(/has not answered INFER for 15 s/) }),
  ]);
  expect(result.warnings.join()).toContain('second attempt');
  expect(stepsOf(result)).toEqual(['found', 'probe']);
  expect(existsSync(join(project.folder, 'out/recordings/hum@board-one/attempt-1/samples.jsonl'))).toBe(true);
});

test('a port that vanishes in the middle is found again when it is back, and the case is measured again', async ({
  skip,
}) => {
  skip(noDesk !== undefined, noDesk);
  using project = createProject();
  await using desk = createDesk();
  const board = await onlyBoard(project, desk);
  board.hang(25); // the plug comes off within an inference
  const started = run(project, desk, 'out');
  const samples = join(project.folder, 'out/recordings/hum@board-one/samples.jsonl');
  await until(() => existsSync(samples) && readFileSync(samples, 'utf8').includes('"vector":5'), 60_000);
  await board.pull();
  board.goOn();
  await setTimeout(3000); // a person walks over and plugs it in again
  await board.plugIn();

  const over = await started;
  expect(over, over.stdout).toMatchObject({ code: 0, stderr: '' });
  expect(over.stdout).toMatch(/measures hum on board-one again; it broke: board-one: /);
  const result = caseOf(project.results('out'), 'board-one');
  expect(result.attempts).toHaveLength(1);
  expect(stepsOf(result)).toEqual(['found', 'found']);
});

test('a board is one run’s at a time: the second waits, and says for whom', async ({ skip }) => {
  skip(noDesk !== undefined, noDesk);
  using project = createProject();
  await using desk = createDesk();
  const board = await onlyBoard(project, desk);
  board.hang();
  const first = project.start(['run', '--no-html', '--out', 'first'], desk.env);
  const firstEnd = ended(first);
  await until(() => existsSync(join(desk.folder, 'locks')), 30_000);
  const second = project.start(['run', '--no-html', '--out', 'second'], desk.env);
  const secondEnd = ended(second);
  let said = '';
  second.stdout?.on('data', (text: Buffer) => (said += text.toString()));
  const waits = new RegExp(`waits for board-one, held by tickmark run \\(pid ${first.pid}\\) since \\d\\d:\\d\\d`);
  expect(await until(() => waits.test(said), 60_000), said).toBe(true);
  board.goOn();

  expect(await secondEnd).toMatchObject({ code: 0, stderr: '' });
  expect(await firstEnd).toMatchObject({ code: 0 });
  expect(readdirSync(join(desk.folder, 'locks'))).toEqual([]);
});

test('a run that is killed lets go of its board at once, and leaves nothing running', async ({ skip }) => {
  skip(noDesk !== undefined, noDesk);
  using project = createProject();
  await using desk = createDesk();
  const board = await onlyBoard(project, desk);
  board.hang();
  const killed = project.start(['run', '--no-html', '--out', 'killed'], desk.env);
  await until(() => existsSync(join(desk.folder, 'locks')), 20_000);
  const broker = victimOf(killed, 'the broker');
  killed.kill('SIGKILL');
  process.kill(broker, 'SIGKILL');
  await board.pull();
  board.goOn();
  await board.plugIn();

  const next = await run(project, desk, 'next');
  expect(next, next.stdout).toMatchObject({ code: 0 });
  expect(next.stdout).not.toContain('waits for');
  expect(await until(() => isGone(broker), 1000)).toBe(true);
});

test('a board that is not plugged in is skipped with what to do, and broken where it was named', async ({ skip }) => {
  skip(noDesk !== undefined, noDesk);
  using project = createProject();
  await using desk = createDesk();
  const board = await onlyBoard(project, desk);
  await board.pull();

  const listed = await ended(project.start(['list'], desk.env));
  expect(listed.stdout).toMatch(/board-one would be skipped: .*there is no port/);
  await run(project, desk, 'skipped');
  expect(caseOf(project.results('skipped'), 'board-one').status).toBe('skipped');
  await run(project, desk, 'named', '--target', 'board-one');
  expect(caseOf(project.results('named'), 'board-one').status).toBe('broken');
});

test('the wrong one of two boards, and a flash that changes nothing, are broken with both values', async ({ skip }) => {
  skip(noDesk !== undefined, noDesk);
  using project = createProject();
  await using desk = createDesk();
  const [wrong, vain] = [await desk.plugIn('board-wrong'), await desk.plugIn('board-vain', { holds: oldImage })];
  writeFileSync(join(vain.folder, 'protected'), '');
  project.write('boards/wrong.yaml', wrong.yaml(flasher('board-wrong'), 'unit: u-another'));
  project.write('boards/vain.yaml', vain.yaml(flasher('board-vain')));
  suiteOn(project, 'hum', ['board-wrong', 'board-vain']);

  expect(await run(project, desk, 'out')).toMatchObject({ code: 3 });
  const results = project.results('out');
  expect(caseOf(results, 'board-wrong').verdicts[0]?.reason).toMatch(
    /unit u-board-wrong answers, the board file means unit u-another/,
  );
  expect(wrong.done()).toEqual([]);
  expect(caseOf(results, 'board-vain').verdicts[0]?.reason).toMatch(
    /openocd says that it has written the image, and still .*build \w{40}.*build \w{40}/,
  );
  expect(vain.done()).toEqual(['flash']);
});

test('a board that hangs from the start is brought round by its power, whose port is seen to go', async ({ skip }) => {
  skip(noDesk !== undefined, noDesk);
  using project = createProject();
  await using desk = createDesk();
  const board = await desk.plugIn('board-one');
  project.write('boards/one.yaml', board.yaml(board.powerYaml, 'reset: [power]'));
  for (const name of ['hum', 'hiss']) suiteOn(project, name, ['board-one'], ['timeout: 60 s', 'timeout: 5 s']);
  board.hang();
  await using _switch = board.followSwitch();

  expect(await run(project, desk, 'out')).toMatchObject({ code: 3, stderr: '' });
  const { cases } = project.results('out');
  expect(cases.map(({ status }) => status).sort()).toEqual(['broken', 'passed']);
  const [hung, well] = ['broken', 'passed'].map(status => cases.find(each => each.status === status));
  expect(hung?.verdicts[0]?.reason).toMatch(/longer than its limit of 5 s, waiting .* s for INFER/);
  expect(well?.rig?.at(-1)).toMatchObject({
    step: 'power',
    worked: true,
    detail: 'power command; the port went away with it',
  });
});

test('a second boot is a reset that the firmware is asked for', async ({ skip }) => {
  skip(noDesk !== undefined, noDesk);
  using project = createProject();
  await using desk = createDesk();
  project.write('boards/one.yaml', (await desk.plugIn('board-one')).yaml());
  suiteOn(project, 'hum', ['board-one'], ['warmup: 1', 'warmup: 1, boots: 2']);
  const ran = await run(project, desk, 'out');
  expect(ran, ran.stdout).toMatchObject({ code: 0 });
  expect(stepsOf(caseOf(project.results('out'), 'board-one'))).toEqual(['found', 'soft']);
});

test('Ctrl-C in the middle of a hang leaves no process, and no lock', async ({ skip }) => {
  skip(noDesk !== undefined, noDesk);
  using project = createProject();
  await using desk = createDesk();
  const board = await onlyBoard(project, desk);
  board.hang();
  const started = project.start(['run', '--no-html', '--out', 'out'], desk.env);
  const end = ended(started);
  const wire = join(project.folder, 'out/recordings/hum@board-one/wire.jsonl');
  await until(() => existsSync(wire) && statSync(wire).size > 0, 20_000);
  const all = descendants(started.pid);
  started.kill('SIGINT');

  expect(await end).toMatchObject({ code: 130 });
  expect(await until(() => all.every(isGone), 2000)).toBe(true);
  expect(readdirSync(join(desk.folder, 'locks'))).toEqual([]);
});
