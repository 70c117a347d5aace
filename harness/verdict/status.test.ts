import { expect, test } from 'vitest';
import { exitCode } from './exit-code.ts';
import type { CaseResult, Status, Verdict } from './result.ts';
import { statuses } from './result.ts';
import { caseStatus } from './status.ts';

function verdict(status: Status, overrides: Partial<Verdict> = {}): Verdict {
  const budget = 'golden.maxDiffLsb';
  const bound = { measured: null, relation: '<=', limit: 0, unit: 'LSB' } as const;
  return { budget, status, ...bound, basis: null, optional: false, reason: 'because', ...overrides };
}

test('a case has the first status of broken, failed, inconclusive, passed that a verdict of it has', () => {
  for (const [rank, status] of statuses.entries()) {
    const weaker = statuses.slice(rank).map(other => verdict(other));
    expect(caseStatus(weaker.toReversed())).toBe(status);
  }
});

test.each<[what: string, verdicts: readonly Verdict[], status: Status]>([
  ['no verdict at all', [], 'skipped'],
  ['only skipped budgets', [verdict('skipped'), verdict('skipped')], 'skipped'],
  ['a passed rig and no budget judged', [verdict('passed', { budget: 'rig.session' }), verdict('skipped')], 'skipped'],
  ['a broken rig', [verdict('broken', { budget: 'rig.session' }), verdict('passed')], 'broken'],
  ['firmware that crashed', [verdict('failed', { budget: 'firmware.session' }), verdict('skipped')], 'failed'],
  ['an optional budget that failed', [verdict('failed', { optional: true }), verdict('passed')], 'passed'],
  [
    'an optional budget that is inconclusive',
    [verdict('inconclusive', { optional: true }), verdict('passed')],
    'passed',
  ],
  ['an optional budget that passed', [verdict('passed', { optional: true }), verdict('skipped')], 'passed'],
])('%s', (_what, verdicts, status) => {
  expect(caseStatus(verdicts)).toBe(status);
});

function aCase(...verdicts: readonly Verdict[]): CaseResult {
  const provenance = {
    board: 'b',
    mcu: 'm',
    core: 'c',
    clockHz: 1,
    basis: 'silicon',
    modelSha256: '',
    vectorsSha256: '',
  } as const;
  const times = { startedAt: '2026-01-01T00:00:00.000Z', durationMs: 1 };
  const status = caseStatus(verdicts);
  return {
    suite: 's',
    target: 't',
    status,
    verdicts,
    metrics: { vectors: 1 },
    warnings: [],
    provenance,
    recording: null,
    ...times,
  };
}

const passed = aCase(verdict('passed'));
const failed = aCase(verdict('failed'));
const broken = aCase(verdict('broken', { budget: 'rig.session' }), verdict('skipped'));
const brokenAndFailed = aCase(verdict('broken', { budget: 'rig.session' }), verdict('failed'));
const inconclusive = aCase(verdict('inconclusive'));
const notInstalled = aCase(verdict('skipped', { budget: 'rig.session' }), verdict('skipped'));
const gap = aCase(verdict('passed'), verdict('skipped', { budget: 'accuracy.top1' }));
const optionalGap = aCase(verdict('passed'), verdict('skipped', { budget: 'accuracy.top1', optional: true }));
const otherBasis = aCase(verdict('passed'), verdict('skipped', { basis: 'instructions' }));
const ownBasis = aCase(verdict('passed'), verdict('skipped', { basis: 'silicon' }));
const optionalFailed = aCase(verdict('passed'), verdict('failed', { optional: true }));
const rigOnly = aCase(verdict('passed', { budget: 'rig.session' }), verdict('passed', { budget: 'rig.tickCounter' }));

test.each<[what: string, cases: readonly CaseResult[], code: number]>([
  ['all passed', [passed, passed], 0],
  ['a budget failed', [passed, failed, broken, inconclusive], 1],
  ['a budget failed in a case that broke', [brokenAndFailed], 1],
  ['something broken', [passed, broken, inconclusive], 3],
  ['nothing planned', [], 3],
  ['nothing judged', [notInstalled], 3],
  ['nothing but the rig judged', [rigOnly], 3],
  ['a required budget not measured', [gap], 3],
  ['a required budget of the basis not measured', [ownBasis], 3],
  ['inconclusive', [passed, inconclusive], 4],
  ['an optional budget not measured', [optionalGap], 0],
  ['an optional budget failed', [optionalFailed], 0],
  ['a budget of another basis', [otherBasis], 0],
  ['a target that is not installed beside one that passed', [passed, notInstalled], 0],
])('%s exits with the right code', (_what, cases, code) => {
  expect(exitCode(cases, { interrupted: false, strict: false })).toBe(code);
});

test('an interrupted run is 130 whatever it found', () => {
  for (const cases of [[], [passed], [failed], [broken]])
    expect(exitCode(cases, { interrupted: true, strict: true })).toBe(130);
});

test('under strict a skipped case is 3, and a failed one still 1', () => {
  expect(exitCode([passed, notInstalled], { interrupted: false, strict: true })).toBe(3);
  expect(exitCode([failed, notInstalled], { interrupted: false, strict: true })).toBe(1);
  expect(exitCode([passed], { interrupted: false, strict: true })).toBe(0);
});
