import { expect, test } from 'vitest';
import {
  aCurrentBudget,
  aCurrentSuite,
  aMeteredBoard,
  currentEvidence,
  plainCell as plain,
  someCurrent,
  someTraceFacts,
} from '../../fixtures/current.ts';
import { lifeDays } from '../../suite/battery-life.ts';
import { knownCells } from '../../suite/cells.ts';
import type { CurrentEvidence } from '../../trace/evidence.ts';
import { type Evidence, judgeCase } from '../judge.ts';
import type { CaseResult } from '../result.ts';

const year = 365.25;

/** The application peaks at 12 mA, and its duty cycle has a mean of so many mA. */
function drawing(meanMa: number, peakMa = 12): Partial<CurrentEvidence> {
  const { dutyCycle, application } = someCurrent();
  if (!dutyCycle || !application) throw new Error('the fixture has both');
  return { dutyCycle: { ...dutyCycle, meanMa }, application: { ...application, peakMa } };
}

function judged(limitDays: number, current: Partial<CurrentEvidence>, cells = { plain }, periodMs = 1000): CaseResult {
  const suite = aCurrentSuite([aCurrentBudget('battery.measured.plain', limitDays)], { cells, periodMs });
  return judgeCase(currentEvidence([], { suite, current: someCurrent(current) }));
}

function lastOf({ verdicts }: CaseResult) {
  return verdicts.at(-1);
}

function lastWith(evidence: Partial<Evidence>) {
  return lastOf(judgeCase(currentEvidence([], evidence)));
}

function reasonAt(supplyMv: number): string | undefined {
  return lastOf(judged(1, { ...drawing(0.1), facts: someTraceFacts({ supplyMv }) }))?.reason;
}

test('an application of 1.0 mA empties 225 mAh in 9.4 days, whatever its own budget says', () => {
  const result = judged(year, drawing(1));
  expect(lastOf(result)).toMatchObject({ status: 'failed', measured: 9.375, unit: 'days', basis: 'measured' });
  expect(lastOf(result)?.reason).toBe(
    'plain lasts 9.4 days (225 mAh), budget >= 1 year (97 % below); computed from 1 mA, the mean of the measured duty cycle of 1 s; ' +
      '±11 %, 8.5 days to 10.4 days, by the meter; a life of 1 year asks for a mean of 25.7 µA',
  );
});

test('a life is as long as its mean says, and as sure as the meter', () => {
  const { metrics } = judged(9, drawing(1));
  expect(metrics.battery?.find(({ cell }) => cell === 'plain')).toEqual({
    cell: 'plain',
    ...plain,
    basis: 'measured',
    lifeDays: 9.375,
    lowDays: 9.375 / 1.1,
    highDays: 9.375 / 0.9,
    limitedBy: 'charge',
    meanMa: 1,
    periodUs: 1_000_000,
    from: 'dutyCycle',
    peakMa: 12,
  });
  expect(metrics.battery?.map(({ cell }) => cell)).toEqual(['CR2032', 'CR2450', 'AA', 'LiPo', 'plain']);
});

test('what the meter leaves open is inconclusive, and what it does not is decided', () => {
  expect(lastOf(judged(9, drawing(1)))).toMatchObject({ status: 'inconclusive', measured: 9.375 });
  expect(lastOf(judged(10, drawing(1)))?.status).toBe('inconclusive');
  expect(lastOf(judged(8.5, drawing(1)))?.status).toBe('passed');
  expect(lastOf(judged(10.5, drawing(1)))?.status).toBe('failed');
});

test('a peak that the cell cannot give fails it, however long it would last', () => {
  const result = judged(1, drawing(0.001, 17)); // 15.3 mA at the least
  expect(lastOf(result)).toMatchObject({ status: 'failed', measured: null });
  expect(lastOf(result)?.reason).toBe(
    'the cell cannot give it: a peak of 17 mA, and plain is rated for pulses of 15 mA (a test)',
  );
  expect(result.metrics.battery?.at(-1)).toMatchObject({ lifeDays: null, limitedBy: 'pulse', peakMa: 17 });
  expect(lastOf(judged(1, drawing(0.001, 13)))?.status).toBe('passed');
});

test('a cell gives what it is rated for', () => {
  const meter = { ...someTraceFacts().meter, accuracy: { percent: 0, offsetMa: 0, of: 'a dream' } };
  const at = (peakMa: number) => lastOf(judged(1, { ...drawing(0.001, peakMa), facts: someTraceFacts({ meter }) }));
  expect(at(15)?.status).toBe('passed');
  expect(at(15.001)).toMatchObject({ status: 'failed', reason: expect.stringContaining('a peak of 15.001 mA, and') });
});

