import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { allureResultsOf } from '../report/allure.ts';
import { type ConsoleReporter, consoleReporter } from '../report/console.ts';
import { readResults } from '../report/json.ts';
import type { ReportedRun } from '../report/port.ts';
import { publishEnd, reportedRun } from '../report/publish.ts';
import { runsIn } from '../report/runs.ts';
import { countByStatus } from '../report/status.ts';
import { reportsFor } from '../runner/adapters.ts';
import { exitCode } from '../verdict/exit-code.ts';
import { regularExpression } from './options.ts';
import { sayJson } from './say.ts';

interface Options {
  readonly draw?: string;
  readonly json?: boolean;
}

/** `tickmark report`: writes every report of a run again from its results.json and recordings. Returns 3 when one could not be made. */
export async function report(folder: string | undefined, { draw, json }: Options = {}): Promise<number> {
  const drawFirst = draw === undefined ? undefined : regularExpression('--draw', draw);
  const absolute = resolve(folder ?? newestRun(process.cwd()));
  const terminal = consoleReporter(json ? process.stderr : process.stdout, process.env, process.cwd());
  const run = reportedRun(absolute, readResults(absolute), { busy: what => terminal.busy(what), drawFirst });
  await publishEnd(await reportsFor({ html: true }, new AbortController().signal), run);
  if (json) sayWritten(run, terminal);
  else sayCases(run, terminal);
  return run.notices.some(({ kind }) => kind === 'warning') ? 3 : 0;
}

/** The run that started last, whatever its folder is named. */
function newestRun(cwd: string): string {
  const out = join(cwd, 'reports', 'out');
  const newest = runsIn(out).at(-1);
  if (newest) return newest.folder;
  throw new InputError('holds no run', out, 'run a suite first (tickmark run), or name the folder of a run');
}

const listedCases = 100;

/** A terminal is no place for thousands of cases that passed. */
function sayCases(run: ReportedRun, terminal: ConsoleReporter): void {
  const { cases } = run.results;
  const listed = cases.length <= listedCases ? cases : cases.filter(({ status }) => status !== 'passed');
  for (const result of listed) terminal.onCase(result);
  terminal.onEnd(run);
}

/** `exitCode` is what the run itself ended with, `--strict` aside. What could not be written is null. */
function sayWritten({ folder, results, notices }: ReportedRun, terminal: ConsoleReporter): void {
  terminal.clear();
  const { complete, interrupted } = results.run;
  const code = exitCode(results.cases, { interrupted, strict: false });
  const content = {
    run: folder,
    results: join(folder, 'results.json'),
    allureReport: notices.flatMap(notice => (notice.kind === 'report' ? [notice.path] : []))[0] ?? null,
    allureResults: written(allureResultsOf(folder)),
    junit: written(join(folder, 'junit.xml')),
    summary: written(join(folder, 'summary.md')),
    cases: countByStatus(results.cases),
    exitCode: complete || code === 1 || code === 130 ? code : 3,
    warnings: notices.flatMap(notice => (notice.kind === 'warning' ? [notice.text] : [])),
  };
  sayJson(content);
}

function written(path: string): string | null {
  return existsSync(path) ? path : null;
}
