import type { CaseResult } from '../verdict/result.ts';
import type { Results } from './results.ts';

/** A place results are published. It implements only the hooks it needs; what it writes follows from the results and recordings alone. */
export interface Reporter {
  readonly name: string;
  /** After each judged case; `run.results` holds it and those before it. */
  onCase?(result: CaseResult, run: ReportedRun): void | Promise<void>;
  /** Once, after the last case, an interruption, or by `tickmark report` from a run's folder. */
  onEnd?(run: ReportedRun): void | Promise<void>;
}

/** A run as reporters see it: its absolute folder, its results so far, and what other reporters had to say. */
export interface ReportedRun {
  readonly folder: string;
  readonly results: Results;
  readonly notices: readonly Notice[];
  /** Which cases, by `suite @target`, get pictures before all others where there are too many for all. */
  readonly drawFirst: RegExp | undefined;
  announce(notice: Notice): void;
  /** Says what takes a while, to a person who waits for it. */
  busy(what: string): void;
}

/** What a reporter tells the person: where a report lies, or why one is missing. It never changes a verdict. */
export type Notice =
  | { readonly kind: 'report'; readonly title: string; readonly path: string }
  | { readonly kind: 'warning'; readonly text: string };
