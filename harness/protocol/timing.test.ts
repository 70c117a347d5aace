import { expect, test } from 'vitest';
import { createTiming, type Patience, waitAfterDamageMs, waitMs } from './timing.ts';

const patience: Patience = {
  cleanMs: 30_000,
  cleanKnownMs: 5000,
  firstMs: 1000,
  longestMs: 30_000,
  leastMs: 10,
  silentTries: 5,
  tries: 64,
};
const steady = { meanMs: 80, deviationMs: 1 };

test('learns what a kind of work takes, a unit at a time', () => {
  const timing = createTiming();
  expect(timing.expected('infer', 1)).toBeUndefined();
  for (let seen = 0; seen < 100; seen++) timing.took('infer', 2, 160);
  expect(timing.expected('infer', 5)?.meanMs).toBeCloseTo(400);
  expect(timing.expected('infer', 5)?.deviationMs).toBeCloseTo(0);
  expect(timing.expected('prove', 1)).toBeUndefined();
});

test('a link that has lost nothing is waited for long: whoever is slow then must not be disturbed', () => {
  expect(waitMs(patience, undefined, false, 1)).toBe(30_000);
  expect(waitMs(patience, steady, false, 1)).toBe(5000);
  expect(waitMs(patience, { meanMs: 2000, deviationMs: 0 }, false, 1)).toBe(20_000);
});

test('a bad line is waited for twice as long as usual, and a little longer each time', () => {
  expect([1, 2, 3].map(tries => waitMs(patience, steady, true, tries))).toEqual([160, 200, 250]);
  expect(waitMs(patience, { meanMs: 80, deviationMs: 50 }, true, 1)).toBe(280);
  expect(waitMs(patience, steady, true, 99)).toBe(8 * 160);
});

test('work that was never seen is waited for twice as long each time', () => {
  expect([1, 2, 3, 99].map(tries => waitMs(patience, undefined, true, tries))).toEqual([1000, 2000, 4000, 30_000]);
});

test('damage counts as the answer once its time has come', () => {
  expect(waitAfterDamageMs(patience, steady, 10)).toBe(72);
  expect(waitAfterDamageMs(patience, steady, 81)).toBe(1);
  expect(waitAfterDamageMs(patience, undefined, 10)).toBe(1000);
});
