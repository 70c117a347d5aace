import { expect, test } from 'vitest';
import type { WindowSample } from '../recording/recording.ts';
import { nothingSeen, type Session } from './session.ts';
import { judgeLapClock, measureWindowLatency, measureWindows, windowedOf } from './windows.ts';

const base = { kind: 'window', boot: 0, vector: 0, warmups: 2, lap0Us: 2 ** 32 - 1_000_000, results: [] } as const;

/** A window that took so long by the DUT's clock, which wraps in it, and by the host's. */
function aWindow(us: number, more: Partial<WindowSample> = {}): WindowSample {
  const lap1Us = (base.lap0Us + us) % 2 ** 32;
  return { ...base, purpose: 'measured', iterations: 100, lap1Us, hostUs: us, ...more };
}

function sessionOf(...windows: readonly WindowSample[]): Session {
  return { ...nothingSeen, end: { status: 'complete' }, vectors: 5, boots: 1, windows };
}

const five = [10.2, 10.4, 10.1, 10.3, 10.5].map(seconds => aWindow(seconds * 1e6));

test('throughput and latency are the medians of what was printed', () => {
  expect(measureWindows(sessionOf(...five))?.medianThroughput).toBeCloseTo(100 / 10.3, 9);
  expect(measureWindowLatency(sessionOf(...five), 'silicon')).toMatchObject({ p50: 103_000, count: 5, unit: 'µs' });
});

test('printing is what a window of N has twice, and one of 2N once', () => {
  const pair = [
    aWindow(1_001_562, { purpose: 'scaling' }),
    aWindow(2_001_562, { purpose: 'scaling', iterations: 200 }),
  ];
  const measured = measureWindows(sessionOf(...pair, ...five));
  expect(measured?.printUs).toBe(1562);
  expect(measured && windowedOf(measured, 10_000).detail).toBe(
    'of 5 windows; 1.562 ms of each is printing: 103 ms with it, 102.98 ms without',
  );
});

test.each([
  ['four windows', five.slice(1), '4 of 5 windows were taken'],
  [
    'a window that is too short',
    [...five.slice(1), aWindow(9_999_999)],
    'window 4 took 9.999999 s, and has to last 10 s',
  ],
  [
    'a window of nine',
    [...five.slice(1), aWindow(11e6, { iterations: 9 })],
    'window 4 has 9 iterations, and a window takes 10',
  ],
])('%s are too little to judge by', (_what, windows, doubt) => {
  const measured = measureWindows(sessionOf(...windows));
  expect(measured && windowedOf(measured, 10_000).doubt).toBe(doubt);
});

test('windows that keep both rules leave no doubt', () => {
  const measured = measureWindows(sessionOf(...five));
  expect(measured && windowedOf(measured, 10_000)).toEqual({ detail: 'of 5 windows' });
});

test.each([
  [
    'stands still',
    [aWindow(0, { hostUs: 300_000 })],
    /stands still: 100 inferences took 0 µs by it, and 0\.3 s by the host's/,
  ],
  [
    'does not count the work',
    [aWindow(2000, { purpose: 'scaling' }), aWindow(2000, { purpose: 'scaling' })],
    /does not count the work/,
  ],
  ['counts other µs', [aWindow(10e6, { hostUs: 11e6 })], /9\.09 % apart, allowed 5 %; its µs are none/],
])('a clock that %s is broken', (_what, windows, reason) => {
  expect(judgeLapClock(sessionOf(...windows), 'silicon')).toMatchObject({
    status: 'broken',
    reason: expect.stringMatching(reason),
  });
});

test('the host may hear a short window late', () => {
  const short = aWindow(100_000, { hostUs: 115_000 });
  expect(judgeLapClock(sessionOf(short, short), 'silicon')).toMatchObject({ status: 'passed' });
});
