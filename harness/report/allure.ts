import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Label, Stage, Status, type StepResult, type TestResult } from 'allure-js-commons';
import type { Category, ExecutorInfo } from 'allure-js-commons/sdk';
import { createStepResult, createTestResult, FileSystemWriter } from 'allure-js-commons/sdk/reporter';
import { writeWhole } from '../files.ts';
import type { CaseResult, Verdict } from '../verdict/result.ts';
import { attachmentsOf } from './attachments.ts';
import { descriptionHtml } from './description.ts';
import { limitOf, marginOf, measuredOf } from './figures.ts';
import type { ReportedRun, Reporter } from './port.ts';
import type { Results } from './results.ts';
import { notPassed, titleOf } from './status.ts';

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

/** Writes allure-results: a test a case, a step a verdict, charts and logs as attachments. Starts afresh at the end of a run. */
export function allureReporter(): Reporter {
  return {
    name: 'Allure',
    onCase: writeCase,
    onEnd(run) {
      rmSync(allureResultsOf(run.folder), { recursive: true, force: true });
      for (const result of run.results.cases) writeCase(result, run);
      const writer = writerFor(run);
      writer.writeCategoriesDefinitions(allureCategories());
      writer.writeEnvironmentInfo(environmentOf(run.results));
      writeWhole(join(allureResultsOf(run.folder), 'executor.json'), JSON.stringify(executorOf(run.results)));
    },
  };
}

function writeCase(result: CaseResult, run: ReportedRun): void {
  const writer = writerFor(run);
  const test = testOf(result, run.results.run.id);
  for (const { name, type, extension, content } of attachmentsOf(result, run.folder)) {
    // Allure 3 gives a file that two cases name to one of them only, so the case is part of the name
    const source = `${hashOf(test.uuid + name + content).slice(0, 32)}-attachment.${extension}`;
    writer.writeAttachment(source, Buffer.from(content));
    test.attachments.push({ name, type, source });
  }
  writer.writeResult(test);
}

function writerFor(run: ReportedRun): FileSystemWriter {
  return new FileSystemWriter({ resultsDir: allureResultsOf(run.folder) });
}

function testOf(result: CaseResult, runId: string): TestResult {
  const identity = `${result.suite} ${result.target}`;
  const start = Date.parse(result.startedAt);
  const stop = start + Math.round(result.durationMs);
  return {
    // no figure takes part in the history's key, or every run would start a history of its own
    ...createTestResult(uuidOf(`${runId} ${identity}`), hashOf(identity).slice(0, 32)),
    testCaseId: hashOf(identity).slice(0, 32),
    name: titleOf(result),
    fullName: `${result.target}: ${result.suite}`,
    titlePath: [result.target],
    ...outcomeOf(result.status),
    statusDetails: result.status === 'passed' ? {} : { message: messageOf(result) },
    stage: Stage.FINISHED,
    descriptionHtml: descriptionHtml(result),
    labels: labelsOf(result),
    steps: result.verdicts.map(verdict => stepOf(verdict, stop)),
    start,
    stop,
  };
}

/** Allure has no word for too little evidence: without a status it says `unknown`, in a colour of its own. */
function outcomeOf(status: CaseResult['status']): { status?: Status } {
  const known = { passed: Status.PASSED, failed: Status.FAILED, broken: Status.BROKEN, skipped: Status.SKIPPED };
  return status === 'inconclusive' ? {} : { status: known[status] };
}

function messageOf(result: CaseResult): string {
  const lines = notPassed(result).map(verdict => `${verdict.status}: ${verdict.budget}: ${verdict.reason}`);
  return lines.join('\n') || 'nothing was judged';
}

function labelsOf({ suite, target, status, provenance }: CaseResult): Label[] {
  const { basis, runtime, board } = provenance;
  const tags = new Set([basis, board, runtime].filter(tag => tag !== undefined).filter(tag => tag !== target));
  return [
    { name: 'parentSuite', value: target },
    { name: 'suite', value: suite },
    { name: 'feature', value: suite },
    { name: 'host', value: target },
    { name: 'thread', value: target },
    { name: 'severity', value: status === 'skipped' ? 'minor' : 'critical' },
    ...[...tags].map(value => ({ name: 'tag', value })),
  ];
}

/** Judging takes no time, but without one Allure would write `unknown` beside every verdict. */
function stepOf(verdict: Verdict, at: number): StepResult {
  const parameters = [
    { name: 'measured', value: measuredOf(verdict) },
    { name: 'limit', value: limitOf(verdict) },
    { name: 'margin', value: marginOf(verdict) },
    { name: 'basis', value: verdict.basis ?? '' },
    { name: 'reason', value: isFault(verdict.status) ? '' : verdict.reason }, // a fault's is shown as the step's message
  ];
  return {
    ...createStepResult(),
    name: stepName(verdict),
    ...outcomeOf(verdict.status),
    statusDetails: verdict.status === 'passed' ? {} : { message: verdict.reason },
    stage: Stage.FINISHED,
    parameters: parameters.filter(({ value }) => value !== ''),
    start: at,
    stop: at,
  };
}

/** `latency.silicon.p50: 12.3 ms, limit ≤ 12 ms, margin −2.5 %`. */
function stepName(verdict: Verdict): string {
  const limit = limitOf(verdict);
  const margin = marginOf(verdict);
  const parts = [measuredOf(verdict), limit && `limit ${limit}`, margin && `margin ${margin}`].filter(Boolean);
  const figures = verdict.measured === null && !limit ? verdict.status : parts.join(', ');
  return `${verdict.budget}: ${figures}${verdict.optional ? ' (optional)' : ''}`;
}

function isFault(status: Verdict['status']): boolean {
  return status === 'failed' || status === 'broken';
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

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A UUID that the same text always gets (RFC 9562, version 8). */
function uuidOf(text: string): string {
  const hex = hashOf(text);
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
