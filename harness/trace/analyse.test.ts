import { expect, test } from 'vitest';
import { traceOf } from '../fixtures/traces.ts';
import type { MarkSample, Sample } from '../recording/recording.ts';
import type { TraceEvent } from '../recording/trace.ts';
import type { Budget, CurrentWindow } from '../suite/suite.ts';
import { analyseTrace } from './analyse.ts';
import type { CurrentEvidence, TraceFault } from './evidence.ts';
import { aCapture, type Capture, type CaptureOptions } from './fixtures/capture.ts';

function analysed({ facts, values, events, recording, board, suite }: Capture): CurrentEvidence {
  return analyseTrace({ trace: traceOf(facts, values, events), recording, board, suite });
}

/** A budget on the mean of each kind of window, and on energy. */
function budgets(...windows: readonly CurrentWindow[]): readonly Budget[] {
  const bound = { relation: '<=', limit: 1, optional: false, basis: 'measured' } as const;
  return [
    ...windows.map(
      window =>
        ({ ...bound, kind: 'current', window, metric: 'mean', budget: `current.${window}`, unit: 'mA' }) as const,
    ),
    { ...bound, kind: 'energy', metric: 'inference', budget: 'energy.measured.inference', unit: 'µJ' },
  ];
}

const all = { budgets: budgets('inference', 'sleep', 'dutyCycle', 'application') };

/** Random clocks, hosts and lengths. */
function someOptions(seed: number): CaptureOptions {
  const random = (below: number, of: number) => ((seed * 48_271 + of * 7919) % 65_537) % below;
  return {
    seed,
    suite: all,
    rateHz: [10_000, 20_000][random(2, 1)] ?? 10_000,
    driftPpm: random(401, 2) - 200,
    dutPpm: random(201, 3) - 100,
    startMs: random(500, 4),
    vectors: 5 + random(40, 5),
    jitterMs: random(21, 6),
    batchMs: random(40, 7),
    inferenceMs: vector => 12 + ((vector * 7 + seed) % 13),
    idleMs: 250,
  };
}

test.each(Array.from({ length: 40 }, (_, seed) => [seed + 1]))(
  'windows, charges and energies of a capture are those that it was made of, whatever the clocks: %i',
  seed => {
    const options = someOptions(seed);
    const capture = aCapture(options);
    const { faults, inferences, clock } = analysed(capture);
    expect(faults).toEqual([]);
    const truth = capture.windows.filter(({ purpose }) => purpose === 'inference');
    expect(inferences.map(({ first, end, vector }) => ({ first, end, vector }))).toEqual(
      truth.map(({ first, end, vector }) => ({ first, end, vector })),
    );
    for (const [index, { chargeUc, energyUj }] of truth.entries()) {
      expect(inferences[index]?.chargeUc).toBeCloseTo(chargeUc, 9);
      expect(inferences[index]?.energyUj).toBeCloseTo(energyUj, 9);
    }
    const offPpm = Math.abs((clock?.driftPpm ?? Number.NaN) - (options.driftPpm ?? 0));
    expect(offPpm).toBeLessThan(5 * (clock?.errorPpm ?? 0) + 1);
  },
);

test('a minute of windows tells the drift to some ppm', () => {
  const { clock } = analysed(
    aCapture({ driftPpm: 120, dutPpm: -80, jitterMs: 3, vectors: 600, inferenceMs: () => 90 }),
  );
  expect(Math.abs((clock?.driftPpm ?? 0) - 120)).toBeLessThan(3);
  expect(Math.abs((clock?.dutPpm ?? 0) + 80)).toBeLessThan(300); // to a sample of a window
  expect(clock).toMatchObject({ by: 'marks', marks: 608 });
});

