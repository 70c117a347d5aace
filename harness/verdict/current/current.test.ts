import { expect, test } from 'vitest';
import {
  aCurrentBudget,
  aCurrentSuite,
  aMeteredBoard,
  aWindow,
  currentEvidence,
  someCurrent,
  someTraceFacts,
} from '../../fixtures/current.ts';
import { aBoard, aRecording, someSamples } from '../../fixtures/recordings.ts';
import type { Spoilt, TraceFault } from '../../trace/evidence.ts';
import { type Evidence, judgeCase } from '../judge.ts';
import type { Verdict } from '../result.ts';
import { missingBudgets } from '../status.ts';

function judge(path: string, limit: number, overrides: Partial<Evidence> = {}): Verdict | undefined {
  const result = judgeCase(currentEvidence([aCurrentBudget(path, limit)], overrides));
  return result.verdicts.find(({ budget }) => budget === path);
}

const exact = someTraceFacts({
  meter: { ...someTraceFacts().meter, accuracy: { percent: 0, offsetMa: 0, of: 'a dream' } },
});

test('the figures of a trace are exact, each with what the meter leaves open', () => {
  const { metrics, provenance, status } = judgeCase(
    currentEvidence([aCurrentBudget('current.measured.sleep.mean', 1)]),
  );
  expect(status).toBe('passed');
  expect(metrics.current).toMatchObject({
    basis: 'measured',
    samples: 500_000,
    rateHz: 100_000,
    inference: {
      windows: 10,
      runs: 10,
      durationUs: 100_000,
      mean: { value: 10, low: 9, high: 11 },
      peak: { value: 11 },
    },
    dutyCycle: { windows: 3, periodUs: 1_000_000, mean: { value: 0.199 }, p99: { value: 10 } },
    application: { mean: { value: 0.5 }, peak: { value: 12 } },
    sleep: { mean: { value: 0.1 }, p50: { value: 0.09 } },
    placed: { by: 'edges', uncertaintyUs: 0 },
    clock: { marks: 10, driftPpm: 12 },
    lengths: { windows: 10, disagreeing: 0, percent: 0 },
  });
  const { charge, energy } = metrics.current ?? {};
  expect(charge?.inference).toMatchObject({ min: 100, p50: 100, p99: 100, max: 100, mean: 100, low: 90, high: 110 });
  expect(charge?.aboveSleep?.mean).toBeCloseTo(99, 9); // 0.1 mA × 10 ms is 1 µC
  expect(charge?.aboveSleep?.high).toBeCloseTo(99 + 10 + 0.1, 9);
  expect(energy?.inference).toMatchObject({ mean: 300, low: 270, high: 330 });
  expect(energy?.aboveSleep?.mean).toBeCloseTo(297, 9);
  expect(provenance.meter).toEqual({
    kind: 'ppk2',
    title: 'Nordic PPK2',
    serial: 'C0FFEE',
    firmware: '1.2.0',
    mode: 'source',
    calibration: { r0: 1031.64 },
    accuracy: { percent: 10, offsetMa: 0, of: 'its datasheet' },
    supplyMv: 3000,
  });
});

test('windows of many inferences count by the inference, and the longer window by its time', () => {
  const inferences = [
    aWindow({ vector: 0, durationUs: 40_000, runs: 4 }),
    aWindow({ vector: 1, durationUs: 10_000, meanMa: 20 }),
  ];
  const { metrics } = judgeCase(currentEvidence([], { current: someCurrent({ inferences }) }));
  expect(metrics.current?.inference).toMatchObject({ windows: 2, runs: 5, mean: { value: 12 }, p50: { value: 20 } });
  expect(metrics.current?.charge?.inference).toMatchObject({ min: 100, max: 200, mean: 120, values: [100, 200] });
});

// limit just met, and just missed
test.each([
  ['current.measured.inference.mean', 10, 9.999],
  ['current.measured.inference.p50', 10, 9.999],
  ['current.measured.inference.p99', 10.5, 10.499],
  ['current.measured.inference.peak', 11, 10.999],
  ['current.measured.dutyCycle.mean', 0.199, 0.1989],
  ['current.measured.dutyCycle.peak', 11, 10.999],
  ['current.measured.application.mean', 0.5, 0.4999],
  ['current.measured.application.peak', 12, 11.999],
  ['current.measured.sleep.mean', 0.1, 0.0999],
  ['current.measured.sleep.p99', 0.2, 0.1999],
  ['charge.measured.inference', 100, 99.999],
  ['charge.measured.aboveSleep', 99, 98.999],
  ['energy.measured.inference', 300, 299.99],
  ['energy.measured.aboveSleep', 297, 296.99],
])('%s of %d passes, and of %d fails', (path, met, missed) => {
  const current = someCurrent({ facts: exact });
  expect(judge(path, met, { current })).toMatchObject({ status: 'passed', basis: 'measured', limit: met });
  expect(judge(path, missed, { current })).toMatchObject({ status: 'failed', measured: met });
});

