import { expect, test } from 'vitest';
import type { TraceEvent } from '../recording/trace.ts';
import type { TraceFault } from './evidence.ts';
import { aCapture, type Capture, type CaptureOptions } from './fixtures/capture.ts';
import {
  aboutAll,
  analysed,
  cutAt,
  edgesOf,
  firstOf,
  levels,
  rigStep,
  windowsOf,
  withEvents,
  withoutEvents,
  withSamples,
  withValues,
} from './fixtures/change.ts';

const base = (options: CaptureOptions = {}): Capture => aCapture({ ...aboutAll(), ...options });
const long = { vectors: 60, inferenceMs: () => 60 } as const;
const meter = { at: 'JP5', kind: 'ppk2', mode: 'source', marker: { line: 0, active: 'high' } } as const;
const unwired = { marker: 'none', inferenceMs: () => 900, vectors: 3, period: { everyMs: 0, count: 0 } } as const;

type Misbehaviour = readonly [name: string, make: () => Capture, check: TraceFault['check'], what: RegExp];

const misbehaviours: readonly Misbehaviour[] = [
  [
    'a wire that is off, of firmware that only prints',
    () => asLog(withoutEvents(base(), ({ kind, sample }) => kind === 'levels' && sample > 0)),
    'edges',
    /^the marker never changes: is it wired/,
  ],
  [
    'a glitch, of firmware that only prints',
    () => asLog(withEvents(base(), [levels(3500, 1), levels(3501, 0)])),
    'edges',
    /^the marker is active for less than 2 samples/,
  ],
  [
    'an end that is missing, of firmware that only prints',
    () => asLog(cutAt(base(), sampleOf(base(), 12) + 120)),
    'edges',
    /^a window has one edge in the trace, which ends in it$/,
  ],
  [
    'a begin that is missing, of firmware that only prints',
    () =>
      asLog(
        withEvents(
          withoutEvents(base(), ({ sample }) => sample === 0),
          [levels(0, 1), levels(300, 0)],
        ),
      ),
    'edges',
    /^a window has one edge in the trace, which begins in it$/,
  ],
  [
    'an edge that has no other',
    () =>
      asLog(
        withoutEvents(
          { ...base(), events: [...base().events, { kind: 'edge', sample: 90, line: 'D7' }] },
          ({ kind }) => kind === 'levels',
        ),
      ),
    'edges',
    /^1 edge for windows that have two each$/,
  ],
  [
    'a wire that is off',
    () => withoutEvents(base(), ({ kind, sample }) => kind === 'levels' && sample > 0),
    'edges',
    /^the marker \(D0\) never changes while the DUT is asked for 28 windows/,
  ],
  [
    'a trace with no digital inputs',
    () => withoutEvents(base(), ({ kind }) => kind === 'levels'),
    'edges',
    /^the trace has no digital inputs/,
  ],
  [
    'a pulse that is missing',
    () => without(base(), 7),
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
    /^the marker is active for less than 2 samples, which is no window/,
  ],
  [
    'a window that is a glitch',
    () => aCapture({ ...aboutAll(), inferenceMs: vector => (vector === 4 ? 0.1 : 20) }),
    'edges',
    /^in the inference of vector 4 the marker is active for less than 2 samples/,
  ],
  [
    'two pulses in one window',
    () => split(base(), 7),
    'edges',
    /^the inference of vector 4 has 2 pulses of the marker instead of one, the second at \d/,
  ],
  [
    'an end that is missing',
    () => cutAt(base(), sampleOf(base(), 12) + 120),
    'edges',
    /^the trace ends within the inference of vector 9: it has one edge, and takes both/,
  ],
  [
    'a meter that stopped early',
    () => cutAt(base(), 7000),
    'windows',
    /^the trace ends before the inference of vector/,
  ],
  [
    'an input that is open',
    () => withEvents(base(), [{ kind: 'crowded', sample: 9000, samples: 1000, events: 900 }]),
    'edges',
    /^900 edges too many came within 1000 samples, more than any firmware makes/,
  ],
  [
    'an input that hums',
    () => withEvents(base(), humming(2000)),
    'edges',
    /^the marker has \d+ pulses for 28 windows, more than any firmware makes/,
  ],
  ['too few windows for a clock', () => few(), 'clock', /^2 windows cannot tell how the meter's clock runs/],
  [
    'a marker whose active level is the other one',
    () => base({ board: { meter: { ...meter, marker: { line: 0, active: 'low' } } } }),
    'edges',
    /^the marker is active for .*, and all requests took .*: is its active level the other one/,
  ],
  [
    'pulses that fit in several ways',
    () => steady(),
    'clock',
    /^nothing tells which pulse of the marker belongs to which request/,
  ],
  [
    'a host whose clock jumped there and back',
    () =>
      withSamples(base(long), sample => {
        const isJumped = sample.kind === 'mark' && sample.sentMs > 2000 && sample.sentMs < 3000;
        return [isJumped ? { ...sample, sentMs: sample.sentMs + 8, heardMs: sample.heardMs + 8 } : sample];
      }),
    'clock',
    /^by the meter's clock .* reaches \d\.\d+ ms beyond the time from its request to its answer/,
  ],
  [
    'samples lost in a window',
    () => base({ lost: [{ atMs: hostMsOf(base(), firstOf(base()) + 50), samples: 5, how: 'gap' }] }),
    'gaps',
    /^5 samples lost in a window, the application$/,
  ],
  [
    'samples lost at a window’s edge',
    () => base({ lost: [{ atMs: hostMsOf(base(), firstOf(base()) - 5), samples: 5, how: 'gap' }] }),
    'gaps',
    /^5 samples lost in a window, the application$/,
  ],
  [
    'samples lost that may have been in a window before',
    () =>
      withEvents(base(), [{ kind: 'gap', sample: base().values.length - 1, samples: 1, within: base().values.length }]),
    'gaps',
    /^1 sample lost in a window, /,
  ],
  [
    'samples lost and nobody told',
    () => base({ ...long, lost: [{ atMs: 2700, samples: 200, how: 'silent' }] }),
    'rate',
    /^[12]\d\d samples are missing that nobody has told, between \d+\.\d+ s and \d+\.\d+ s of the host's clock$/,
  ],
  [
    'many lost and nobody told',
    () => base({ ...long, lost: everyTenth }),
    'rate',
    /^\d+ samples came in .*, which is 9\d(\.\d)? % of what 10000 a second make: samples were lost$/,
  ],
  [
    'a few lost all along and nobody told',
    () => base({ ...long, lost: everyTenth.map(loss => ({ ...loss, samples: 15 })) }),
    'rate',
    /which is 98(\.\d)? % of what 10000 a second make: samples were lost$/,
  ],
  [
    'samples that came twice',
    () => ({ ...base(), facts: { ...base().facts, rateHz: 9000 } }),
    'rate',
    /which is 11\d % of what 9000 a second make: its rate is another one/,
  ],
  [
    'a meter whose host knows no time',
    () => withoutEvents(base(), ({ kind }) => kind === 'anchor'),
    'rate',
    /^nothing tells when its samples were taken/,
  ],
  [
    'a meter that cannot keep up',
    () => base({ lost: [{ atMs: 1500, samples: 500, how: 'gap' }] }),
    'gaps',
    /% of all samples were lost or are none, more than 1 %: Power Profiler Kit II does not keep up$/,
  ],
  [
    'an impossible value',
    () => withEvents(base(), [{ kind: 'impossible', sample: firstOf(base()), samples: 1, what: '933333 A' }]),
    'impossible',
    /^1 sample that cannot be \(933333 A\) in a window, the application$/,
  ],
  [
    'saturation in a window',
    () => withEvents(base(), [{ kind: 'saturated', sample: firstOf(base()) + 3, samples: 4 }]),
    'saturation',
    /^4 samples at the end of the meter's range, so that the current was higher, in a window/,
  ],
  [
    'a peak at the end of the range',
    () => base({ facts: { meter: { ...base().facts.meter, mostMa: 5.05 } } }),
    'saturation',
    /peaks at 5\.\d+ mA, and the meter's range ends at 5.05 mA$/,
  ],
  [
    'values that are no number',
    () => {
      const [first] = [firstOf(base())];
      return withValues(base(), (value, sample) => (sample >= first && sample < first + 3 ? Number.NaN : value));
    },
    'gaps',
    /^3 samples that are no number in a window, the application$/,
  ],
  [
    'a window without any number',
    () => {
      const window = windowsOf(base())[3];
      const isIn = (sample: number) => window !== undefined && sample >= window.first && sample < window.end;
      return withValues(base(), (value, sample) => (isIn(sample) ? Number.NaN : value));
    },
    'gaps',
    /^2\d\d samples that are no number in a window/,
  ],
  [
    'a meter that measures nothing',
    () => withValues(base(), () => 0.25),
    'idle',
    /^all \d+ samples are 250 µA: the meter measures nothing$/,
  ],
  [
    'a current that is negative',
    () => withValues(base(), value => -value),
    'idle',
    /^the mean is -(49|50)(\.\d+)? µA: is the meter the right way round/,
  ],
  [
    'a sleep that is none',
    () => base({ sleepMa: 1.4, board: { meter: { ...meter, idleAtMostMa: 0.5 } } }),
    'idle',
    /draws 1.4\d* mA, and some-board's board file says at most 500 µA/,
  ],
  [
    'more asleep than awake',
    () => base({ sleepMa: 5, activeMa: 0.5 }),
    'idle',
    /^left alone the DUT draws 10 times what it draws while it infers/,
  ],
  [
    'another supply',
    () => base({ facts: { supplyMv: 3000 } }),
    'supply',
    /^the DUT was supplied with 3 V, and some-board's board file says 3.3 V$/,
  ],
  [
    'no supply known',
    () => withoutSupply(base()),
    'supply',
    /^nobody knows the supply's voltage, so that there is no energy: write `supply: 3.3 V`/,
  ],
  [
    'energy of no known supply',
    () => asEnergy(withoutSupply(base())),
    'supply',
    /so that there are neither currents nor charges/,
  ],
  [
    'a supply that went',
    () => withEvents(base(), [{ kind: 'supply', sample: 9000, isOn: false }]),
    'supply',
    /^the DUT’s supply was taken away within what is measured$/,
  ],
  [
    'an idling that is too short',
    () => base({ idleMs: 8 }),
    'windows',
    /^no time that the DUT was left alone has 100 samples/,
  ],
  [
    'periods that are too short for the serial line',
    () => base({ ...unwired, inferenceMs: () => 60, period: { everyMs: 80, count: 3 } }),
    'windows',
    /^2 periods last 160 ms, and their ends may be off by \d+/,
  ],
  [
    'a probe that stays on',
    () => base({ samples: [rigStep('flash', 'openocd')] }),
    'probe',
    /^a debug probe was attached \(flash: openocd\), and the power was not taken away since/,
  ],
  [
    'a probe of another case',
    () =>
      base({ samples: [rigStep('power', 'nothing here can, and a debug probe was attached: name `power`', false)] }),
    'probe',
    /the power was not taken away since/,
  ],
  [
    'a probe after the power',
    () => base({ samples: [rigStep('flash', 'openocd'), rigStep('power', 'PPK2'), rigStep('probe', 'openocd')] }),
    'probe',
    /\(probe: openocd\)/,
  ],
  [
    'a power that did not go',
    () => base({ samples: [rigStep('verify', 'openocd'), rigStep('power', 'no switch', false)] }),
    'probe',
    /\(verify: openocd\)/,
  ],
  [
    'a meter that was lost',
    () => base({ samples: [rigStep('meter', 'unplugged', false)] }),
    'meter',
    /^the meter was lost: unplugged$/,
  ],
  ['a meter that sent nothing', () => cutAt(base(), 0), 'meter', /has sent no sample$/],
  [
    'a timer of another rate',
    () => ticksTimes(base(unwired), 1.1),
    'clock',
    /^by its own ticks the DUT took \d+(\.\d)? ms longer over the inference of vector 0/,
  ],
  [
    'no host’s time, and no wire',
    () => withoutEvents(base(unwired), ({ kind }) => kind === 'anchor'),
    'clock',
    /^no wire marks the windows, and nothing tells when samples were taken/,
  ],
];

test('a cell is held against the peak of the application: what may hide it there breaks its life', () => {
  const battery = { kind: 'battery', basis: 'measured', cell: 'CR2032', budget: 'battery.measured.CR2032' } as const;
  const budget = { ...battery, relation: '>=', limit: 1, unit: 'days', optional: false } as const;
  const capture = aCapture({ suite: { budgets: [budget] } });
  const hidden = withEvents(capture, [{ kind: 'saturated', sample: 30, samples: 4 }]);
  expect(analysed(hidden).faults).toEqual([
    expect.objectContaining({ check: 'saturation', spoils: ['application'], sample: 30 }),
  ]);
  const first = firstOf(capture);
  const lost = [{ kind: 'impossible', sample: first, samples: 1, what: '933333 A' }] as const;
  const computed = aCapture({ period: { everyMs: 0, count: 0 }, suite: { budgets: [budget] } });
  const spoils = analysed(withEvents(computed, lost)).faults.flatMap(fault => fault.spoils);
  expect(spoils).toContain('inference');
});

test.each(misbehaviours)('%s is found', (_name, make, check, what) => {
  const faults = analysed(make()).faults.filter(fault => fault.check === check);
  expect(faults.map(fault => fault.what)).toContainEqual(expect.stringMatching(what));
});

test.each(misbehaviours)('%s takes away the figures that it spoils, and leaves their places', (_name, make) => {
  const { faults, inferences, sleep, application } = analysed(make());
  expect(faults.length).toBeGreaterThan(0);
  for (const { spoils } of faults) {
    const isSpoilt = (kind: 'inference' | 'sleep' | 'application' | 'energy') => !spoils || spoils.includes(kind);
    if (isSpoilt('inference')) expect(inferences.filter(({ chargeUc }) => chargeUc !== undefined)).toEqual([]);
    if (isSpoilt('sleep')) expect(sleep?.meanMa).toBeUndefined();
    if (isSpoilt('application')) expect(application).toMatchObject({ first: 0 });
    if (isSpoilt('application')) expect(application?.meanMa).toBeUndefined();
    if (isSpoilt('energy')) expect(application?.energyUj).toBeUndefined();
  }
});

test.each([
  [
    'a probe whose chip lost its power since',
    base({ samples: [rigStep('flash', 'openocd'), rigStep('power', 'PPK2')] }),
  ],
  ['a boot loader', withFlasher(base({ samples: [rigStep('flash', 'esptool')] }), 'esptool')],
  ['a ladder that had no switch', base({ samples: [rigStep('power', 'no switch', false)] })],
  ['a host that was busy for two seconds', late(base(long), 3000, 5000)],
  ['batches of a tenth of a second', base({ ...long, batchMs: 100 })],
  ['a supply that is nearly what it should be', base({ facts: { supplyMv: 3320 } })],
])('%s is no fault', (_name, capture) => {
  expect(analysed(capture).faults).toEqual([]);
});

test.each<readonly [string, () => Capture, RegExp]>([
  [
    'a meter of unknown accuracy',
    () => inexact(base()),
    /^nobody has said how exact Power Profiler Kit II is: its figures have no interval$/,
  ],
  [
    'a clock that no crystal has',
    () => base({ ...long, driftPpm: 900 }),
    /^the meter's clock differs from the host's by 9\d\d ppm, 3\.\d+ s an hour: no crystal does$/,
  ],
  ['firmware that does not sleep', () => base({ sleepMa: 5, activeMa: 5 }), /its firmware does not sleep$/],
  ['firmware that hardly sleeps', () => base({ sleepMa: 4.85, activeMa: 5 }), /its firmware does not sleep$/],
  ['a supply that strays', () => base({ facts: { supplySpreadMv: 300 } }), /^the supply of 3.3 V strayed by 300 mV/],
  [
    'a gap where no budget is',
    () => aCapture({ ...aboutAll('inference'), lost: [{ atMs: 450, samples: 9, how: 'gap' }] }),
    /^9 samples lost; no budget is about it$/,
  ],
  [
    'a file without the host’s time',
    () => fromFile(base()),
    /^nothing tells when its samples were taken .*: how many there should be is not checked$/,
  ],
  [
    'a trace of a moment',
    () => base({ vectors: 1, idleMs: 120, period: { everyMs: 0, count: 0 } }),
    /^the trace is too short to check how many samples there should be$/,
  ],
])('%s is a doubt', (_name, make, doubt) => {
  const { faults, doubts } = analysed(make());
  expect(faults).toEqual([]);
  expect(doubts).toEqual([expect.stringMatching(doubt)]);
});

test('what the meter could not measure is told before the pulses that are missing for it', () => {
  const broken = withEvents(
    withoutEvents(base(), ({ kind, sample }) => kind === 'levels' && sample > 6000),
    [{ kind: 'impossible', sample: 6000, samples: 500, what: '933 kA' }],
  );
  const checks = analysed(broken).faults.map(({ check }) => check);
  expect(checks).toEqual(expect.arrayContaining(['impossible', 'edges']));
  expect(checks.indexOf('impossible')).toBeLessThan(checks.indexOf('edges'));
});

test('energies of no known supply are judged as they are, and only a current needs it', () => {
  const { faults, doubts, inferences } = analysed(asEnergy(withoutSupply(aCapture(aboutAll('energy')))));
  expect(faults).toEqual([]);
  expect(doubts).toEqual([expect.stringMatching(/^nobody knows the supply's voltage/)]);
  expect(inferences[0]).toMatchObject({ energyUj: expect.any(Number) });
});

test('a gap that no budget is about leaves no figure of what it is in', () => {
  const { application, inferences } = analysed(
    aCapture({ ...aboutAll('inference'), lost: [{ atMs: 450, samples: 9, how: 'gap' }] }),
  );
  expect(application).not.toHaveProperty('meanMa');
  expect(inferences[0]).toHaveProperty('meanMa');
});

function without(capture: Capture, window: number): Capture {
  const gone = edgesOf(capture, window);
  return withoutEvents(capture, event => gone.includes(event));
}

function split(capture: Capture, window: number): Capture {
  const middle = sampleOf(capture, window) + 50;
  return withEvents(capture, [levels(middle, 0), levels(middle + 1, 1)]);
}

/** Where a window of the marker begins, counted over all requests. */
function sampleOf(capture: Capture, window: number): number {
  return edgesOf(capture, window)[0]?.sample ?? 0;
}

/** As of firmware that nobody asks. */
function asLog(capture: Capture): Capture {
  return withSamples(capture, () => []);
}

function humming(pulses: number): readonly TraceEvent[] {
  return Array.from({ length: 2 * pulses }, (_, index) => levels(2 * index + 5, (index + 1) % 2));
}

/** Two requests and their pulses. */
function few(): Capture {
  const capture = base({ vectors: 0, period: { everyMs: 0, count: 0 } });
  const marks = withSamples(capture, sample =>
    sample.kind === 'mark' && sample.purpose === 'scaling' ? [] : [sample],
  );
  return without(without(marks, 2), 1);
}

/** Requests in a steady beat, with more pulses than requests and nothing around that tells which is the first. */
function steady(): Capture {
  const capture = base({ inferenceMs: () => 20, period: { everyMs: 0, count: 0 } });
  return withSamples(capture, sample =>
    sample.kind === 'mark' && (sample.purpose !== 'inference' || [0, 19].includes(sample.vector)) ? [] : [sample],
  );
}

function hostMsOf({ facts }: Capture, sample: number): number {
  return (facts.startMs ?? 0) + (1000 * sample) / facts.rateHz;
}

const everyTenth = Array.from({ length: 60 }, (_, index) => ({
  atMs: 100 + 100 * index,
  samples: 60,
  how: 'silent' as const,
}));

function ticksTimes(capture: Capture, factor: number): Capture {
  return withSamples(capture, sample =>
    'ticks' in sample && typeof sample.ticks === 'number'
      ? [{ ...sample, ticks: sample.ticks * factor } as typeof sample]
      : [sample],
  );
}

function withoutSupply(capture: Capture): Capture {
  const { supplyMv: _supply, ...facts } = capture.facts;
  return { ...capture, facts };
}

function asEnergy(capture: Capture): Capture {
  return { ...capture, facts: { ...capture.facts, quantity: 'energy', unit: 'µJ' } };
}

function withFlasher(capture: Capture, flasher: string): Capture {
  const { manifest } = capture.recording;
  const board = { port: 'usb', path: '/dev/ttyACM0', flasher };
  return { ...capture, recording: { ...capture.recording, manifest: { ...manifest, board } } };
}

/** What came between the two times came at the latter. */
function late(capture: Capture, fromMs: number, untilMs: number): Capture {
  const events = capture.events.map((event): TraceEvent => {
    const isLate = event.kind === 'anchor' && event.hostMs > fromMs && event.hostMs < untilMs;
    return isLate ? { ...event, hostMs: event.hostMs + (untilMs - fromMs) } : event;
  });
  return { ...capture, events };
}

function inexact(capture: Capture): Capture {
  const { accuracy: _accuracy, ...bare } = capture.facts.meter;
  return { ...capture, facts: { ...capture.facts, meter: bare } };
}

function fromFile(capture: Capture): Capture {
  const facts = { ...capture.facts, from: { format: 'csv', file: 'trace.csv' } };
  return withoutEvents({ ...capture, facts }, ({ kind }) => kind === 'anchor');
}

test('windows of the captures are where they should be', () => {
  expect(windowsOf(base())).toHaveLength(20); // what all of these are made from is itself sound
  expect(analysed(base())).toMatchObject({ faults: [], doubts: [] });
});
