import { expect, test } from 'vitest';
import { awake, nextFor, type Pace, paceAfter, paceAfterAll } from './renode-pace.ts';

const mips = 100;

/** Slices of a core that executes for some microseconds of each, and sends `sent` bytes in the first. */
function after(busy: readonly number[], sent = 0): Pace {
  return busy.reduce(
    (pace, microseconds, index) =>
      paceAfter(
        pace,
        { microseconds: pace.next, instructions: microseconds * mips, sent: index === 0 ? sent : 0 },
        mips,
      ),
    awake(mips),
  );
}

test('the first slice is as many instructions on every core', () => {
  expect(awake(100).next).toBe(2500);
  expect(awake(16).next).toBe(15_625);
});

test('slices grow while the core computes, to eight million instructions', () => {
  expect(after([2500]).next).toBe(10_000);
  expect(after([2500, 10_000]).next).toBe(40_000);
  expect(after([2500, 10_000, 40_000]).next).toBe(80_000);
  expect(after([2500, 10_000, 40_000, 80_000]).next).toBe(80_000);
});

test('slices that are asked for at once are those that would be asked for one by one', () => {
  const asked = nextFor(awake(mips), mips);
  expect(asked).toEqual({ slices: [2500, 10_000, 40_000, 80_000], settling: 20_000 });
  const [last, settled] = [
    { instructions: 1000 * mips, sent: 3 },
    { instructions: 7, sent: 0 },
  ];
  const oneByOne = paceAfter(after([2500, 10_000]), { microseconds: 40_000, ...last }, mips);
  expect(oneByOne.next).toBe(20_000);
  expect(paceAfterAll(awake(mips), asked, { count: 3, last, settled }, mips)).toEqual(
    paceAfter(oneByOne, { microseconds: 20_000, ...settled }, mips),
  );
});

test('a core that computes is not settled, and one that was asleep already has', () => {
  const asked = nextFor(awake(mips), mips);
  const none = { instructions: 0, sent: 0 };
  const busy = { count: 4, last: { instructions: 80_000 * mips, sent: 0 }, settled: none };
  expect(paceAfterAll(awake(mips), asked, busy, mips)).toEqual(after([2500, 10_000, 40_000, 80_000]));
  expect(nextFor(after([50, 0]), mips).settling).toBe(0);
});

test('a core that has answered and sleeps is given input once it has done nothing for 20 ms', () => {
  const answered = after([50], 9);
  expect(answered).toMatchObject({ next: 20_000, isAsleep: false, isReady: false });
  expect(after([50, 0], 9)).toMatchObject({ isAsleep: true, isReady: true });
});

test('a core that wakes at every tick to do nothing sleeps as well', () => {
  expect(after([50, 1500], 9)).toMatchObject({ isAsleep: true });
  expect(after([50, 2500], 9)).toMatchObject({ isAsleep: false, isReady: false });
});

test('a core that sends something is not asleep, however little it executes', () => {
  const ticking = paceAfter(after([50, 0]), { microseconds: 20_000, instructions: 10, sent: 1 }, mips);
  expect(ticking).toMatchObject({ isAsleep: false, isReady: false });
});

test('a core that never sleeps is given input once it has been silent for a million instructions', () => {
  expect(after([2500], 1).isReady).toBe(false);
  expect(after([2500, 10_000], 1)).toMatchObject({ isAsleep: false, isReady: true });
});