test('a person reads figure, window, limit, margin and what the meter leaves open', () => {
  expect(judge('current.measured.dutyCycle.mean', 1)?.reason).toBe(
    'mean 199 µA (dutyCycle, 3 periods of 1 s), budget <= 1 mA (80 % below); ±10 %, 179.1 µA to 218.9 µA, by the meter',
  );
  expect(judge('current.measured.inference.peak', 20)?.reason).toBe(
    'peak 11 mA (inference, the largest of 10 windows), budget <= 20 mA (45 % below); ±10 %, 9.9 mA to 12.1 mA, by the meter',
  );
  expect(judge('energy.measured.aboveSleep', 400)?.reason).toMatch(
    /^energy 297 µJ \(by the inference above sleep, mean of 10 windows\), budget <= 400 µJ \(26 % below\); /,
  );
});

test('a limit within what the meter leaves open is inconclusive, on either side of the figure', () => {
  for (const limit of [0.19, 0.21]) {
    const verdict = judge('current.measured.dutyCycle.mean', limit);
    expect(verdict).toMatchObject({ status: 'inconclusive', measured: 0.199 });
    expect(verdict?.reason).toMatch(
      /by the meter; the limit lies within that: take a wider margin, or a better meter$/,
    );
  }
  expect(judge('current.measured.dutyCycle.mean', 0.17)?.status).toBe('failed');
  expect(judge('current.measured.dutyCycle.mean', 0.22)?.status).toBe('passed');
});

test.each([
  ['mean', true, '(application, as the host asked for inferences)'],
  ['mean', false, '(application)'],
  ['peak', true, '(application)'],
] as const)('of the application a %s, asked for: %s, says %s', (metric, isAsked, detail) => {
  const verdict = judge(`current.measured.application.${metric}`, 99, { current: someCurrent({ isAsked }) });
  expect(verdict?.reason).toContain(detail);
});

test('without an accuracy there is no interval, and that is said', () => {
  const { accuracy: _unknown, ...meter } = someTraceFacts().meter;
  const current = someCurrent({ facts: someTraceFacts({ meter }) });
  const result = judgeCase(currentEvidence([aCurrentBudget('current.measured.sleep.mean', 0.1)], { current }));
  expect(result.metrics.current?.sleep?.mean).toEqual({ value: 0.1 });
  expect(result.verdicts.at(-1)?.reason).toMatch(/; no interval$/);
});

test('uncertain ends of windows widen the interval by what lies between inference and sleep', () => {
  const inferences = [aWindow({ vector: 0, uncertaintyUs: 50, by: 'uart' })];
  const { metrics } = judgeCase(currentEvidence([], { current: someCurrent({ facts: exact, inferences }) }));
  // 2 × 50 µs × (10 − 0.1) mA
  expect(metrics.current?.charge?.inference.high).toBeCloseTo(100 + 0.99, 9);
  expect(metrics.current?.inference?.mean?.high).toBeCloseTo(10 + 0.099, 9);
  expect(metrics.current?.placed).toEqual({ by: 'uart', uncertaintyUs: 50 });
});

test('uncertain ends of a duty cycle widen its interval by what lies between inference and sleep', () => {
  const { dutyCycle } = someCurrent();
  if (!dutyCycle) throw new Error('the fixture has one');
  const current = someCurrent({ facts: exact, dutyCycle: { ...dutyCycle, uncertaintyUs: 3000 } });
  // 2 × 3 ms × (10 − 0.1) mA in 3 s
  expect(judgeCase(currentEvidence([], { current })).metrics.current?.dutyCycle?.mean?.high).toBeCloseTo(0.2188, 9);
});

test('windows that are as long as the DUT says agree with it about nothing', () => {
  const inferences = [aWindow({ vector: 0, uncertaintyUs: 50, by: 'uart' })];
  const { metrics } = judgeCase(currentEvidence([], { current: someCurrent({ inferences }) }));
  expect(metrics.current).not.toHaveProperty('lengths');
});

test('more windows than a call takes arguments have a peak like others', () => {
  const inferences = Array.from({ length: 200_000 }, (_, vector) => aWindow({ vector }));
  const { metrics } = judgeCase(currentEvidence([], { current: someCurrent({ inferences }) }));
  expect(metrics.current?.inference?.peak?.value).toBe(11);
});