test('sleep, duty cycle and application lie where the DUT was left alone, kept its period, and was on', () => {
  const capture = aCapture({ period: { everyMs: 200, count: 4 } });
  const { sleep, dutyCycle, application } = analysed(capture);
  const idle = capture.windows.filter(({ purpose }) => purpose === 'idle');
  expect(idle.some(({ first, end }) => sleep && sleep.first > first && sleep.end <= end)).toBe(true);
  expect(sleep?.meanMa).toBeCloseTo(0.05, 3);
  const periods = capture.windows.filter(({ purpose }) => purpose === 'period');
  expect(dutyCycle).toMatchObject({ first: periods[0]?.first, end: periods[3]?.first, periods: 3, periodUs: 200_000 });
  expect(application).toMatchObject({ first: 0, end: capture.values.length });
});

test('windows of many runs are judged where there are any, and the short inferences are not', () => {
  const capture = aCapture({ inferenceMs: () => 2, runs: 1 });
  expect(faultsOf(capture)).toEqual([expect.objectContaining({ check: 'windows', spoils: ['inference'] })]);
  const asWindows = capture.recording.samples.map(sample =>
    sample.kind === 'mark' && sample.purpose === 'scaling' ? { ...sample, purpose: 'window' as const } : sample,
  );
  const long = aCapture({ inferenceMs: () => 200, runs: 100, vectors: 2 });
  const runs = long.recording.samples.map(sample =>
    sample.kind === 'mark' && sample.purpose === 'inference' ? { ...sample, purpose: 'window' as const } : sample,
  );
  const { inferences, faults } = analysed(withSamples(long, runs));
  expect(faults).toEqual([]);
  expect(inferences.map(({ purpose, runs: each }) => [purpose, each])).toEqual([
    ['window', 100],
    ['window', 100],
  ]);
  expect(asWindows.length).toBeGreaterThan(0);
});

test('pulses at both ends of a window are its ends, as MLPerf Tiny has them, and earlier ones are noise', () => {
  const capture = aCapture({
    marker: 'ends',
    inferenceMs: () => 200,
    vectors: 4,
    period: { everyMs: 0, count: 0 },
    suite: { budgets: budgets('inference') },
  });
  const truth = capture.windows.filter(({ purpose }) => purpose === 'inference');
  const { inferences, faults } = analysed(capture);
  expect(faults).toEqual([]);
  expect(inferences.map(({ first, end }) => [first, end])).toEqual(truth.map(({ first, end }) => [first, end]));
  const [{ sentMs } = { sentMs: 0 }] = marksOf(capture, 'inference');
  const early = sampleAt(capture, sentMs + 0.3);
  const noisy = analysed(withEvents(capture, [levels(early, 0), levels(early + 2, 1)]));
  expect(noisy.inferences.map(({ first, end }) => [first, end])).toEqual(truth.map(({ first, end }) => [first, end]));
});

test('a meter that tells edges of its own places windows by pairs of them', () => {
  const capture = aCapture();
  const edges = capture.events.map(
    (event): TraceEvent =>
      event.kind === 'levels' && event.sample > 0 ? { kind: 'edge', sample: event.sample, line: 'D7' } : event,
  );
  const both = { ...capture, events: edges.filter(({ kind }) => kind !== 'levels') };
  const truth = capture.windows.filter(({ purpose }) => purpose === 'inference');
  expect(analysed(both).inferences.map(({ first, end }) => [first, end])).toEqual(
    truth.map(({ first, end }) => [first, end]),
  );
  let count = 0;
  const falling = { ...both, events: both.events.filter(({ kind }) => kind !== 'edge' || count++ % 2 === 1) };
  expect(faultsOf(falling)[0]).toMatchObject({
    check: 'edges',
    what: 'the meter tells 28 edges for 28 windows, and each takes two: let it tell rising and falling ones',
  });
});

