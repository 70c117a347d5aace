import type { CaseResult, Status, Verdict } from '../verdict/result.ts';
import { bounds } from '../verdict/status.ts';

/** How a status looks in plain text, with what it means to the reader. */
export const statusWords: Readonly<Record<Status, { readonly mark: string; readonly meaning: string }>> = {
  passed: { mark: '✔', meaning: 'within every budget' },
  failed: { mark: '✘', meaning: 'the firmware broke a budget' },
  broken: { mark: '‼', meaning: 'the rig failed; says nothing about the firmware' },
  inconclusive: { mark: '?', meaning: 'too little evidence' },
  skipped: { mark: '○', meaning: 'not measured' },
};

/** `fashion on rp2040js-pico`. */
export function titleOf(result: Pick<CaseResult, 'suite' | 'target'>): string {
  return `${result.suite} on ${result.target}`;
}

/**
 * The verdicts that did not pass, the gravest first: those that decided the case's status lead. Left out is what needs no telling: a
 * budget of another basis, which bounds other targets, and the budgets of a target that was not tried, whose session says why.
 */
export function notPassed(result: CaseResult): readonly Verdict[] {
  const { verdicts, provenance } = result;
  const untried = whyUntried(result);
  if (untried) return [untried];
  const rank: readonly Status[] = ['broken', 'failed', 'inconclusive', 'skipped'];
  return verdicts
    .filter(
      verdict => verdict.status !== 'passed' && (verdict.status !== 'skipped' || bounds(verdict, provenance.basis)),
    )
    .sort((a, b) => rank.indexOf(a.status) - rank.indexOf(b.status));
}

/** Why nothing was tried on the case's target; undefined where something was. */
export function whyUntried({ verdicts }: CaseResult): Verdict | undefined {
  return verdicts.find(({ budget, status }) => budget === 'rig.session' && status === 'skipped');
}

/** How many cases have each status; all statuses are present. */
export function countByStatus(cases: readonly CaseResult[]): Readonly<Record<Status, number>> {
  const counts: Record<Status, number> = { broken: 0, failed: 0, inconclusive: 0, passed: 0, skipped: 0 };
  for (const { status } of cases) counts[status]++;
  return counts;
}
