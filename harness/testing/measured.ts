import { InputError } from '../errors.ts';
import { writeResults } from '../report/json.ts';
import { loadModel } from '../runner/case-inputs.ts';
import { firmwareOf } from '../runner/image.ts';
import { gatherEvidence } from '../runner/judge-case.ts';
import { makePlan } from '../runner/make-plan.ts';
import { measureCase } from '../runner/measure-case.ts';
import { resultsOf } from '../runner/plan.ts';
import { type Evidence, judgeCase } from '../verdict/judge.ts';
import type { CaseResult, Verdict } from '../verdict/result.ts';
import { boardsOfTests } from './boards.ts';
import { budgetOf, expectFitting } from './bound.ts';

/** A suite measured on its target and judged, as `tickmark run` does it. */
export interface MeasuredCase extends CaseResult {
  /** Absolute folder with results.json and the recording: `tickmark report FOLDER` and `tickmark run --replay FOLDER` take it. */
  readonly folder: string;
  /** Judges a bound that need not stand in the suite, by its path there and written as there: `judge('memory.arena', '<= 8 KiB')`. */
  judge(budget: string, bound: string | number): Verdict;
}

/** What is measured, and whether what its target runs on must be there: else it may be skipped. */
interface Wanted {
  readonly suite: string;
  readonly target: string;
  readonly isRequired: boolean;
}

/** Measures a suite on one target into `folder`. Throws InputError for what is wrong with the suite; what the rig does is in the verdicts. */
export async function measureSuite(
  { suite, target, isRequired }: Wanted,
  folder: string,
  signal: AbortSignal,
): Promise<MeasuredCase> {
  const cwd = process.cwd();
  const plan = makePlan({ cwd, suites: [suite], targets: [target], out: folder, exact: true, html: false });
  const [first] = plan.cases;
  if (!first) throw new TypeError('a plan has a case'); // or makePlan throws
  if (firmwareOf(first).protocol === 'log')
    throw new InputError('only prints', first.id, 'judge it with `tickmark run`: tests measure firmware that answers');
  const planned = { ...first, isNamed: isRequired };
  const measured = measureCase(plan, planned, { boards: boardsOfTests, onProgress: () => {} }, signal);
  const evidence = await gatherEvidence(plan, planned, measured);
  const result = judgeCase(evidence);
  writeResults({ folder, results: resultsOf(plan, [result], { complete: true, interrupted: false }) });
  return { ...result, folder, judge: (path, bound) => judgeOne(evidence, path, bound) };
}

function judgeOne(evidence: Evidence, path: string, bound: string | number): Verdict {
  const budget = budgetOf(path, bound);
  expectFitting({ suite: evidence.suite, model: loadModel(evidence.suite).parsed }, budget);
  const { verdicts } = judgeCase({ ...evidence, suite: { ...evidence.suite, budgets: [budget], on: {} } });
  const verdict = verdicts.find(each => each.budget === budget.budget);
  if (!verdict) throw new TypeError(`${path} was not judged`); // judgeCase judges every budget
  return verdict;
}
