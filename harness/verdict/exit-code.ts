import type { CaseResult } from './result.ts';
import { isBudget, missingBudgets } from './status.ts';

/** How a run went besides its verdicts. `strict`: a case that was skipped is a fault, as CI wants it. */
export interface RunFlags {
  readonly interrupted: boolean;
  readonly strict: boolean;
}

/**
 * What a run means to the shell, the first that applies: 130 interrupted · 1 a budget failed · 3 something broken, a required budget
 * not measured on a target that ran, nothing judged, or a case skipped under `strict` · 4 inconclusive · 0. An input that is wrong is
 * 2 and never comes this far.
 */
export function exitCode(cases: readonly CaseResult[], { interrupted, strict }: RunFlags): number {
  const any = (is: (result: CaseResult) => boolean) => cases.some(is);
  if (interrupted) return 130;
  if (any(hasFailed)) return 1;
  if (any(isBroken) || any(hasGap) || !any(wasJudged) || (strict && any(wasSkipped))) return 3;
  if (any(isInconclusive)) return 4;
  return 0;
}

/** Also in a case that is broken besides: what the firmware did wrong stays wrong. */
function hasFailed({ verdicts }: CaseResult): boolean {
  return verdicts.some(({ status, optional }) => status === 'failed' && !optional);
}

function isBroken({ status }: CaseResult): boolean {
  return status === 'broken';
}

function hasGap(result: CaseResult): boolean {
  return missingBudgets(result).length > 0;
}

function wasJudged({ verdicts }: CaseResult): boolean {
  return verdicts.some(verdict => isBudget(verdict) && verdict.status !== 'skipped');
}

function wasSkipped({ status }: CaseResult): boolean {
  return status === 'skipped';
}

function isInconclusive({ status }: CaseResult): boolean {
  return status === 'inconclusive';
}
