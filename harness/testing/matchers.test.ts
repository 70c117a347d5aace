import { expect, test } from 'vitest';
import type { Status, Verdict } from '../verdict/result.ts';
import { caseStatus } from '../verdict/status.ts';
import type { TestedInference } from './dut.ts';
import { expect as expectDut } from './matchers.ts';
import type { MeasuredCase } from './measured.ts';

function verdictOf(budget: string, status: Status, reason = 'so it is'): Verdict {
  const bound = { measured: null, relation: null, limit: null, unit: 'B', basis: null, optional: false };
  return { budget, status, reason, ...bound };
}

function measuredWith(...verdicts: readonly Verdict[]): MeasuredCase {
  return { suite: 'hum', verdicts, status: caseStatus(verdicts), judge: () => {} } as unknown as MeasuredCase;
}

const outputs = [{ name: 'y', type: 'int8', elements: 2, scale: 1, zeroPoint: 0 }] as const;
const inference = { golden: Uint8Array.of(1, 2), output: Uint8Array.of(1, 4), outputs } as unknown as TestedInference;

/** What is claimed of a case with one budget of this status. */
function of(status: Status) {
  return expectDut(measuredWith(verdictOf('memory.arena', status)));
}

test('a budget is met by what passed alone, and is missed by what failed alone', () => {
  const statuses = ['passed', 'failed', 'broken', 'inconclusive', 'skipped'] as const;
  expect(statuses.filter(status => passes(() => of(status).toMeetBudget('memory.arena')))).toEqual(['passed']);
  expect(statuses.filter(status => passes(() => of(status).not.toMeetBudget('memory.arena')))).toEqual(['failed']);
  expect(statuses.filter(status => passes(() => of(status).toMeetBudgets()))).toEqual(['passed']);
  expect(statuses.filter(status => passes(() => of(status).not.toMeetBudgets()))).toEqual(['failed']);
});

test('says which budgets were missed, and none that bound other targets', () => {
  const measured = measuredWith(
    verdictOf('memory.arena', 'failed', 'too much'),
    verdictOf('latency.silicon.p50', 'skipped'),
  );
  expect(messageOf(() => expectDut(measured).toMeetBudgets())).toBe('memory.arena failed: too much');
});

test('says why nothing was judged', () => {
  const measured = measuredWith(verdictOf('rig.session', 'skipped', 'no QEMU'));
  expect(messageOf(() => expectDut(measured).toMeetBudgets())).toBe('rig.session skipped: no QEMU');
  expect(messageOf(() => expectDut(measured).not.toMeetBudgets())).toBe('rig.session skipped: no QEMU');
});

test('an output may be as far from the golden as is allowed', () => {
  expectDut(inference).toMatchGolden({ maxDiffLsb: 2 });
  expectDut(inference).not.toMatchGolden({ maxDiffLsb: 1 });
  expect(messageOf(() => expectDut(inference).toMatchGolden())).toMatch(/^element 1 is 2 LSB off: expected 2, got 4/);
});

test.each([Number.NaN, -1, 0.5])('a distance of %s LSB is no distance', maxDiffLsb => {
  const isNot = expectDut(inference).not;
  expect(messageOf(() => isNot.toMatchGolden({ maxDiffLsb }))).toContain('golden.maxDiffLsb must be');
});

test('a promise that nobody awaited is told so', () => {
  const pending: unknown = Promise.resolve(inference);
  for (const given of [pending, undefined, {}]) {
    const golden = messageOf(() => expectDut(given as TestedInference).toMatchGolden());
    const budgets = messageOf(() => expectDut(given as MeasuredCase).toMeetBudgets());
    const budget = messageOf(() => expectDut(given as MeasuredCase).not.toMeetBudget('memory.arena', '<= 1 B'));
    expect(golden).toContain('give what dut.infer resolves to: await it');
    for (const message of [budgets, budget]) expect(message).toContain('give what measure resolves to: await it');
  }
});

function passes(claim: () => void): boolean {
  return messageOf(claim) === '';
}

function messageOf(claim: () => void): string {
  try {
    claim();
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
