import type { Basis } from '../units.ts';
import { type CaseResult, type Status, statuses, type Verdict } from './result.ts';

/**
 * The status of a case: broken, failed, inconclusive or passed, the first that one of its verdicts has; skipped when nothing was judged.
 * An optional budget counts only when it is met. A passed check of the rig's own counts for nothing: it judges no firmware.
 */
export function caseStatus(verdicts: readonly Verdict[]): Status {
  const counted = verdicts.filter(verdict =>
    verdict.status === 'passed' ? isBudget(verdict) : !verdict.optional && verdict.status !== 'skipped',
  );
  return statuses.find(status => counted.some(verdict => verdict.status === status)) ?? 'skipped';
}

/** Whether a verdict is of a budget of the suite, and not of a check that the harness makes itself. */
export function isBudget({ budget }: Verdict): boolean {
  return !budget.startsWith('rig.') && !budget.startsWith('firmware.');
}

/** The required budgets that a case which ran has no figure for: with one, the run is not whole, whatever the others came to. */
export function missingBudgets({ verdicts, provenance }: CaseResult): Verdict[] {
  const hasRun = !verdicts.some(({ budget, status }) => budget === 'rig.session' && status === 'skipped');
  return hasRun ? verdicts.filter(verdict => isMissing(verdict, provenance.basis)) : [];
}

/** Whether a required budget that bounds this basis has no figure to show for it. */
function isMissing(verdict: Verdict, basis: Basis): boolean {
  return isBudget(verdict) && bounds(verdict, basis) && !verdict.optional && verdict.status === 'skipped';
}

/** Whether a verdict is of what a target of this basis can show: a meter needs a chip, and a datasheet's currents a modelled time. */
export function bounds({ basis }: Pick<Verdict, 'basis'>, on: Basis): boolean {
  if (basis === 'measured') return on === 'silicon';
  if (basis === 'modelled') return on === 'modelled-cycles';
  return basis === null || basis === on;
}
