import { expect, test } from 'vitest';
import type { LatencyMetric } from '../suite/suite.ts';
import { type Basis, latencyUnits } from '../units.ts';
import { judgeLatency, type LatencyBudget, measureLatency, undisturbedOf } from './latency.ts';
import { nothingSeen, type Session } from './session.ts';

function sessionOf(ticks: readonly number[]): Session {
  const inferences = ticks.map((count, vector) => ({ boot: 0, vector, ticks: count, output: new Uint8Array() }));
  return { ...nothingSeen, end: { status: 'complete' }, vectors: ticks.length, boots: 1, inferences };
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function budgetOf(metric: LatencyMetric, limit: number, basis: Basis = 'modelled-cycles'): LatencyBudget {
  const budget = `latency.${basis}.${metric}`;
  return { kind: 'latency', metric, basis, budget, relation: '<=', limit, unit: latencyUnits[basis], optional: false };
}

const at1MHz = { basis: 'modelled-cycles', tickHz: 1e6, clockHz: 125e6 } as const;

function judge(ticks: readonly number[], budget: LatencyBudget) {
  return judgeSession(sessionOf(ticks), budget);
}

function judgeSession(session: Session, budget: LatencyBudget) {
  const [latency, undisturbed] = [session, undisturbedOf(session)].map(each => measureLatency(each, at1MHz));
  return judgeLatency(budget, { basis: at1MHz.basis, latency, undisturbed, missing: 'nothing was recorded' }, session);
}

test.each([
  ['silicon', 'µs', 1000],
  ['host', 'µs', 1000],
  ['modelled-cycles', 'cycles', 120_000],
  ['instructions', 'instructions', 120_000],
] as const)('64000 ticks at 64 MHz on a 120 MHz core, %s', (basis, unit, value) => {
  const metrics = measureLatency(sessionOf([64_000]), { basis, tickHz: 64e6, clockHz: 120e6 });
  expect(metrics).toMatchObject({ basis, unit, p50: value, max: value, mean: value, count: 1 });
});

test('the ticks stay as they were measured, in their order', () => {
  expect(measureLatency(sessionOf([30, 10, 20]), at1MHz)).toMatchObject({ ticks: [30, 10, 20], min: 1250, max: 3750 });
});

test.each([
  ['p50', 1, 'inconclusive'],
  ['p50', 2, 'passed'],
  ['p90', 9, 'inconclusive'],
  ['p90', 10, 'passed'],
  ['p99', 99, 'inconclusive'],
  ['p99', 100, 'passed'],
  ['max', 1, 'passed'],
] as const)('a %s of %i inferences is %s', (metric, count, status) => {
  expect(judge(upTo(count), budgetOf(metric, 1e6)).status).toBe(status);
});

test('a p99 from 50 inferences says how many it takes, whichever side of the budget it is on', () => {
  expect(judge(upTo(50), budgetOf('p99', 100)).reason).toBe(
    'a p99 needs at least 100 inferences, there are 50; so far p99 6.3 kcycles, budget <= 100 cycles (6150 % above)',
  );
  expect(judge(upTo(50), budgetOf('p99', 100)).status).toBe('inconclusive');
});

test('passes exactly at the budget and fails one cycle below it', () => {
  expect(judge(upTo(5), budgetOf('p50', 375)).status).toBe('passed');
  expect(judge(upTo(5), budgetOf('p50', 374)).status).toBe('failed');
});

test('one slow inference moves the maximum and not the median', () => {
  const ticks = [...upTo(5), 1000];
  expect(judge(ticks, budgetOf('p50', 375)).status).toBe('passed');
  expect(judge(ticks, budgetOf('max', 625)).status).toBe('failed');
});

/** The last `count` windows disturbed. */
function disturbed(session: Session, count: number): Session {
  const first = session.inferences.length - count;
  const inferences = session.inferences.map((each, at) =>
    at < first ? each : { ...each, isDisturbed: true as const },
  );
  return { ...session, inferences };
}

test.each([
  { ticks: [5, 5, 9], noisy: 1, limit: 1000, status: 'inconclusive' },
  { ticks: [5, 5, 9], noisy: 1, limit: 1125, status: 'passed' },
  { ticks: [5, 9, 9], noisy: 1, limit: 1000, status: 'failed' },
  { ticks: [9, 9, 9], noisy: 3, limit: 1000, status: 'inconclusive' },
])(
  'a maximum over $ticks ticks with $noisy window(s) disturbed is $status at $limit',
  ({ ticks, noisy, limit, status }) => {
    expect(judgeSession(disturbed(sessionOf(ticks), noisy), budgetOf('max', limit)).status).toBe(status);
  },
);

test('a budget that is missed by disturbed windows alone says so', () => {
  expect(judgeSession(disturbed(sessionOf([5, 5, 9]), 1), budgetOf('max', 1000)).reason).toMatch(
    /^bytes from the host may have disturbed 1 of 3 windows, and without those it is not missed; so far max/,
  );
});

test.each(['silicon', 'instructions', 'host'] as const)(
  'modelled cycles are never judged by a budget for %s',
  basis => {
    expect(judge(upTo(5), budgetOf('p50', 1, basis))).toMatchObject({ status: 'skipped', measured: null, basis });
  },
);

test('without ticks it is skipped, with why', () => {
  expect(judge([], budgetOf('p50', 1))).toMatchObject({
    status: 'skipped',
    reason: 'no ticks were measured: nothing was recorded',
  });
});