test('without a wire a window lies where the DUT can have been inferring, to within what the host leaves', () => {
  const options = {
    marker: 'none',
    inferenceMs: () => 900,
    vectors: 3,
    driftPpm: 60,
    period: { everyMs: 1200, count: 3 },
  } as const;
  const capture = aCapture({ ...options, suite: { budgets: budgets('inference', 'dutyCycle', 'sleep') } });
  const { faults, inferences, dutyCycle, sleep, clock } = analysed(capture);
  expect(faults).toEqual([]);
  expect(clock).toMatchObject({ by: 'anchors' });
  const truth = capture.windows.filter(({ purpose }) => purpose === 'inference');
  for (const [index, window] of inferences.entries()) {
    const most = (window.uncertaintyUs * capture.facts.rateHz) / 1e6;
    expect(window.by).toBe('uart');
    expect(Math.abs(window.first - (truth[index]?.first ?? 0))).toBeLessThanOrEqual(most);
    expect(Math.abs(window.end - (truth[index]?.end ?? 0))).toBeLessThanOrEqual(most);
    expect(Math.abs((window.energyUj ?? 0) / (truth[index]?.energyUj ?? 1) - 1)).toBeLessThan(0.02);
  }
  expect(dutyCycle?.periodUs).toBeCloseTo(1_200_000, -4);
  expect(sleep?.meanMa).toBeCloseTo(0.05, 3);
});

test('without a wire and without ticks a window is known as well as the link', () => {
  const capture = aCapture({ marker: 'none', inferenceMs: () => 900, vectors: 3, period: { everyMs: 0, count: 0 } });
  const noTicks = capture.recording.samples.flatMap((sample): Sample[] => {
    if (sample.kind === 'inference') return [];
    return sample.kind === 'mark' ? [{ ...sample, ticks: undefined } as unknown as MarkSample] : [sample];
  });
  const [fault] = faultsOf(withSamples(capture, noTicks));
  expect(fault?.what).toMatch(
    /less than 100 times that: it takes \d+ inferences a window, or a wire from some-board's/,
  );
});

test('without a wire a window that is too short is refused, with how many runs it takes', () => {
  const [fault, ...others] = faultsOf(aCapture({ marker: 'none', inferenceMs: () => 20, batchMs: 0 }));
  expect(others.filter(({ check }) => check !== 'windows')).toEqual([]);
  expect(fault).toMatchObject({ check: 'windows', spoils: ['inference'] });
  expect(fault?.what).toMatch(
    /^the window of vector 0 lasts 20000 µs and each of its ends may be off by \d+(\.\d)? µs/,
  );
  const runs = Number(/it takes (\d+) inferences/.exec(fault?.what ?? '')?.[1]);
  const long = aCapture({
    marker: 'none',
    inferenceMs: () => 20 * runs,
    runs,
    vectors: 3,
    batchMs: 0,
    period: { everyMs: 0, count: 0 },
  });
  expect(faultsOf(long)).toEqual([]);
});

test('firmware that nobody asks has a window for each of its pulses', () => {
  const capture = aCapture({ period: { everyMs: 0, count: 0 } });
  const silent = withSamples(capture, []);
  const { inferences, faults, application, sleep } = analysed(silent);
  expect(faults).toEqual([]);
  expect(inferences.map(({ vector }) => vector)).toEqual(inferences.map((_, index) => index));
  expect(inferences).toHaveLength(capture.windows.filter(({ purpose }) => purpose !== 'idle').length);
  expect(application?.meanMa).toBeGreaterThan(0);
  expect(sleep).toBeUndefined();
  const { inferences: none, faults: no } = analysed(withSamples(aCapture({ marker: 'none' }), []));
  expect([none, no]).toEqual([[], []]);
});

