import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runsIn, storedRun } from './runs.ts';

/** Where allure 3 keeps what it knows of earlier runs, beside its page. */
export const historyFile = 'history.jsonl';

/** The report folder of the run before this one among its neighbours, by when they started; null for the first. */
export function previousReport(runFolder: string): string | null {
  const startedAt = storedRun(runFolder)?.startedAt;
  if (startedAt === undefined) return null;
  const earlier = runsIn(dirname(runFolder))
    .filter(run => run.startedAt < startedAt)
    .map(run => join(run.folder, 'allure-report'))
    .filter(report => existsSync(join(report, 'index.html')));
  return earlier.at(-1) ?? null;
}

/** How many runs a history holds: every one of them is in the page once a case. */
export function keptRuns(allureResults: string): number {
  const cases = readdirSync(allureResults).filter(name => name.endsWith('-result.json')).length;
  return cases > 1000 ? 5 : 20;
}

/**
 * Takes the history out of a page that allure-commandline made and lays the last `runs` of it where its next run reads it, under
 * `folder`/history. A single page keeps its data as `d('history/history.json','BASE64')`; a page of another generator has none, and
 * nothing is written.
 */
export function restoreHistory(report: string, folder: string, runs: number): void {
  const page = readFileSync(join(report, 'index.html'), 'utf8');
  for (const [, name = '', data = ''] of page.matchAll(/\bd\('history\/([a-z-]+\.json)','([A-Za-z0-9+/=]*)'\)/g)) {
    mkdirSync(join(folder, 'history'), { recursive: true });
    const text = Buffer.from(data, 'base64').toString();
    writeFileSync(join(folder, 'history', name), name === 'history.json' ? shortened(text, runs) : text);
  }
}

/** By case: `{ items: [the newest run, …] }`, to which this run's is added. */
function shortened(text: string, runs: number): string {
  const histories: Record<string, { items?: unknown[] }> = JSON.parse(text);
  for (const history of Object.values(histories)) history.items = history.items?.slice(0, runs - 1) ?? [];
  return JSON.stringify(histories);
}
