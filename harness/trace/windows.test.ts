import { expect, test } from 'vitest';
import type { Manifest } from '../recording/recording.ts';
import type { TraceEvent } from '../recording/trace.ts';
import { aCapture, type Capture, type CaptureOptions } from './fixtures/capture.ts';
import {
  aboutAll,
  analysed,
  levels,
  windowsOf,
  withEvents,
  withoutEvents,
  withSamples,
  withValues,
} from './fixtures/change.ts';

/** Random clocks, hosts and lengths. */
function someOptions(seed: number): CaptureOptions {
  const random = (below: number, of: number) => ((seed * 48_271 + of * 7919) % 65_537) % below;
  const isAtEnds = random(3, 8) === 0; // whose windows are long, by their rules
  return {
    ...aboutAll('inference'),
    seed,
    rateHz: [10_000, 20_000][random(2, 1)] ?? 10_000,
    driftPpm: random(401, 2) - 200,
    dutPpm: random(201, 3) - 100,
    startMs: random(500, 4),
    vectors: 5 + random(40, 5),
    jitterMs: random(21, 6),
    batchMs: random(40, 7),
    inferenceMs: vector => (isAtEnds ? 250 : 12) + ((vector * 7 + seed) % 13),
    idleMs: 250,
    marker: isAtEnds ? 'ends' : 'pulse',
    period: { everyMs: 400, count: random(5, 9) },
    lost: [{ atMs: random(500, 4) + 300, samples: random(30, 10), how: 'gap' }], // in the first idling, or thereabouts
  };
}

test.each(Array.from({ length: 60 }, (_, seed) => [seed + 1]))(
  'windows, charges and energies of a capture are those that it was made of, whatever the clocks: %i',
  seed => {
    const options = { ...someOptions(seed), lost: [] };
    const capture = aCapture(options);
    const { faults, inferences, clock } = analysed(capture);
    expect(faults).toEqual([]);
    const truth = windowsOf(capture);
    expect(placesOf(inferences)).toEqual(placesOf(truth));
    for (const [index, { chargeUc, energyUj }] of truth.entries()) {
      expect(inferences[index]?.chargeUc).toBeCloseTo(chargeUc, 9);
      expect(inferences[index]?.energyUj).toBeCloseTo(energyUj, 9);
    }
    const offPpm = Math.abs((clock?.driftPpm ?? Number.NaN) - (options.driftPpm ?? 0));
    expect(offPpm).toBeLessThan(5 * (clock?.errorPpm ?? 0) + 1);
  },
);

test.each(Array.from({ length: 20 }, (_, seed) => [seed + 1]))(
  'samples that were lost move no window, and only those in windows take figures away: %i',
  seed => {
    const capture = aCapture(someOptions(seed));
    const { faults, inferences } = analysed(capture);
    const truth = windowsOf(capture);
    expect(placesOf(inferences)).toEqual(placesOf(truth));
    const isHit = truth.some(({ chargeUc }) => Number.isNaN(chargeUc));
    expect(faults.some(({ check, spoils }) => check === 'gaps' && spoils?.includes('inference'))).toBe(isHit);
    expect(inferences.every(({ chargeUc }) => chargeUc === undefined)).toBe(isHit);
  },
);

test('a minute of windows tells the drift to some ppm', () => {
  const { clock } = analysed(
    aCapture({ driftPpm: 120, dutPpm: -80, jitterMs: 3, vectors: 600, inferenceMs: () => 90 }),
  );
  expect(Math.abs((clock?.driftPpm ?? 0) - 120)).toBeLessThan(3);
  expect(clock).toMatchObject({ by: 'marks', marks: 608 });
});

test('the DUT’s clock is told by long windows', () => {
  const { clock } = analysed(aCapture({ dutPpm: -80, vectors: 3, inferenceMs: () => 5000 }));
  expect(Math.abs((clock?.dutPpm ?? 0) + 80)).toBeLessThan(21); // a sample of 50,000
});

test('sleep, duty cycle and application lie where the DUT was left alone, kept its period, and was on', () => {
  const capture = aCapture();
  const { sleep, dutyCycle, application } = analysed(capture);
  expect(windowsOf(capture, 'idle').some(({ first, end }) => sleep && sleep.first > first && sleep.end <= end)).toBe(
    true,
  );
  expect(sleep?.meanMa).toBeCloseTo(0.05, 3);
  const periods = windowsOf(capture, 'period');
  expect(dutyCycle).toMatchObject({ first: periods[0]?.first, end: periods[3]?.first, periods: 3, periodUs: 200_000 });
  expect(application).toMatchObject({ first: 0, end: capture.values.length });
});