test('a peak that may be too high by the meter is inconclusive', () => {
  const verdict = lastOf(judged(1, drawing(0.001, 14.5))); // 14.5 mA + 10 % are 15.95 mA
  expect(verdict?.status).toBe('inconclusive');
  expect(verdict?.reason).toContain("by the meter's accuracy the peak of 14.5 mA may be more than the 15 mA");
});

test('a peak above the rating that may be below it by the meter is inconclusive as well, and has no figure', () => {
  const verdict = lastOf(judged(1, drawing(0.001, 15.001)));
  expect(verdict).toMatchObject({ status: 'inconclusive', measured: null });
  expect(verdict?.reason).toContain('the peak of 15.001 mA may be less than the 15 mA that the cell is rated for');
});

test('what misses its life for certain fails, whatever its peak', () => {
  expect(lastOf(judged(year, drawing(1, 14.5)))?.status).toBe('failed');
});

test('the peak is that of the whole application, be it in no window of an inference', () => {
  const { application: _none, ...rest } = someCurrent();
  expect(judged(1, {}).metrics.battery?.[0]?.peakMa).toBe(12);
  expect(judgeCase(currentEvidence([], { current: rest })).metrics.battery?.[0]?.peakMa).toBe(11);
});

test('without a measured duty cycle it is computed from an inference and sleep, and says so', () => {
  const { dutyCycle: _none, ...current } = someCurrent();
  const suite = aCurrentSuite([aCurrentBudget('battery.measured.plain', 1)], { cells: { plain }, periodMs: 10_000 });
  const result = judgeCase(currentEvidence([], { suite, current }));
  const meanMa = (100_000 + 0.1 * 9_990_000) / 1e7; // µC and mA × µs: 0.1099 mA
  expect(result.metrics.battery?.at(-1)).toMatchObject({ from: 'computed', periodUs: 10_000_000 });
  expect(result.metrics.battery?.at(-1)?.meanMa).toBeCloseTo(meanMa, 12);
  expect(lastOf(result)?.measured).toBeCloseTo(225 / meanMa / 24, 6);
  expect(lastOf(result)?.reason).toContain(
    'computed from 109.9 µA: one measured inference every 10 s and sleep for the rest, nothing around it',
  );
  const { highDays = 0, lowDays = 0 } = result.metrics.battery?.at(-1) ?? {};
  expect(highDays / lowDays).toBeCloseTo(1.1 / 0.9, 9);
});

test('ticks and meter that disagree leave a computed life open, and a measured duty cycle as it is', () => {
  const inferences = someCurrent().inferences.map(window => ({ ...window, dutUs: 9_000 }));
  const { dutyCycle: _none, ...current } = someCurrent({ inferences });
  const budgets = [aCurrentBudget('battery.measured.plain', 1)];
  const suite = aCurrentSuite(budgets, { cells: { plain } });
  const verdict = lastOf(judgeCase(currentEvidence([], { suite, current })));
  expect(verdict?.status).toBe('inconclusive');
  expect(verdict?.reason).toMatch(/^ticks and meter disagree/);
  expect(lastOf(judged(1, { inferences }))?.status).toBe('passed');
});

test('a period that no inference fits into has no life, and neither has a suite without a period', () => {
  const { dutyCycle: _none, ...current } = someCurrent();
  const budgets = [aCurrentBudget('battery.measured.CR2032', 1)];
  expect(lastWith({ suite: aCurrentSuite(budgets, { periodMs: 9 }), current })).toMatchObject({
    status: 'skipped',
    reason: 'not computed: an inference takes longer than measure.current.period',
  });
  const { periodMs: _period, ...measure } = aCurrentSuite(budgets).measure.current ?? { periodMs: 1 };
  const suite = { ...aCurrentSuite(budgets), measure: { ...aCurrentSuite(budgets).measure, current: measure } };
  expect(lastWith({ suite: suite as Evidence['suite'], current })?.reason).toContain(
    'measure.current.period says how often',
  );
  const { sleep: _sleep, ...awake } = current;
  expect(lastWith({ suite: aCurrentSuite(budgets), current: awake })?.reason).toContain(
    'neither a duty cycle nor sleep',
  );
});

test('no cell lasts beyond its shelf life', () => {
  const cells = { plain: { ...plain, shelfYears: 10 } };
  const suite = aCurrentSuite([aCurrentBudget('battery.measured.plain', 11 * year)], { cells });
  const result = judgeCase(currentEvidence([], { suite, current: someCurrent(drawing(0.0001)) }));
  expect(lastOf(result)).toMatchObject({ status: 'failed', measured: 10 * year });
  expect(lastOf(result)?.reason).toContain('the load alone would let it last longer: plain keeps for 10 years');
  expect(result.metrics.battery?.at(-1)).toMatchObject({ limitedBy: 'shelf', lowDays: 10 * year, highDays: 10 * year });
});