/** Every misbehaviour, with the check that has to find it and what it has to say. */
const misbehaviours: readonly (readonly [string, () => Capture, TraceFault['check'], RegExp])[] = [
  [
    'a wire that is off',
    () => ({ ...base(), events: base().events.filter(({ kind, sample }) => kind !== 'levels' || sample === 0) }),
    'edges',
    /never changes while the DUT is asked for 28 windows/,
  ],
  [
    'a trace with no digital inputs',
    () => ({ ...base(), events: base().events.filter(({ kind }) => kind !== 'levels') }),
    'edges',
    /no digital inputs/,
  ],
  [
    'a pulse that is missing',
    () => dropPulse(base(), 7),
    'edges',
    /^the inference of vector 4 was answered, and the marker shows no window for it$/,
  ],
  [
    'a pulse that nobody asked for',
    () => withEvents(base(), [levels(3500, 1), levels(3600, 0)]),
    'edges',
    /^the marker shows a window that nobody has asked for$/,
  ],
  [
    'a glitch',
    () => withEvents(base(), [levels(3500, 1), levels(3501, 0)]),
    'edges',
    /less than 2 samples, which is no window/,
  ],
  [
    'a glitch within a window',
    () => splitPulse(base(), 7),
    'edges',
    /^the inference of vector 4 has 2 pulses of the marker instead of one, the second at \d/,
  ],
  ['an end that is missing', () => cutAfter(base(), 12), 'edges', /the trace ends within the inference of vector 9/],
  ['a meter that stopped early', () => cutAt(base(), 7000), 'windows', /the trace ends before the inference/],
  [
    'an input that is open',
    () => withEvents(base(), [{ kind: 'crowded', sample: 9000, samples: 1000, events: 900 }]),
    'edges',
    /900 edges too many/,
  ],
  ['too few marks', () => few(), 'clock', /2 windows cannot tell/],
  ['pulses that fit in several ways', () => ambiguous(), 'clock', /fit in several ways/],
  [
    'samples lost in a window',
    () => inWindow(samples => aCapture({ ...used, lost: [{ atMs: samples, samples: 5, how: 'gap' }] })),
    'gaps',
    /^5 samples were lost in a window, the application$/,
  ],
  ['samples lost and nobody told', () => silent(50, 700), 'rate', /samples are missing that nobody has told/],
  [
    'a tenth lost and nobody told',
    () => aCapture({ ...long, ...everyTenth }),
    'rate',
    /samples came in .* 9\d(\.\d)? % of what 10000 a second make: samples were lost/,
  ],
  [
    'samples that came twice',
    () => ({ ...base(), facts: { ...base().facts, rateHz: 9000 } }),
    'rate',
    /11\d % of what 9000 a second make: its rate is another one/,
  ],
  [
    'a meter that cannot keep up',
    () => aCapture({ ...used, lost: [{ atMs: 1500, samples: 300, how: 'gap' }] }),
    'gaps',
    /does not keep up/,
  ],
  [
    'an impossible value',
    () => withEvents(base(), [{ kind: 'impossible', sample: firstOf(base()), samples: 1, what: '933333 A' }]),
    'impossible',
    /^1 sample are none: 933333 A in a window/,
  ],
  [
    'saturation in a window',
    () => withEvents(base(), [{ kind: 'saturated', sample: firstOf(base()) + 3, samples: 4 }]),
    'saturation',
    /4 samples are at the end of the meter's range/,
  ],
  [
    'a peak at the end of the range',
    () => ({ ...base(), facts: { ...base().facts, meter: { ...base().facts.meter, mostMa: 5.05 } } }),
    'saturation',
    /peaks at 5\.\d+ mA, and the meter's range ends at 5.05 mA/,
  ],
  [
    'values that are no number',
    () => withValues(base(), values => values.fill(Number.NaN, firstOf(base()) + 3, firstOf(base()) + 6)),
    'gaps',
    /^3 samples in a window are no number/,
  ],
  [
    'a meter that measures nothing',
    () => withValues(base(), values => values.fill(0.25)),
    'idle',
    /^all \d+ samples are 0.25 mA: the meter measures nothing/,
  ],
  [
    'a current that is negative',
    () => withValues(base(), values => values.forEach((value, index) => (values[index] = -value))),
    'idle',
    /is the meter the right way round/,
  ],
  [
    'a sleep that is none',
    () => aCapture({ ...used, sleepMa: 1.4, board: { meter: { ...meter, idleAtMostMa: 0.5 } } }),
    'idle',
    /draws 1.4\d* mA, and some-board's board file says at most 500 µA/,
  ],
  [
    'more asleep than awake',
    () => aCapture({ ...used, sleepMa: 5, activeMa: 0.5 }),
    'idle',
    /draws 10 times what it draws while it infers/,
  ],
  [
    'another supply',
    () => aCapture({ ...used, facts: { supplyMv: 3000 } }),
    'supply',
    /supplied with 3 V, and some-board's board file says 3.3 V/,
  ],
  [
    'no supply known',
    () => aCapture({ ...used, facts: { supplyMv: undefined } as object }),
    'supply',
    /no energy: write `supply: 3.3 V`/,
  ],
  [
    'a supply that went',
    () => withEvents(base(), [{ kind: 'supply', sample: 9000, isOn: false }]),
    'supply',
    /taken away within what is measured/,
  ],
  [
    'a probe that stays on',
    () => aCapture({ ...used, samples: [rig('flash', 'openocd')] }),
    'probe',
    /a debug probe was attached \(flash: openocd\)/,
  ],
  [
    'a probe of another case',
    () =>
      aCapture({
        ...used,
        samples: [{ ...rig('power', 'nothing here can, and a debug probe was attached: name `power`'), worked: false }],
      }),
    'probe',
    /power was not taken away since/,
  ],
  [
    'a probe between boots',
    () => aCapture({ ...used, samples: [rig('flash', 'openocd'), rig('power', 'ppk2'), rig('probe', 'openocd')] }),
    'probe',
    /probe: openocd/,
  ],
  [
    'a meter that was lost',
    () => aCapture({ ...used, samples: [{ ...rig('meter', 'unplugged'), worked: false }] }),
    'meter',
    /the meter was lost: unplugged/,
  ],
  [
    'a timer of another rate',
    () =>
      ticksTimes(
        aCapture({ ...used, marker: 'none', inferenceMs: () => 900, vectors: 3, period: { everyMs: 0, count: 0 } }),
        1.1,
      ),
    'clock',
    /its timer runs at another rate/,
  ],
  [
    'a meter whose host knows no time',
    () => ({ ...base(), events: base().events.filter(({ kind }) => kind !== 'anchor') }),
    'rate',
    /nothing tells when its samples were taken/,
  ],
];