test('the application is what lies between the last power-on before it and its end', () => {
  const capture = withEvents(aCapture(), [
    supply(2, true),
    supply(10, false),
    supply(300, true),
    supply(19_000, false),
  ]);
  expect(analysed(capture).application).toMatchObject({ first: 800, end: 19_000 });
});

test('what charges capacitors as the power comes on is no peak of the application', () => {
  const capture = withEvents(aCapture(), [supply(300, true)]);
  const inrush = withValues(capture, (value, sample) => (sample >= 320 && sample < 330 ? 800 : value));
  expect(analysed(inrush).application).toMatchObject({ first: 800, peakMa: expect.closeTo(5, 0) });
  const brief = analysed(withEvents(aCapture(), [supply(capture.values.length - 10, true)])).application;
  expect(brief).toMatchObject({ first: capture.values.length, end: capture.values.length });
});

test.each([
  ['an answer', { requestMs: 0.5, answerMs: 60 }],
  ['a request', { requestMs: 60, answerMs: 0.5 }],
  ['nothing', {}],
])('%s that takes long puts nothing of its way into sleep, nor does what a chip takes to sleep', (_what, link) => {
  const capture = aCapture({ ...link, batchMs: 200 });
  const idle = windowsOf(capture, 'idle');
  const settling = (0.8 * capture.facts.rateHz) / 1000;
  const isAsleep = (sample: number) => idle.some(({ first, end }) => sample >= first + settling && sample < end);
  const { sleep, faults } = analysed(withValues(capture, (value, sample) => (isAsleep(sample) ? value : 5)));
  expect(faults).toEqual([]);
  expect(sleep?.peakMa).toBeLessThan(0.06);
  expect(sleep?.durationUs).toBeGreaterThan(850_000);
});

test('of two times that the DUT was left alone the worse one counts', () => {
  const capture = aCapture();
  const [first] = windowsOf(capture, 'idle');
  const values = capture.values.map((value, sample) => (sample < (first?.end ?? 0) ? value : value * 2));
  const { sleep, doubts } = analysed({ ...capture, values });
  expect(sleep?.meanMa).toBeCloseTo(0.1, 3);
  expect(doubts).toEqual([
    expect.stringMatching(
      /^the times that the DUT was left alone differ: [45][09]\.\d+ µA in one, 100(\.\d+)? µA in another/,
    ),
  ]);
});

test('windows of many runs are judged where there are any, and inferences that are too short are not', () => {
  const short = aCapture({ ...aboutAll('inference'), inferenceMs: () => 2 });
  expect(analysed(short).faults).toEqual([
    expect.objectContaining({
      check: 'windows',
      what: 'the window of vector 0 lasts 2000 µs and each of its ends may be off by 100 µs, less than 100 times that: it takes 5 inferences a window; 19 more like it',
      spoils: ['inference'],
    }),
  ]);
  const long = aCapture({ ...aboutAll('inference'), inferenceMs: () => 200, runs: 100, vectors: 2 });
  const asWindows = withSamples(long, sample =>
    sample.kind === 'mark' && sample.purpose === 'inference' ? [{ ...sample, purpose: 'window' }] : [sample],
  );
  const both = { ...asWindows, events: asWindows.events };
  const { inferences, faults } = analysed(both);
  expect(faults).toEqual([]);
  expect(inferences.map(({ purpose, runs }) => [purpose, runs])).toEqual([
    ['window', 100],
    ['window', 100],
  ]);
});

test('what no budget is about breaks nothing, and has no figure', () => {
  const { faults, doubts, inferences } = analysed(
    aCapture({ ...aboutAll('sleep'), inferenceMs: () => 2, vectors: 90 }),
  );
  expect(faults).toEqual([]);
  expect(doubts).toEqual([expect.stringMatching(/^the window of vector 0 lasts 2000 µs .*; no budget is about it$/)]);
  expect(inferences[0]).not.toHaveProperty('meanMa');
  expect(inferences[0]).toHaveProperty('durationUs', 2000);
});

test('pulses at both ends of a window are its ends, as MLPerf Tiny has them, and earlier ones are noise', () => {
  const options = { marker: 'ends', inferenceMs: () => 200, vectors: 4, period: { everyMs: 0, count: 0 } } as const;
  const capture = aCapture({ ...options, ...aboutAll('inference') });
  expect(analysed(capture)).toMatchObject({ faults: [] });
  const truth = windowsOf(capture);
  expect(placesOf(analysed(capture).inferences)).toEqual(placesOf(truth));
  const early = (truth[0]?.first ?? 0) - 10;
  const noisy = withEvents(capture, [levels(early, 0), levels(early + 2, 1)]);
  expect(placesOf(analysed(noisy).inferences)).toEqual(placesOf(truth));
});