test('a life that may be endless by the meter is open towards its lower end', () => {
  const meter = { ...someTraceFacts().meter, accuracy: { percent: 0, offsetMa: 0.01, of: 'a test' } };
  const verdict = lastOf(judged(1000, { ...drawing(0.008), facts: someTraceFacts({ meter }) })); // 0 to 18 µA
  expect(verdict?.status).toBe('inconclusive'); // 1172 days, and 521 at least
  expect(verdict?.reason).toContain('; 1.4 years at least, by the meter; the limit lies within that');
  expect(lastOf(judged(500, { ...drawing(0.008), facts: someTraceFacts({ meter }) }))?.status).toBe('passed');
});

test('what lacks for a life is what is not there', () => {
  const { dutyCycle: _none, ...current } = someCurrent({ inferences: [] });
  const suite = aCurrentSuite([aCurrentBudget('battery.measured.CR2032', 1)]);
  expect(lastWith({ suite, current })?.reason).toBe('not computed: neither a duty cycle nor an inference was measured');
  expect(lastOf(judged(1, drawing(0)))?.reason).toBe('not computed: a mean of 0 nA asks no cell for anything');
});

test('a supply that the cell does not have is told, since what lies between is not counted', () => {
  expect(reasonAt(3000)).not.toContain('drawn from the cell');
  expect(reasonAt(2400)).not.toContain('drawn from the cell');
  expect(reasonAt(3300)).toContain(
    "the current at 3.3 V is taken as drawn from the cell's 3 V: whatever lies between them",
  );
  expect(reasonAt(1800)).toContain('the current at 1.8 V');
});

test("a suite's own cell goes before one that is known", () => {
  const own = { CR2032: { ...plain, capacityMah: 450 } };
  const suite = aCurrentSuite([aCurrentBudget('battery.measured.CR2032', 18)], { cells: own });
  const evidence = { suite, current: someCurrent(drawing(1)), board: aMeteredBoard() };
  expect(lastOf(judgeCase(currentEvidence([], evidence)))?.measured).toBe(18.75);
  const known = knownCells.CR2032 ?? plain;
  expect(
    lastOf(
      judgeCase(currentEvidence([aCurrentBudget('battery.measured.CR2032', 1)], { current: someCurrent(drawing(1)) })),
    )?.measured,
  ).toBe(lifeDays(known, 1));
});

test('a computed life breaks with what it is computed from', () => {
  const suite = aCurrentSuite([aCurrentBudget('battery.measured.plain', 1)], { cells: { plain } });
  const { dutyCycle: _none, ...undriven } = someCurrent();
  for (const spoilt of ['inference', 'sleep', 'application'] as const) {
    const faults = [{ check: 'gaps', what: '3 samples are missing', spoils: [spoilt] } as const];
    expect(lastOf(judgeCase(currentEvidence([], { suite, current: { ...undriven, faults } })))?.status).toBe('broken');
  }
});

test('firmware that paces itself lasts as long as its application lets it, and that is said', () => {
  const { dutyCycle: _none, sleep: _sleep, ...asked } = someCurrent();
  const suite = aCurrentSuite([aCurrentBudget('battery.measured.plain', 15)], { cells: { plain } });
  const inferences = asked.inferences.map(({ purpose: _host, ...window }) => window);
  const paced = { ...asked, inferences, isAsked: false };
  const result = judgeCase(currentEvidence([], { suite, current: paced }));
  expect(lastOf(result)).toMatchObject({ status: 'passed', measured: 18.75 }); // 225 mAh at 0.5 mA
  expect(lastOf(result)?.reason).toContain('computed from 500 µA, the mean of the application as it ran, whatever its');
  expect(result.metrics.battery?.at(-1)).toMatchObject({ from: 'application' });
  expect(result.metrics.battery?.at(-1)).not.toHaveProperty('periodUs');
  const byHost = judgeCase(currentEvidence([], { suite, current: asked }));
  expect(lastOf(byHost)?.reason).toBe('not computed: neither a duty cycle nor sleep was measured');
  const faults = [{ check: 'windows', what: 'a window has no end', spoils: ['inference'] }] as const;
  const unplaced = judgeCase(currentEvidence([], { suite, current: { ...paced, faults } }));
  expect(lastOf(unplaced)?.status).toBe('passed');
  const lost = judgeCase(currentEvidence([], { suite, current: { ...asked, inferences: [], faults } }));
  expect(lastOf(lost)?.status).toBe('broken'); // a host asked, and no window has a place: what ran is no application
});
