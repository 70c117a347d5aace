import { expect, test } from 'vitest';
import type { Basis } from '../units.ts';
import type { Metrics } from './result.ts';
import { warningsOf } from './warnings.ts';

function metricsOf(ticks: readonly number[], basis: Basis = 'silicon'): Metrics {
  const figures = { min: 1, p50: 1, p90: 1, p99: 1, max: 1, mean: 1 };
  return { vectors: 1, latency: { basis, tickHz: 1e6, unit: 'µs', count: ticks.length, ...figures, ticks } };
}

test.each([
  [[100, 100, 100], []],
  [[99, 99, 99], ['the timer is coarse: the median inference takes 99 ticks, so one tick is more than 1 % of it']],
])('ticks of %j give %j', (ticks, warnings) => {
  expect(warningsOf(metricsOf(ticks), undefined)).toEqual(warnings);
});

test('an inference that took more than twice the median is a doubt on silicon, and a fact in an emulator', () => {
  const ticks = [500, 500, 500, 1000, 1001];
  expect(warningsOf(metricsOf(ticks), undefined)).toEqual([
    '1 of 5 inferences took more than twice the median: interrupts, or a clock that changed',
  ]);
  expect(warningsOf(metricsOf(ticks, 'modelled-cycles'), undefined)).toEqual([]);
});

test.each([
  [20, ['accuracy is over 20 vectors only: each one weighs 5 pp']],
  [99, ['accuracy is over 99 vectors only: each one weighs 1 pp']],
  [100, []],
])('accuracy over %i vectors gives %j', (judged, warnings) => {
  const accuracy = {
    of: 'vectors',
    top1: 100,
    correct: judged,
    judged,
    classes: [],
    perClass: [],
    confusion: [],
  } as const;
  expect(warningsOf({ vectors: judged, accuracy }, undefined)).toEqual(warnings);
});

test.each([
  [{ stackBytes: 1023, stackReservedBytes: 1024 }, []],
  [{ stackBytes: 1024 }, []],
  [
    { stackBytes: 1024, stackReservedBytes: 1024 },
    ['the stack reached the end of its 1024 bytes: it may have overwritten what lies there'],
  ],
])('memory of %j gives %j', (memory, warnings) => {
  expect(warningsOf({ vectors: 1, memory }, undefined)).toEqual(warnings);
});

const goodLink = {
  requests: 90,
  repeats: 0,
  lostFrames: 0,
  damagedFrames: 0,
  leastDataBytes: 1017,
  disturbedWindows: 0,
};

test('a link that lost nothing is not worth a word', () => {
  expect(warningsOf({ vectors: 1, link: goodLink }, undefined)).toEqual([]);
});

test('a link that lost something is, with what it took to repair it', () => {
  const link = { ...goodLink, repeats: 10, lostFrames: 7, damagedFrames: 3, leastDataBytes: 40 };
  expect(warningsOf({ vectors: 1, link }, undefined)).toEqual([
    'the link is bad: of 100 frames sent, 7 were lost there or back and 3 answered by damaged bytes; all were sent again, the shortest with 40 bytes of data',
  ]);
});

test('windows that a repeat may have disturbed are a doubt about the ticks', () => {
  const link = { ...goodLink, repeats: 2, disturbedWindows: 2 };
  expect(warningsOf({ ...metricsOf([500, 500, 500]), link }, undefined)).toEqual([
    'in 2 of 3 inferences bytes of a repeated request may have arrived: their ticks may be too many',
  ]);
});