const used = { suite: all } as const;
const meter = { at: 'JP5', kind: 'ppk2', mode: 'source', marker: { line: 0, active: 'high' } } as const;

test.each(misbehaviours)('%s is found', (_name, capture, check, what) => {
  const faults = faultsOf(capture());
  expect(faults.filter(fault => fault.check === check && what.test(fault.what))).toHaveLength(1);
});

test.each(misbehaviours)('%s takes away the figures that it spoils, and leaves their places', (_name, capture) => {
  const evidence = analysed(capture());
  for (const { spoils } of evidence.faults) {
    const inferences = evidence.inferences.map(({ first, chargeUc }) => [typeof first, chargeUc]);
    if (!spoils || spoils.includes('inference'))
      expect(inferences).toEqual(inferences.map(() => ['number', undefined]));
    if (!spoils || spoils.includes('sleep')) expect(evidence.sleep?.meanMa).toBeUndefined();
    if (!spoils || spoils.includes('application')) expect(evidence.application?.meanMa).toBeUndefined();
    if (!spoils || spoils.includes('energy')) expect(evidence.application?.energyUj).toBeUndefined();
  }
});

function faultsOf(capture: Capture): readonly TraceFault[] {
  return analysed(capture).faults;
}

function base(): Capture {
  return aCapture(used);
}

function withEvents(capture: Capture, more: readonly TraceEvent[]): Capture {
  return { ...capture, events: [...capture.events, ...more].sort((a, b) => a.sample - b.sample) };
}

function withSamples(capture: Capture, samples: readonly Sample[]): Capture {
  return { ...capture, recording: { ...capture.recording, samples } };
}

