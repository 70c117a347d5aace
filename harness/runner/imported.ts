import type { ReportedRun } from '../report/port.ts';
import { publishCase, publishEnd, reportedRun } from '../report/publish.ts';
import type { CaseResult } from '../verdict/result.ts';
import { reportersFor } from './adapters.ts';
import { makePlan } from './make-plan.ts';
import { type Plan, type PlannedCase, resultsOf } from './plan.ts';

/** Something that was kept, and is judged by one case of a suite. */
export interface Import {
  readonly cwd: string;
  readonly suite: string;
  /** Needed where the suite has several targets that it may be of. */
  readonly target?: string;
  readonly out?: string;
  readonly html: boolean;
  /** Takes each case that was judged, and what takes a while. */
  readonly onCase: (result: CaseResult) => void;
  readonly onBusy: (what: string) => void;
}

/** The run of one case. `from` is what provenance says. Throws InputError where the suite has no such case, or several. */
export function planImport(
  { cwd, suite, target, out, html }: Import,
  { from, what }: { readonly from: string; readonly what: 'ticks' | 'power' },
): { readonly plan: Plan; readonly planned: PlannedCase } {
  const options = { cwd, suites: [suite], targets: target === undefined ? [] : [target], exact: true, html };
  const plan = makePlan({ ...options, ...(out !== undefined && { out }), imported: { from, what } });
  const [planned] = plan.cases;
  if (!planned) throw new TypeError('a plan has a case'); // or makePlan throws
  return { plan, planned };
}

/** Results and reports of the one case. */
export async function publishImport(
  { plan, result, wanted }: { readonly plan: Plan; readonly result: CaseResult; readonly wanted: Import },
  signal: AbortSignal,
): Promise<ReportedRun> {
  wanted.onCase(result);
  const run = reportedRun(plan.outDir, resultsOf(plan, [result], { complete: true, interrupted: false }), {
    busy: wanted.onBusy,
  });
  const reporters = await reportersFor({ html: wanted.html }, signal);
  await publishCase(reporters, result, run);
  await publishEnd(reporters, run);
  return run;
}
