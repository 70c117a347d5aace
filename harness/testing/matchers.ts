import { expect as playwrightExpect } from '@playwright/test';
import { InputError } from '../errors.ts';
import { outputDifference } from '../verdict/golden.ts';
import type { Verdict } from '../verdict/result.ts';
import { caseStatus } from '../verdict/status.ts';
import { budgetOf } from './bound.ts';
import type { TestedInference } from './dut.ts';
import type { MeasuredCase } from './measured.ts';

interface MatcherResult {
  readonly pass: boolean;
  readonly name: string;
  message(): string;
}

/** Playwright's `expect` with what a DUT's figures are held against. With `.not`, what was not measured is no success either. */
export const expect = playwrightExpect.extend({
  /** An inference's output is the golden's, or no element of it further away than `maxDiffLsb` (0: bit-exact). */
  toMatchGolden(inference: TestedInference, { maxDiffLsb = 0 }: { readonly maxDiffLsb?: number } = {}): MatcherResult {
    expectMade(inference?.golden instanceof Uint8Array, 'toMatchGolden', 'dut.infer');
    const { limit } = budgetOf('golden.maxDiffLsb', maxDiffLsb);
    const worst = outputDifference(inference.golden, inference.output, inference.outputs);
    const pass = !worst || worst.diffLsb <= limit;
    const text = worst
      ? `element ${worst.element} is ${worst.diffLsb} LSB off: expected ${worst.expected}, got ${worst.actual}; elements that differ: ${worst.differingElements}`
      : 'every element equals the golden';
    return { pass, name: 'toMatchGolden', message: () => `${text} (allowed: ${limit} LSB)` };
  },

  /**
   * A measured case meets a budget, by its path: the suite's own, or with a bound any other:
   * `expect(measured).toMeetBudget('latency.modelled-cycles.p50', '<= 110 kcycles')`.
   */
  toMeetBudget(measured: MeasuredCase, budget: string, bound?: string | number): MatcherResult {
    expectMade(typeof measured?.judge === 'function', 'toMeetBudget', 'measure');
    const verdict = bound === undefined ? ownVerdict(measured, budget) : measured.judge(budget, bound);
    return { pass: isMet(verdict.status, this.isNot), name: 'toMeetBudget', message: () => sentence(verdict) };
  },

  /** A measured case passes every check and every budget of its suite that is not optional. */
  toMeetBudgets(measured: MeasuredCase): MatcherResult {
    expectMade(typeof measured?.judge === 'function', 'toMeetBudgets', 'measure');
    const { status, verdicts } = measured; // passed also when budgets that bound other targets are not judged
    const text = status === 'passed' ? 'it meets every budget' : missed(verdicts).map(sentence).join('\n');
    return { pass: isMet(status, this.isNot), name: 'toMeetBudgets', message: () => text };
  },
});

/** Playwright turns what a matcher gives around for `.not`; only *failed* may come out as success there. */
function isMet(status: Verdict['status'], isNot: boolean): boolean {
  return isNot ? status !== 'failed' : status === 'passed';
}

/** The verdicts that keep a case from passing. Those skipped bound another target, unless nothing was judged. */
function missed(verdicts: readonly Verdict[]): readonly Verdict[] {
  const wasJudged = caseStatus(verdicts) !== 'skipped';
  return verdicts.filter(
    ({ status, optional }) => !optional && status !== 'passed' && !(wasJudged && status === 'skipped'),
  );
}

/** The types say so too; in JavaScript nothing else tells of a forgotten `await`. */
function expectMade(isMade: boolean, matcher: string, maker: string): void {
  if (isMade) return;
  throw new InputError(
    `was given something else than ${maker} makes`,
    matcher,
    `give what ${maker} resolves to: await it`,
  );
}

function ownVerdict({ verdicts, suite }: MeasuredCase, path: string): Verdict {
  const verdict = verdicts.find(({ budget }) => budget === path);
  if (verdict) return verdict;
  const known = verdicts.map(({ budget }) => budget).join(', ');
  throw new InputError(
    `the suite ${suite} has no budget "${path}"`,
    'toMeetBudget',
    `give a bound, or one of ${known}`,
  );
}

function sentence({ budget, status, reason }: Verdict): string {
  return `${budget} ${status}: ${reason}`;
}
