import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attachment as AllureAttachment } from 'allure-js-commons';
import type { Category, ExecutorInfo } from 'allure-js-commons/sdk';
import { stringifyEnvInfo } from 'allure-js-commons/sdk/reporter';
import type { CaseResult } from '../verdict/result.ts';
import { allureTest, hashOf } from './allure-test.ts';
import type { Attachment } from './attachment.ts';
import { attachmentsOf } from './attachments.ts';
import { drawOrder } from './draw-order.ts';
import { grouped } from './figures.ts';
import type { ReportedRun, Reporter } from './port.ts';
import type { Results } from './results.ts';

/** Where a run keeps what an Allure generator reads. */
export function allureResultsOf(folder: string): string {
  return join(folder, 'allure-results');
}

/** The categories that keep firmware faults apart from rig faults; tracked in reports/. */
export function allureCategories(): Category[] {
  const categories: Category[] = JSON.parse(
    readFileSync(new URL('../../reports/categories.json', import.meta.url), 'utf8'),
  );
  return categories;
}

/**
 * Writes allure-results: a test a case, a step a verdict, charts and logs as attachments. A page holds all of them and opens in a
 * browser, so pictures end at `picturesBytes`: some 350 cases have theirs, those that did not pass before all others.
 */
export function allureReporter(picturesBytes = 8 * 1024 ** 2): Reporter {
  return {
    name: 'Allure',
    onEnd(run) {
      const folder = allureResultsOf(run.folder);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      writeCases(run, folder, picturesBytes);
      writeFileSync(join(folder, 'categories.json'), JSON.stringify(allureCategories()));
      writeFileSync(join(folder, 'environment.properties'), stringifyEnvInfo(environmentOf(run.results)));
      writeFileSync(join(folder, 'executor.json'), JSON.stringify(executorOf(run.results)));
    },
  };
}

/** Plain writes: results.json is what survives a crash, and flushing each of a large run's files to the disk takes half a minute. */
function writeCases(run: ReportedRun, folder: string, picturesBytes: number): void {
  const cases = drawOrder(run);
  let drawnBytes = 0;
  for (const [index, result] of cases.entries()) {
    if (index % 50 === 0) run.busy(`Allure results: case ${grouped(index)} of ${grouped(cases.length)}`);
    const isDrawn = drawnBytes < picturesBytes;
    const test = allureTest(result, run.results.run.id, isDrawn ? undefined : leftOut(result, cases.length));
    const attached = isDrawn ? attachmentsOf(result, run.folder) : [];
    for (const attachment of attached) {
      test.attachments.push(writeAttachment(attachment, folder, test.uuid));
      drawnBytes += attachment.content.length;
    }
    writeFileSync(join(folder, `${test.uuid}-result.json`), JSON.stringify(test));
  }
}

/** Allure 3 gives a file that two cases name to one of them only, so the case is part of the name. */
function writeAttachment(
  { name, type, extension, content }: Attachment,
  folder: string,
  uuid: string,
): AllureAttachment {
  const source = `${hashOf(uuid + name + content).slice(0, 32)}-attachment.${extension}`;
  writeFileSync(join(folder, source), content);
  return { name, type, source };
}

function leftOut({ suite, target }: CaseResult, cases: number): string {
  return `A page of ${grouped(cases)} cases has no room for the pictures of each: tickmark report RUN --draw '${suite} @${target}' puts those of this one in.`;
}

/** Names the run in trends and histories. */
function executorOf({ run }: Results): ExecutorInfo {
  return {
    name: `Tickmark ${run.tickmarkVersion}`,
    type: 'tickmark',
    buildName: `run ${run.id}`,
    reportName: 'Tickmark',
  };
}

function environmentOf({ run, cases }: Results): Record<string, string> {
  const each = (pick: (result: CaseResult) => string | undefined) =>
    [...new Set(cases.map(pick).filter(Boolean))].join(', ');
  const environment = {
    tickmark: run.tickmarkVersion,
    run: run.id + (run.complete ? '' : ' (incomplete)'),
    targets: each(result => result.target),
    emulators: each(result => result.provenance.emulator),
    runtimes: each(result => result.provenance.runtime),
    bases: each(result => result.provenance.basis),
    node: run.node,
    host: `${run.host.platform}-${run.host.arch}, ${run.host.cpu}, ${run.host.cores} cores`,
    commit: run.git ? `${run.git.commit.slice(0, 12)}${run.git.dirty ? ' (changed since)' : ''}` : '',
    'replayed from': run.replayOf ?? '',
  };
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}