test("the supply's spread widens energy, and an offset of the meter's what took long", () => {
  const meter = { ...someTraceFacts().meter, accuracy: { percent: 0, offsetMa: 0.01, of: 'a test' } };
  const facts = someTraceFacts({ meter, supplySpreadMv: 30 });
  const { metrics } = judgeCase(currentEvidence([], { current: someCurrent({ facts }) }));
  expect(metrics.current?.charge?.inference.high).toBeCloseTo(100.1, 9); // 10 µA × 10 ms
  expect(metrics.current?.energy?.inference.high).toBeCloseTo(300 + 3 + 0.3, 9); // 1 % of 3 V
});

const everything = [
  'current.measured.inference.mean',
  'current.measured.dutyCycle.mean',
  'current.measured.application.mean',
  'current.measured.sleep.mean',
  'charge.measured.inference',
  'energy.measured.aboveSleep',
  'battery.measured.CR2032',
].map(path => aCurrentBudget(path, path.startsWith('battery') ? 1 : 1000));

function broken(fault: TraceFault): readonly string[] {
  const result = judgeCase(currentEvidence(everything, { current: someCurrent({ faults: [fault] }) }));
  expect(result.status).toBe('broken');
  expect(result.verdicts.find(({ budget }) => budget === 'rig.trace')).toMatchObject({ status: 'broken', measured: 1 });
  expect(result.verdicts.find(({ budget }) => budget === 'golden.maxDiffLsb')).toBeUndefined();
  return result.verdicts
    .filter(({ status, budget }) => status === 'broken' && budget !== 'rig.trace')
    .map(v => v.budget);
}

test('a fault of the trace breaks what it spoils, with its place, and the case', () => {
  const all = everything.map(({ budget }) => budget);
  const spoiling = (...spoils: readonly Spoilt[]) => broken({ check: 'windows', what: 'is wrong', spoils });
  expect(broken({ check: 'rate', what: 'is wrong', sample: 1 })).toEqual(all);
  expect(spoiling('energy')).toEqual(['energy.measured.aboveSleep']);
  expect(spoiling('inference')).toEqual([
    'current.measured.inference.mean',
    'charge.measured.inference',
    'energy.measured.aboveSleep',
  ]);
  expect(spoiling('sleep')).toEqual(['current.measured.sleep.mean', 'energy.measured.aboveSleep']);
  expect(spoiling('dutyCycle')).toEqual(['current.measured.dutyCycle.mean', 'battery.measured.CR2032']);
  expect(spoiling('application')).toEqual(['current.measured.application.mean', 'battery.measured.CR2032']);

  const faults = [{ check: 'gaps', what: '120 samples are missing', sample: 123_456 } as const];
  const verdict = judge('charge.measured.inference', 120, { current: someCurrent({ faults }) });
  expect(verdict).toMatchObject({ status: 'broken', measured: null, limit: 120 });
  expect(verdict?.reason).toBe(
    'the trace cannot be trusted, see rig.trace: 120 samples are missing (at 1.23456 s, sample 123456)',
  );
});

test('of a trace that cannot be trusted no figure is left, and outputs and ticks still stand', () => {
  const suite = aCurrentSuite(aSuiteBudgets());
  const current = someCurrent({ faults: [{ check: 'meter', what: 'the meter was lost' }] });
  const { verdicts, metrics } = judgeCase(currentEvidence([], { suite, current }));
  expect(metrics.current).toEqual({
    basis: 'measured',
    samples: 500_000,
    rateHz: 100_000,
    clock: { by: 'marks', marks: 10, driftPpm: 12, residualMs: 0.05 },
  });
  expect(metrics.battery).toBeUndefined();
  expect(verdicts.filter(({ status }) => status === 'passed').map(({ budget }) => budget)).toContain(
    'golden.maxDiffLsb',
  );
  expect(metrics.latency?.count).toBe(300);
});

function aSuiteBudgets() {
  const golden = { kind: 'golden', budget: 'golden.maxDiffLsb', relation: '<=', limit: 0, unit: 'LSB' } as const;
  return [{ ...golden, optional: false }, ...everything];
}

test('a sound trace is a passed check of the rig, which makes no case pass by itself', () => {
  const result = judgeCase(currentEvidence([]));
  expect(result.verdicts.find(({ budget }) => budget === 'rig.trace')).toMatchObject({
    status: 'passed',
    measured: 0,
    reason: "500000 samples of the Nordic PPK2 in 5 s, with 10 marked windows; its clock runs 12 ppm beside the host's",
  });
  expect(result.status).toBe('skipped');
});

