import { expect, test } from 'vitest';
import type { PlannedCase } from './plan.ts';
import { createSchedule, type ScheduleOptions } from './schedule.ts';

const basisOf = (target: string) => (target.startsWith('board') ? 'silicon' : 'instructions');

/** `suite@target`; a target that begins with "board" is of silicon, on the port that is named before a dash. */
function planned(id: string): PlannedCase {
  const [name = '', target = ''] = id.split('@');
  const place = target.startsWith('board')
    ? { kind: 'serial', port: { path: `/dev/${target.split('-')[0]}` } }
    : { kind: 'qemu' };
  return { id, suite: { name }, board: { name: target, basis: basisOf(target), target: place } } as PlannedCase;
}

/** A schedule whose cases end when they are told to. */
function scheduled(ids: readonly string[], options: Partial<Pick<ScheduleOptions, 'front' | 'emulators'>> = {}) {
  const started: string[] = [];
  const running = new Map<string, () => void>();
  const schedule = createSchedule({
    ahead: ids.map(planned),
    front: options.front ?? ids.map(id => id.split('@')[1] ?? ''),
    emulators: options.emulators ?? { atOnce: 2, atFirst: 9 },
    run: ({ id }, signal) => {
      started.push(id);
      return new Promise((resolve, reject) => {
        running.set(id, () => (running.delete(id), resolve()));
        signal.addEventListener('abort', () => (running.delete(id), reject(signal.reason as Error)));
      });
    },
  });
  return {
    close: (reason: Error) => schedule.close(reason),
    ask: (id: string) => schedule.ask(planned(id)),
    started,
    running: () => [...running.keys()],
    end: async (id: string) => {
      running.get(id)?.();
      await turn();
    },
  };
}

const turn = () => new Promise<void>(resolve => setImmediate(resolve));

test('cases run ahead in the order of the plan, at most so many at once', async () => {
  const { started, running, end } = scheduled(['a@x', 'b@y', 'c@x', 'd@y']);
  expect(running()).toEqual(['a@x', 'b@y']);
  await end('b@y');
  expect(running()).toEqual(['a@x', 'c@x']);
  await end('a@x');
  expect(started).toEqual(['a@x', 'b@y', 'c@x', 'd@y']);
});

test('two cases of one emulated target run at once', () => {
  expect(scheduled(['a@x', 'b@x', 'c@x']).running()).toEqual(['a@x', 'b@x']);
});

test('a board of silicon has one case at a time, and takes no core from an emulator', async () => {
  const { running, end } = scheduled(['a@board1', 'b@board1', 'c@board2', 'd@x', 'e@x', 'f@x']);
  expect(running()).toEqual(['a@board1', 'c@board2', 'd@x', 'e@x']);
  await end('a@board1');
  expect(running()).toEqual(['c@board2', 'd@x', 'e@x', 'b@board1']);
});

test('two files that describe one board have one case at a time between them', async () => {
  const { running, end } = scheduled(['a@board1', 'b@board1-again', 'c@board2']);
  expect(running()).toEqual(['a@board1', 'c@board2']);
  await end('a@board1');
  expect(running()).toEqual(['c@board2', 'b@board1-again']);
});

test('until somebody asks, only the first cases are run: who loads needs a core', async () => {
  const { running, started, ask, end } = scheduled(['a@x', 'b@x', 'c@x'], { emulators: { atOnce: 2, atFirst: 1 } });
  expect(running()).toEqual(['a@x']);
  await end('a@x');
  expect(started).toEqual(['a@x']);
  ask('a@x');
  expect(running()).toEqual(['b@x', 'c@x']);
});

test('asking changes nothing in the order', async () => {
  const { started, ask, end } = scheduled(['a@x', 'b@x', 'c@y', 'd@x'], { emulators: { atOnce: 1, atFirst: 1 } });
  ask('d@x');
  ask('c@y');
  for (const id of ['a@x', 'b@x', 'c@y']) await end(id);
  expect(started).toEqual(['a@x', 'b@x', 'c@y', 'd@x']);
});

