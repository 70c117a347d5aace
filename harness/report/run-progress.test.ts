import { expect, test } from 'vitest';
import { createRunProgress, type Expected } from './run-progress.ts';

function aCase(name: string, cost: number): Expected {
  const [suite = '', target = ''] = name.split('@');
  return { id: name, suite, target, cost };
}

const vectorMs = 100;

/** A run that is told what happens, and a clock that stands still until it is moved. */
function aRun(atOnce: number, ...cases: Expected[]) {
  let nowMs = 0;
  const run = createRunProgress(() => nowMs);
  run.expect(cases, atOnce);
  return {
    run,
    /** Vectors at a steady pace, from the first on. */
    measure: (caseId: string, { from = 1, to, total }: { from?: number; to: number; total: number }) => {
      for (let done = from; done <= to; done++) {
        run.update({ caseId, done, total });
        nowMs += vectorMs;
      }
    },
    tick: (ms: number) => (nowMs += ms),
  };
}

test('a single case is estimated by its own vectors, once there is a second of them', () => {
  const { run, measure, tick } = aRun(1, aCase('hum@qemu', 5));
  run.update({ caseId: 'hum@qemu', done: 0, total: 100 });
  tick(5000); // a slow start promises nothing
  measure('hum@qemu', { to: 10, total: 100 });
  expect(run.state().leftMs).toBeUndefined();
  measure('hum@qemu', { from: 11, to: 50, total: 100 });
  expect(run.state()).toMatchObject({ judged: 0, planned: 1, underWay: [{ title: 'hum on qemu', done: 50 }] });
  expect(run.state().leftMs).toBeCloseTo(50 * vectorMs * (50 / 49), -1);
});

test('what waits is estimated by its cost, at the pace that was seen on its target', () => {
  const { run, tick } = aRun(1, aCase('a@qemu', 1), aCase('a@pico', 1), aCase('b@qemu', 3), aCase('b@pico', 3));
  run.update({ caseId: 'a@qemu', done: 0, total: 9 });
  tick(2000);
  run.measured('a@qemu', true);
  expect(run.state().leftMs).toBe(2000 + 6000 + 6000); // nothing was seen of the pico yet
  run.update({ caseId: 'a@pico', done: 0, total: 9 });
  tick(10_000);
  run.measured('a@pico', true);
  expect(run.state().leftMs).toBe(6000 + 30_000);
});

test('what is left is dealt out to as many as are at work, and the longest case tells', () => {
  const seen = aCase('seen@qemu', 1);
  const { run, tick } = aRun(2, seen, aCase('a@qemu', 1), aCase('b@qemu', 1), aCase('c@qemu', 10));
  run.update({ caseId: 'seen@qemu', done: 0, total: 9 });
  tick(1000);
  run.measured('seen@qemu', true);
  expect(run.state().leftMs).toBe(1000 + 10_000);
});

test('nothing is promised before a second was seen, nor when all is measured', () => {
  const { run, tick } = aRun(2, aCase('a@qemu', 1), aCase('b@qemu', 100));
  run.update({ caseId: 'a@qemu', done: 0, total: 9 });
  tick(200);
  run.measured('a@qemu', true);
  expect(run.state().leftMs).toBeUndefined();
  run.update({ caseId: 'b@qemu', done: 0, total: 9 });
  tick(5000);
  run.measured('b@qemu', true);
  expect(run.state()).toEqual({ judged: 0, planned: 2, underWay: [] });
});

test('what was skipped or broken off says nothing of other targets, and what is not installed takes no time', () => {
  const cases = [aCase('a@qemu', 1), aCase('a@renode', 1), aCase('b@qemu', 1), aCase('b@missing', 0)];
  const { run, tick } = aRun(1, ...cases);
  run.update({ caseId: 'a@qemu', done: 0, total: 9 });
  tick(3000);
  run.measured('a@qemu', true);
  run.update({ caseId: 'a@renode', done: 0, total: 9 });
  tick(10);
  run.measured('a@renode', false);
  expect(run.state().leftMs).toBe(3000);
});

test('a case that takes longer than it should promises no time that is past', () => {
  const { run, tick } = aRun(1, aCase('a@qemu', 1), aCase('b@qemu', 1));
  run.update({ caseId: 'a@qemu', done: 0, total: 9 });
  tick(2000);
  run.measured('a@qemu', true);
  run.update({ caseId: 'b@qemu', done: 0, total: 9 });
  tick(60_000);
  expect(run.state().leftMs).toBeUndefined();
});

test('who measures anew has nothing under way, and only what was judged is done', () => {
  const { run, tick } = aRun(2, aCase('a@qemu', 1), aCase('b@qemu', 1), aCase('c@qemu', 1));
  for (const caseId of ['a@qemu', 'b@qemu', 'c@qemu']) run.update({ caseId, done: 0, total: 9 });
  tick(4000);
  run.measured('a@qemu', true);
  run.measured('b@qemu', true);
  run.judged('a@qemu');
  expect(run.state()).toMatchObject({ judged: 1, underWay: [{ caseId: 'c@qemu' }] });
  run.restart();
  expect(run.state()).toEqual({ judged: 1, planned: 3, underWay: [], leftMs: 4000 });
});
