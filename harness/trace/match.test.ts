import { expect, test } from 'vitest';
import { randomsFrom } from '../fixtures/random.ts';
import type { MarkSample } from '../recording/recording.ts';
import type { Matchable } from './assign.ts';
import { matchPulses } from './match.ts';

/** Requests every `everyMs` of 5 ms each, sent a millisecond before, whose answers come `lateMs` late; sampled at 10 kHz from 100 ms of the host's on. */
function requests(count: number, lateMs: (index: number) => number, everyMs = 60): Matchable {
  const marks = Array.from({ length: count }, (_, vector): MarkSample => {
    const startMs = 1000 + vector * everyMs + (vector > count / 2 ? 400 : 0);
    const times = { sentMs: startMs - 1, heardMs: startMs + 5 + lateMs(vector) };
    return { kind: 'mark', boot: 0, purpose: 'inference', vector, runs: 1, ...times };
  });
  const pulses = marks.map(({ sentMs }) => {
    const first = Math.round((sentMs + 1 - 100) * 10);
    return { first, end: first + 50 };
  });
  return { marks, boots: [{ fromMs: 0, untilMs: 1e6 }], pulses, manner: 'pulse', rateHz: 10_000 };
}

test.each([[5], [6], [7], [8]])('a host that hears late moves no window out of its request: %i', seed => {
  const random = randomsFrom(seed);
  const matchable = requests(12, () => 1 + random(40));
  const { line, matched, isAmbiguous } = matchPulses(matchable, { startMs: 95 });
  expect(isAmbiguous).toBe(false);
  expect(matched.map(({ mark, pulse }) => [mark.vector, pulse.first])).toEqual(
    matchable.marks.map(({ vector }, index) => [vector, matchable.pulses[index]?.first]),
  );
  for (const { mark, pulse } of matched) {
    expect(line.offsetMs + (pulse.first / 10) * line.slope).toBeGreaterThan(mark.sentMs - 0.01);
    expect(line.offsetMs + (pulse.end / 10) * line.slope).toBeLessThan(mark.heardMs + 0.01);
  }
});

test('a steady beat with a pulse more than there are requests fits in two ways', () => {
  const beat = requests(40, () => 2, 10);
  const steady = { ...beat, marks: beat.marks.slice(1, 20), pulses: beat.pulses.slice(0, 20) };
  expect(matchPulses({ ...steady, boots: [{ fromMs: 1009, untilMs: 1200 }] }, { startMs: 100 }).isAmbiguous).toBe(true);
  expect(matchPulses({ ...steady, pulses: steady.pulses.slice(1) }, { startMs: 100 }).isAmbiguous).toBe(false);
});

test('no pulse at all matches nothing', () => {
  const { matched, wrong, isAmbiguous } = matchPulses({ ...requests(5, () => 2), pulses: [] }, {});
  expect([matched, wrong.length, isAmbiguous]).toEqual([[], 5, false]);
});
