import { expect as playwrightExpect } from '@playwright/test';
import { InputError } from '../errors.ts';
import { outputDifference } from '../verdict/golden.ts';
import type { Verdict } from '../verdict/result.ts';
import type { TestedInference } from './dut.ts';
import type { MeasuredCase } from './measured.ts';

interface MatcherResult {
  readonly pass: boolean;
  readonly name: string;
  message(): string;
}

/** Playwright's `expect` with what a DUT's figures are held against. */
export const expect = playwrightExpect.extend({
  /** An inference's output is the golden's, or no element of it further away than `maxDiffLsb` (0: bit-exact). */
  toMatchGolden(inference: TestedInference, { maxDiffLsb = 0 }: { readonly maxDiffLsb?: number } = {}): MatcherResult {
    const worst = outputDifference(inference.golden, inference.output, inference.outputs);
    const pass = !worst || worst.diffLsb <= maxDiffLsb;
    const text = worst
      ? `element ${worst.element} is ${worst.diffLsb} LSB off: expected ${worst.expected}, got ${worst.actual}; elements that differ: ${worst.differingElements}`
      : 'every element equals the golden';
    return { pass, name: 'toMatchGolden', message: () => `${text} (allowed: ${maxDiffLsb} LSB)` };
  },

  /**
   * A measured case meets a budget, by its path: the suite's own, or with a bound any other:
   * `expect(measured).toMeetBudget('latency.modelled-cycles.p50', '<= 110 kcycles')`.
   */
  toMeetBudget(measured: MeasuredCase, budget: string, bound?: string | number): MatcherResult {
    const verdict = bound === undefined ? ownVerdict(measured, budget) : measured.judge(budget, bound);
    return {
      pass: verdict.status === 'passed',
      name: 'toMeetBudget',
      message: () => sentence(verdict),
    };
  },

  /** A measured case passes every check and every budget of its suite that is not optional. */
  toMeetBudgets(measured: MeasuredCase): MatcherResult {
    const missed = measured.verdicts.filter(({ status, optional }) => !optional && status !== 'passed');
    const pass = measured.status === 'passed'; // also when budgets that bound other targets are not judged
    const text = pass ? 'it meets every budget' : missed.map(sentence).join('\n');
    return { pass, name: 'toMeetBudgets', message: () => text };
  },
});

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
