import { consoleReporter } from '../report/console.ts';
import type { ReportedRun } from '../report/port.ts';
import { exitCode } from '../verdict/exit-code.ts';
import type { CaseResult } from '../verdict/result.ts';
import { sayJson } from './say.ts';

/** What an import is told through while it goes on. */
export interface Telling {
  readonly onCase: (result: CaseResult) => void;
  readonly onBusy: (what: string) => void;
}

/** Has something that is imported judged, and says what came of it: to a person, or as JSON. Returns the exit code. */
export async function sayImported(
  judge: (telling: Telling) => Promise<ReportedRun>,
  { json, signal }: { readonly json: boolean; readonly signal: AbortSignal },
): Promise<number> {
  const terminal = consoleReporter(json ? process.stderr : process.stdout, process.env, process.cwd());
  const run = await judge({
    onCase: result => {
      if (!json) terminal.onCase(result);
    },
    onBusy: what => terminal.busy(what),
  });
  if (json) terminal.clear();
  else terminal.onEnd(run);
  const code = exitCode(run.results.cases, { interrupted: signal.aborted, strict: false });
  if (json) sayJson({ run: run.folder, cases: run.results.cases, exitCode: code });
  return code;
}