test('targets without a worker stand back until one asks, or nothing else is there to do', async () => {
  const { running, started, ask, end } = scheduled(['a@x', 'b@y', 'c@z', 'd@x', 'e@z'], { front: ['x', 'y'] });
  await end('a@x');
  expect(running()).toEqual(['b@y', 'd@x']);
  await end('b@y');
  expect(running()).toEqual(['d@x', 'c@z']);
  ask('c@z');
  await end('c@z');
  expect(started).toEqual(['a@x', 'b@y', 'd@x', 'c@z', 'e@z']);
});

test('what was run ahead has settled for whoever asks, and is not run again', async () => {
  const { started, ask, end } = scheduled(['a@x']);
  await end('a@x');
  await ask('a@x').settled;
  expect(started).toEqual(['a@x']);
});

test('what is asked for again is run again: the test was repeated', async () => {
  const { started, ask, end } = scheduled(['a@x']);
  ask('a@x');
  await end('a@x');
  ask('a@x');
  expect(started).toEqual(['a@x', 'a@x']);
});

test('a case that is asked for again while it is being ended waits for that: both write one recording', async () => {
  const running = new Map<string, () => void>();
  const started: string[] = [];
  const schedule = createSchedule({
    ahead: [],
    front: ['x'],
    emulators: { atOnce: 2, atFirst: 2 },
    run: ({ id }) => {
      started.push(id);
      return new Promise(resolve => running.set(id, resolve));
    },
  });
  schedule.ask(planned('a@x')).giveUp(new Error('the worker is gone'));
  schedule.ask(planned('a@x'));
  schedule.ask(planned('b@x'));
  expect(started).toEqual(['a@x', 'b@x']);
  running.get('a@x')?.();
  await turn();
  expect(started).toEqual(['a@x', 'b@x', 'a@x']);
});

test('without a plan to run ahead, cases run as they are asked for', async () => {
  const { started, ask, end } = scheduled([], { emulators: { atOnce: 1, atFirst: 1 } });
  for (const id of ['b@x', 'a@y', 'c@z']) ask(id);
  for (const id of ['b@x', 'a@y']) await end(id);
  expect(started).toEqual(['b@x', 'a@y', 'c@z']);
});

test('a case that is given up ends, and makes room; one that waits never begins', async () => {
  const { started, ask, running } = scheduled(['a@x', 'b@y', 'c@x'], { emulators: { atOnce: 1, atFirst: 1 } });
  const [a, b] = [ask('a@x'), ask('b@y')];
  b.giveUp(new Error('the worker is gone'));
  await expect(b.settled).rejects.toThrow('the worker is gone');
  a.giveUp(new Error('this one, too'));
  await expect(a.settled).rejects.toThrow('this one, too');
  await turn();
  expect(running()).toEqual(['c@x']);
  expect(started).toEqual(['a@x', 'c@x']);
});

test('giving up what has settled changes nothing', async () => {
  const { ask, end } = scheduled(['a@x']);
  const a = ask('a@x');
  await end('a@x');
  a.giveUp(new Error('late'));
  await expect(a.settled).resolves.toBeUndefined();
});

test('trouble in a case that nobody has asked for yet is told to who asks, and the next case runs', async () => {
  const failing = createSchedule({
    ahead: ['a@x', 'b@x'].map(planned),
    front: ['x'],
    emulators: { atOnce: 1, atFirst: 1 },
    run: ({ id }) => (id === 'a@x' ? Promise.reject(new Error('disk full')) : Promise.resolve()),
  });
  await turn();
  await expect(failing.ask(planned('a@x')).settled).rejects.toThrow('disk full');
  await failing.ask(planned('b@x')).settled;
});

test('closing ends what runs, starts nothing more, and waits for it', async () => {
  const { started, ask, close, running } = scheduled(['a@x', 'b@x', 'c@x']);
  const [a, c] = [ask('a@x'), ask('c@x')];
  await close(new Error('the run was interrupted'));
  expect(running()).toEqual([]);
  await expect(a.settled).rejects.toThrow('interrupted');
  await expect(c.settled).rejects.toThrow('interrupted');
  await expect(ask('d@x').settled).rejects.toThrow('interrupted');
  expect(started).toEqual(['a@x', 'b@x']);
});
