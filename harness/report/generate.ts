import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError, messageOf } from '../errors.ts';
import { writeWhole } from '../files.ts';
import { allureResultsOf } from './allure.ts';
import { withoutAnalytics } from './analytics.ts';
import type { Generator } from './generators.ts';
import { historyFile, previousReport } from './history.ts';
import type { Reporter } from './port.ts';

/** Writes allure-report/index.html and says which generator made it. A failure is a warning: the results and verdicts stand. */
export function htmlReporter(generatorFor: () => Promise<Generator>, signal: AbortSignal): Reporter {
  return {
    name: 'HTML',
    async onEnd(run) {
      const generator = await generatorFor();
      run.busy(`${generator.name} makes the page`);
      const path = await generateReport(run.folder, generator, signal);
      run.announce({ kind: 'report', title: `Allure report, made by ${generator.name}`, path });
    },
  };
}

/**
 * The path of the report made from a run's allure-results, which replaces an older one only when it is whole. It makes no request
 * when it is opened. Throws HarnessError when the generator fails.
 */
export async function generateReport(folder: string, generator: Generator, signal: AbortSignal): Promise<string> {
  const draft = mkdtempSync(join(folder, '.allure-report-'));
  const [page, scratch] = [join(draft, 'page'), join(draft, 'scratch')];
  try {
    for (const each of [page, scratch]) mkdirSync(each);
    const folders = { results: allureResultsOf(folder), page, scratch, previous: previousReport(folder) };
    await generator.generate(folders, signal);
    return publishPage(page, join(folder, 'allure-report'));
  } catch (cause) {
    signal.throwIfAborted();
    const fix = 'the results are kept: mend this and run `tickmark report`';
    throw new HarnessError(`made no report: ${messageOf(cause)}`, generator.name, fix, { cause });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Keeps the page and the history beside it; what else a generator leaves, the page does not need. */
function publishPage(page: string, report: string): string {
  const html = withoutAnalytics(readFileSync(join(page, 'index.html'), 'utf8'));
  rmSync(report, { recursive: true, force: true });
  mkdirSync(report);
  writeWhole(join(report, 'index.html'), html);
  const history = join(page, historyFile);
  if (existsSync(history)) renameSync(history, join(report, historyFile));
  return join(report, 'index.html');
}
