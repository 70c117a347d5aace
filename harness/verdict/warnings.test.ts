import { expect, test } from 'vitest';
import type { Basis } from '../units.ts';
import type { Metrics } from './result.ts';
import { warningsOf } from './warnings.ts';

const quiet = { inferences: [], operators: [] };

function metricsOf(ticks: readonly number[], basis: Basis = 'silicon'): Metrics {
  const figures = { min: 1, p50: 1, p90: 1, p99: 1, max: 1, mean: 1 };
  return { vectors: 1, latency: { basis, tickHz: 1e6, unit: 'µs', count: ticks.length, ...figures, ticks } };
}

test.each([
  [[100, 100, 100], []],
  [[99, 99, 99], ['the timer is coarse: the median inference takes 99 ticks, so one tick is more than 1 % of it']],
])('ticks of %j give %j', (ticks, warnings) => {
  expect(warningsOf(metricsOf(ticks), undefined, quiet)).toEqual(warnings);
});

test('an inference that took more than twice the median is a doubt on silicon, and a fact in an emulator', () => {
  const ticks = [500, 500, 500, 1000, 1001];
  expect(warningsOf(metricsOf(ticks), undefined, quiet)).toEqual([
    '1 of 5 inferences took more than twice the median: interrupts, or a clock that changed',
  ]);
  expect(warningsOf(metricsOf(ticks, 'modelled-cycles'), undefined, quiet)).toEqual([]);
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
  expect(warningsOf({ vectors: judged, accuracy }, undefined, quiet)).toEqual(warnings);
});

test.each([
  [{ stackBytes: 1023, stackReservedBytes: 1024 }, []],
  [{ stackBytes: 1024 }, []],
  [
    { stackBytes: 1024, stackReservedBytes: 1024 },
    ['the stack reached the end of its 1024 bytes: it may have overwritten what lies there'],
  ],
])('memory of %j gives %j', (memory, warnings) => {
  expect(warningsOf({ vectors: 1, memory }, undefined, quiet)).toEqual(warnings);
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
  expect(warningsOf({ vectors: 1, link: goodLink }, undefined, quiet)).toEqual([]);
});

test('a link that lost something is, with what it took to repair it', () => {
  const link = { ...goodLink, repeats: 10, lostFrames: 7, damagedFrames: 3, leastDataBytes: 40 };
  expect(warningsOf({ vectors: 1, link }, undefined, quiet)).toEqual([
    'the link is bad: of 100 frames sent, 7 were lost there or back and 3 answered by damaged bytes; all were sent again, the shortest with 40 bytes of data',
  ]);
});

test('disturbed windows are a doubt about the ticks, also of a session that was cut off before it told of its link', () => {
  const inference = { boot: 0, vector: 0, ticks: 500, output: new Uint8Array() };
  const noisy = { ...inference, isDisturbed: true } as const;
  const session = { inferences: [noisy, inference, noisy], operators: [] };
  expect(warningsOf(metricsOf([500, 500, 500]), undefined, session)).toEqual([
    'in 2 of 3 inferences bytes from the host may have arrived: their ticks may be too many',
  ]);
});

test('so is a disturbed profile about the operators', () => {
  const profile = { kind: 'operators', boot: 0, vector: 0, ticks: [1], isDisturbed: true } as const;
  expect(warningsOf({ vectors: 1 }, undefined, { inferences: [], operators: [profile] })).toEqual([
    'bytes from the host may have arrived while the operators were timed: the ticks of some may be too many',
  ]);
});

const off = { vector: 1, element: 0, expected: 2, actual: 1, diffLsb: 1, differingElements: 1 };
test.each([
  ['no budget asks for the golden', { isAsked: false, late: 0 }, /^1 of 3 outputs differ from the golden, which no/],
  ['the DUT answers the previous question', { isAsked: false, late: 2 }, /answers the previous question$/],
])('outputs that are not the golden are a doubt where %s', (_when, golden, warning) => {
  const warnings = warningsOf({ vectors: 3 }, { measuredVectors: 3, differences: [off], ...golden }, quiet);
  expect(warnings).toEqual([expect.stringMatching(warning)]);
});

test('what a golden budget judges is no doubt besides', () => {
  const golden = { measuredVectors: 3, differences: [off], late: 0, isAsked: true };
  expect(warningsOf({ vectors: 3 }, golden, quiet)).toEqual([]);
});