test('a meter that tells edges of its own places windows by pairs of them', () => {
  const capture = asEdges(aCapture(aboutAll()));
  const { inferences, faults } = analysed(capture);
  expect(faults).toEqual([]);
  expect(placesOf(inferences)).toEqual(placesOf(windowsOf(capture)));
});

test('a meter that tells falling edges alone places none, where the board file says that they mark windows', () => {
  const fault = {
    check: 'edges',
    what: 'the meter tells 28 edges for 28 windows, and each takes two: let it tell rising and falling ones',
  };
  expect(analysed(falling(aCapture(aboutAll()))).faults).toEqual([expect.objectContaining(fault)]);
  const unnamed = { at: 'JP5', kind: 'lpm01a', mode: 'source' } as const;
  const { inferences, doubts } = analysed(falling(aCapture({ ...aboutAll(), board: { meter: unnamed } })));
  expect(inferences[0]?.by).toBe('uart');
  expect(doubts).toContain('the meter tells 28 edges for 28 windows, which takes two each: they are not used');
});

function falling(capture: Capture): Capture {
  let count = 0;
  return withoutEvents(asEdges(capture), ({ kind }) => kind === 'edge' && count++ % 2 === 0);
}

/** As a meter that samples no inputs and marks the edges of one. */
function asEdges(capture: Capture): Capture {
  const edges = capture.events.map(
    (event): TraceEvent =>
      event.kind === 'levels' && event.sample > 0 ? { kind: 'edge', sample: event.sample, line: 'D7' } : event,
  );
  return withoutEvents({ ...capture, events: edges }, ({ kind }) => kind === 'levels');
}

const unwired = { marker: 'none', inferenceMs: () => 900, vectors: 3, period: { everyMs: 1200, count: 3 } } as const;

test('without a wire a window lies where the DUT can have inferred, to within what the host leaves', () => {
  const capture = aCapture({ ...unwired, ...aboutAll(), driftPpm: 60, jitterMs: 1 });
  const { faults, inferences, dutyCycle, sleep, clock } = analysed(capture);
  expect(faults).toEqual([]);
  expect(clock).toMatchObject({ by: 'anchors' });
  for (const [index, { first, end, energyUj }] of windowsOf(capture).entries()) {
    const window = inferences[index];
    const most = ((window?.uncertaintyUs ?? 0) * capture.facts.rateHz) / 1e6;
    expect(window?.by).toBe('uart');
    expect(Math.abs((window?.first ?? 0) - first)).toBeLessThanOrEqual(most);
    expect(Math.abs((window?.end ?? 0) - end)).toBeLessThanOrEqual(most);
    expect(Math.abs((window?.energyUj ?? 0) / energyUj - 1)).toBeLessThan(0.02);
  }
  expect(dutyCycle?.periodUs).toBeCloseTo(1_200_000, -4);
  expect(dutyCycle?.uncertaintyUs).toBeGreaterThan(1000);
  expect(clock).not.toHaveProperty('dutPpm'); // its windows are as long as the DUT says
  expect(sleep?.meanMa).toBeCloseTo(0.05, 3);
});

test.each([
  ['an answer that takes long', { requestMs: 0.2, answerMs: 12 }],
  ['a request that takes long', { requestMs: 12, answerMs: 0.2 }],
  ['samples that are a frame of USB late', { requestMs: 0, answerMs: 0, batchMs: 0 }],
])('without a wire %s leaves a window within what its ends may be off', (_what, link) => {
  const capture = aCapture({ ...unwired, ...link });
  const { inferences } = analysed(capture);
  for (const [index, { first, end }] of windowsOf(capture).entries()) {
    const window = inferences[index];
    const most = ((window?.uncertaintyUs ?? 0) * capture.facts.rateHz) / 1e6;
    expect(Math.abs((window?.first ?? 0) - first)).toBeLessThanOrEqual(most);
    expect(Math.abs((window?.end ?? 0) - end)).toBeLessThanOrEqual(most);
  }
});

test('a window of 100 samples is long enough, and of 99 it is not', () => {
  const lasting = { ...aboutAll('inference'), inferenceMs: () => 10.02 };
  expect(analysed(aCapture(lasting)).faults).toEqual([]);
  const { faults } = analysed(aCapture({ ...lasting, inferenceMs: () => 9.88 }));
  expect(faults).toEqual([expect.objectContaining({ check: 'windows' })]);
});

