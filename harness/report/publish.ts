import { messageOf } from '../errors.ts';
import type { CaseResult } from '../verdict/result.ts';
import type { Notice, ReportedRun, Reporter } from './port.ts';
import type { Results } from './results.ts';

/** A run's folder and its results for reporters to share; notices are kept in the order they were announced. */
export function reportedRun(
  folder: string,
  results: Results,
  { busy = () => {}, drawFirst }: Partial<Pick<ReportedRun, 'busy' | 'drawFirst'>> = {},
): ReportedRun {
  const notices: Notice[] = [];
  return { folder, results, notices, drawFirst, busy, announce: notice => void notices.push(notice) };
}

/** Tells every reporter of a case. One reporter's failure is a warning, and the others still run. */
export async function publishCase(reporters: readonly Reporter[], result: CaseResult, run: ReportedRun): Promise<void> {
  for (const reporter of reporters) {
    await guarded(reporter, run, () => reporter.onCase?.(result, run));
  }
}

/** Tells every reporter, in order, that the run has ended. One reporter's failure is a warning, and the others still run. */
export async function publishEnd(reporters: readonly Reporter[], run: ReportedRun): Promise<void> {
  for (const reporter of reporters) {
    await guarded(reporter, run, () => reporter.onEnd?.(run));
  }
}

async function guarded(
  reporter: Reporter,
  run: ReportedRun,
  hook: () => void | Promise<void> | undefined,
): Promise<void> {
  try {
    await hook();
  } catch (error) {
    run.announce({ kind: 'warning', text: `the ${reporter.name} report was not written: ${messageOf(error)}` });
  }
}
