import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/**
 * Takes the history out of a page that allure-commandline made and lays it where its next run reads it, under `folder`/history.
 * A single page keeps its data as `d('history/history.json','BASE64')`; a page of another generator has none, and nothing is written.
 */
export function restoreHistory(report: string, folder: string): void {
  const page = readFileSync(join(report, 'index.html'), 'utf8');
  for (const [, name = '', data = ''] of page.matchAll(/\bd\('history\/([a-z-]+\.json)','([A-Za-z0-9+/=]*)'\)/g)) {
    mkdirSync(join(folder, 'history'), { recursive: true });
    writeFileSync(join(folder, 'history', name), Buffer.from(data, 'base64'));
  }
}