test('a duty cycle lacks no period: where one has no window, there is none', () => {
  const capture = aCapture();
  const [, second] = windowsOf(capture, 'period');
  const isGone = ({ kind, sample }: TraceEvent) => kind === 'levels' && [second?.first, second?.end].includes(sample);
  expect(analysed(withoutEvents(capture, isGone))).not.toHaveProperty('dutyCycle');
});

test('ticks tell a length where they are of a clock', () => {
  const capture = aCapture();
  const on = (basis: Manifest['basis']) => {
    const { recording } = capture;
    return analysed({ ...capture, recording: { ...recording, manifest: { ...recording.manifest, basis } } });
  };
  expect(on('host').inferences[0]?.dutUs).toBe(20_000);
  expect(on('instructions').inferences[0]).toMatchObject({ ticks: 20_000 });
  expect(on('instructions').inferences[0]).not.toHaveProperty('dutUs');
});

test('without a wire a window that is too short is refused, with how many inferences it takes', () => {
  const options = { marker: 'none', batchMs: 0, ...aboutAll('inference'), period: { everyMs: 0, count: 0 } } as const;
  const [fault, ...others] = analysed(aCapture({ ...options, inferenceMs: () => 20 })).faults;
  expect(others).toEqual([]);
  expect(fault?.what).toMatch(
    /^the window of vector 0 lasts 20000 µs and each of its ends may be off by \d+ µs, less than 100 times that: it takes \d+ inferences a window, or a wire from some-board's marker pin to the meter; 19 more like it$/,
  );
  const runs = Number(/it takes (\d+) inferences/.exec(fault?.what ?? '')?.[1]);
  const enough = { runs, inferenceMs: () => 20 * runs, vectors: 3 };
  expect(analysed(aCapture({ ...options, ...enough })).faults).toEqual([]);
});

test('without a wire and without ticks a window is known as well as the link', () => {
  const options = { ...unwired, ...aboutAll('inference'), period: { everyMs: 0, count: 0 } };
  expect(analysed(untimed(aCapture(options))).faults[0]?.what).toMatch(
    /less than 100 times that: it takes \d+ inferences/,
  );
  const many = aCapture({ ...options, inferenceMs: () => 9000, vectors: 2, runs: 100 });
  const short = withSamples(untimed(many), sample =>
    sample.kind === 'mark' && sample.purpose === 'warmup'
      ? [{ ...sample, runs: 1, heardMs: sample.sentMs + 60 }] // which is what the link takes at most
      : [sample],
  );
  const { faults, inferences } = analysed(short);
  expect(faults).toEqual([]);
  expect(inferences[0]?.uncertaintyUs).toBeGreaterThan(30_000);
});

test('firmware that nobody asks has a window for each of its pulses, and without a marker an application', () => {
  const capture = aCapture({ period: { everyMs: 0, count: 0 } });
  const { inferences, faults, application, sleep } = analysed(withSamples(capture, () => []));
  expect(faults).toEqual([]);
  expect(placesOf(inferences)).toEqual(
    placesOf(capture.windows.filter(({ purpose }) => purpose !== 'idle')).map((place, vector) => ({
      ...place,
      vector,
    })),
  );
  expect(application?.meanMa).toBeGreaterThan(0);
  expect(sleep).toBeUndefined();
  const unmarked = analysed(withSamples(aCapture({ marker: 'none' }), () => []));
  expect([unmarked.inferences, unmarked.faults, unmarked.application?.first]).toEqual([[], [], 0]);
});

test('pulses while a chip starts are told, and are no windows', () => {
  const { faults, inferences, doubts } = analysed(
    withEvents(aCapture(aboutAll()), [levels(5, 1), levels(6, 0), levels(40, 1), levels(90, 0)]),
  );
  expect(faults).toEqual([]);
  expect(inferences).toHaveLength(20);
  expect(doubts).toEqual([
    '2 pulses of the marker came before the first request or after the last, as pins do while a chip starts: none is a window',
  ]);
});

function placesOf(windows: readonly { readonly first: number; readonly end: number; readonly vector: number }[]) {
  return windows.map(({ first, end, vector }) => ({ first, end, vector }));
}

function supply(sample: number, isOn: boolean): TraceEvent {
  return { kind: 'supply', sample, isOn };
}

/** As of firmware that counts nothing. */
function untimed(capture: Capture): Capture {
  return withSamples(capture, sample => {
    if (sample.kind !== 'mark') return sample.kind === 'inference' ? [] : [sample];
    const { ticks: _ticks, ...mark } = sample;
    return [mark];
  });
}