test('ticks and meter that disagree on a length leave what hangs on it inconclusive, and are told once', () => {
  const inferences = [aWindow({ vector: 3, dutUs: 9_000 }), aWindow({ vector: 4 })];
  const current = someCurrent({ inferences });
  const apart =
    'ticks and meter disagree in 1 of 2 windows: vector 3 took 9 ms by its ticks and 10 ms by the meter (11 % apart, allowed 2 %)';
  for (const path of ['current.measured.inference.mean', 'charge.measured.inference', 'energy.measured.aboveSleep']) {
    const verdict = judge(path, 10_000, { current });
    expect(verdict?.status).toBe('inconclusive');
    expect(verdict?.reason).toMatch(`${apart}; so far `);
  }
  expect(judge('current.measured.dutyCycle.mean', 10, { current })?.status).toBe('passed');
  expect(judgeCase(currentEvidence([], { current })).warnings.filter(text => text === apart)).toHaveLength(1);
  const loose = {
    current,
    suite: aCurrentSuite([aCurrentBudget('charge.measured.inference', 200)], { agreementPercent: 12 }),
  };
  expect(judgeCase(currentEvidence([], loose)).verdicts.at(-1)?.status).toBe('passed');
});

test('what the ends of a window may be off is no disagreement', () => {
  const inferences = [aWindow({ vector: 0, dutUs: 9_000, uncertaintyUs: 500 })]; // 2 × 500 of 9000 µs are 11.1 %
  expect(
    judgeCase(currentEvidence([], { current: someCurrent({ inferences }) })).metrics.current?.lengths,
  ).toMatchObject({
    disagreeing: 0,
  });
});

test('a board without a meter is skipped, with what to write, and the run is not whole', () => {
  const { current: _none, ...evidence } = currentEvidence([aCurrentBudget('current.measured.sleep.mean', 1)], {
    board: aMeteredBoard({ meter: { at: 'JP5 (IDD)' } }),
  });
  const result = judgeCase(evidence);
  expect(result.verdicts.at(-1)).toMatchObject({
    status: 'skipped',
    reason:
      'no meter is described for this board: write `some-board: { meter: { at: JP5 (IDD), kind: ppk2, marker: D0 } }` in boards.local.yaml',
  });
  expect(missingBudgets(result)).toHaveLength(1);
});

test('measured budgets are never judged on an emulated target, which lacks nothing for it', () => {
  const { current: _none, ...evidence } = currentEvidence(everything, { board: aBoard(), recording: aRecording() });
  const result = judgeCase(evidence);
  const own = result.verdicts.filter(({ basis }) => basis === 'measured');
  expect(own.map(({ status }) => status)).toEqual(everything.map(() => 'skipped'));
  expect(own[0]?.reason).toBe(
    'bounds a current that a meter has measured, and this target counts modelled-cycles: never judged by one another',
  );
  expect(missingBudgets(result)).toEqual([]);
});

test('what was not seen is skipped, and says what is not there', () => {
  const { sleep: _sleep, dutyCycle: _dutyCycle, ...rest } = someCurrent({ inferences: [] });
  const current = { ...rest };
  expect(judge('current.measured.sleep.mean', 1, { current })?.reason).toContain(
    'no stretch in which the DUT was left',
  );
  expect(judge('current.measured.dutyCycle.mean', 1, { current })?.reason).toContain('no duty cycle was measured');
  expect(judge('charge.measured.inference', 1, { current })?.reason).toContain('no marked window');
  const powerless = someCurrent().inferences.map(({ energyUj: _energy, ...window }) => window);
  const verdict = judge('energy.measured.inference', 1, { current: someCurrent({ inferences: powerless }) });
  expect(verdict).toMatchObject({ status: 'skipped', measured: null });
  expect(verdict?.reason).toContain("the supply's voltage is not known: write `supply: 3.3 V`");
});

test('a period that an inference does not fit in is told as such', () => {
  const { dutyCycle: _dutyCycle, ...current } = someCurrent();
  const path = 'current.measured.dutyCycle.mean';
  const suite = aCurrentSuite([aCurrentBudget(path, 1)], { periodMs: 1 });
  expect(judge(path, 1, { current, suite })?.reason).toMatch(
    /^not measured: an inference takes \d+ ms, longer than the 1 ms of measure\.current\.period$/,
  );
});

test('a session that broke judges nothing that could still change, and a peak that is too high for good', () => {
  const recording = aRecording({
    manifest: { basis: 'silicon', outcome: { status: 'broken', reason: 'the port vanished' } },
    samples: someSamples().slice(0, 20),
  });
  expect(judge('current.measured.dutyCycle.mean', 1, { recording })?.status).toBe('skipped');
  expect(judge('current.measured.application.peak', 5, { recording })?.status).toBe('failed');
  expect(judge('current.measured.application.peak', 50, { recording })?.status).toBe('skipped');
});