function withValues(capture: Capture, change: (values: Float32Array) => unknown): Capture {
  const values = capture.values.slice();
  change(values);
  return { ...capture, values };
}

function levels(sample: number, level: number): TraceEvent {
  return { kind: 'levels', sample, levels: level };
}

function marksOf({ recording }: Capture, purpose: MarkSample['purpose']): readonly MarkSample[] {
  return recording.samples.filter(
    (sample): sample is MarkSample => sample.kind === 'mark' && sample.purpose === purpose,
  );
}

function sampleAt({ facts }: Capture, hostMs: number): number {
  return Math.round(((hostMs - (facts.startMs ?? 0)) * facts.rateHz) / 1000);
}

/** The first sample of the first inference. */
function firstOf({ windows }: Capture): number {
  return windows.find(({ purpose }) => purpose === 'inference')?.first ?? 0;
}

/** The levels of the capture's pulses, without the first event, which is of sample 0. */
function pulseEvents({ events }: Capture): readonly TraceEvent[] {
  return events.filter(({ kind, sample }) => kind === 'levels' && sample > 0);
}

function dropPulse(capture: Capture, index: number): Capture {
  const dropped = pulseEvents(capture).slice(2 * index, 2 * index + 2);
  return { ...capture, events: capture.events.filter(event => !dropped.includes(event)) };
}

function splitPulse(capture: Capture, index: number): Capture {
  const middle = (pulseEvents(capture)[2 * index]?.sample ?? 0) + 50;
  return withEvents(capture, [levels(middle, 0), levels(middle + 1, 1)]);
}

function cutAfter(capture: Capture, index: number): Capture {
  return cutAt(capture, (pulseEvents(capture)[2 * index]?.sample ?? 0) + 120);
}

function cutAt(capture: Capture, sample: number): Capture {
  return {
    ...capture,
    values: capture.values.slice(0, sample),
    events: capture.events.filter(event => event.sample < sample),
  };
}

/** Two requests and their pulses. */
function few(): Capture {
  const capture = aCapture({ vectors: 0, period: { everyMs: 0, count: 0 }, ...used });
  const marks = capture.recording.samples.filter(
    sample => sample.kind !== 'mark' || sample.purpose === 'warmup' || sample.purpose === 'profile',
  );
  return dropPulse(dropPulse(withSamples(capture, marks), 1), 1);
}

/** Requests in a steady beat, with one pulse more than there are requests, and nothing around that tells which is the first. */
function ambiguous(): Capture {
  const capture = aCapture({ inferenceMs: () => 20, period: { everyMs: 0, count: 0 }, ...used });
  const inferences = marksOf(capture, 'inference');
  return withSamples(capture, inferences.slice(0, -1).slice(1));
}

function inWindow(make: (atMs: number) => Capture): Capture {
  const [mark] = marksOf(base(), 'inference');
  return make((mark?.sentMs ?? 0) + 8);
}

const long = { ...used, vectors: 60, inferenceMs: () => 60 } as const;

/** So many samples that are not there from a time on. */
function silent(samples: number, atMs: number): Capture {
  return aCapture({ ...long, lost: [{ atMs: 2000 + atMs, samples: 4 * samples, how: 'silent' }] });
}

const everyTenth = {
  lost: Array.from({ length: 60 }, (_, index) => ({ atMs: 100 + 100 * index, samples: 60, how: 'silent' as const })),
};

function ticksTimes(capture: Capture, factor: number): Capture {
  return withSamples(
    capture,
    capture.recording.samples.map(sample =>
      'ticks' in sample && typeof sample.ticks === 'number'
        ? ({ ...sample, ticks: sample.ticks * factor } as Sample)
        : sample,
    ),
  );
}

function rig(step: 'flash' | 'probe' | 'power' | 'meter', detail: string) {
  return { kind: 'rig', boot: 0, step, worked: true, ms: 1, detail } as const;
}
