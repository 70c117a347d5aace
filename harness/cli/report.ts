import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { consoleReporter } from '../report/console.ts';
import { readResults } from '../report/json.ts';
import { publishCase, publishEnd, reportedRun } from '../report/publish.ts';
import { reportersFor } from '../runner/adapters.ts';

/** `tickmark report`: writes every report of a run again from its results.json and recordings. */
export async function report(folder = newestRun(process.cwd())): Promise<void> {
  const absolute = resolve(folder);
  const run = reportedRun(absolute, readResults(absolute));
  const terminal = consoleReporter(process.stdout, process.env, process.cwd());
  const reporters = [...(await reportersFor({ html: true }, new AbortController().signal)), terminal];
  for (const result of run.results.cases) await publishCase(reporters, result, run);
  await publishEnd(reporters, run);
}

/** Run folders are named for their time: the last name is the newest. */
function newestRun(cwd: string): string {
  const out = join(cwd, 'reports', 'out');
  const runs = existsSync(out) ? readdirSync(out).filter(name => existsSync(join(out, name, 'results.json'))) : [];
  const newest = runs.sort().at(-1);
  if (newest !== undefined) return join(out, newest);
  throw new InputError('holds no run', out, 'run a suite first (tickmark run), or name the folder of a run');
}
