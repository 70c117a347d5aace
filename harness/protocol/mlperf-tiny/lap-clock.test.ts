import { expect, test } from 'vitest';
import { type HeardLaps, lapClock } from './lap-clock.ts';

/** Readings of a clock that was 0 when the host's was, of a window of so many ms that begins then. */
function laps(fromMs: number, ms: number, more: Partial<HeardLaps> = {}): HeardLaps {
  return {
    lap0Us: (fromMs * 1000) % 2 ** 32,
    lap1Us: ((fromMs + ms) * 1000) % 2 ** 32,
    heard0Ms: fromMs,
    heard1Ms: fromMs + ms,
    ...more,
  };
}

test.each([
  ['a window of 10 s', laps(20_000, 10_000)],
  ['one in which the clock wraps', laps(4_294_960, 10_000)],
  ['one that was heard 100 ms late', laps(20_000, 3, { heard1Ms: 20_103 })],
])('%s is not off', (_what, given) => {
  expect(lapClock().isOff(given)).toBe(false);
});

test.each([
  ['the first reading', { lap0Us: 2_345_678 }],
  ['the second reading', { lap1Us: 1_245_678 }],
])('a digit that was lost of %s is off', (_what, lost) => {
  const whole = { lap0Us: 12_345_678, lap1Us: 12_456_780, heard0Ms: 12_345, heard1Ms: 12_456 };
  const clock = lapClock();
  expect(clock.isOff(whole)).toBe(false);
  expect(clock.isOff({ ...whole, ...lost })).toBe(true);
});

test('readings are held against those of before, over a wrap too', () => {
  const clock = lapClock();
  clock.note(laps(4_294_000, 10));
  expect(clock.isOff(laps(4_295_000, 10))).toBe(false);
  expect(clock.isOff(laps(4_395_000, 10))).toBe(false);
  expect(clock.isOff({ ...laps(0, 10), heard0Ms: 4_395_000, heard1Ms: 4_395_010 })).toBe(true);
});

test('a clock that began anew since is told from one that lost a digit', () => {
  const clock = lapClock();
  clock.note(laps(100_000, 10));
  const later = { heard0Ms: 101_000, heard1Ms: 101_010 };
  expect(clock.hasRestarted({ ...laps(400, 10), ...later })).toBe(true);
  expect(clock.hasRestarted({ ...laps(10_100, 10), ...later })).toBe(false);
  expect(clock.hasRestarted(laps(101_000, 10))).toBe(false);
});
