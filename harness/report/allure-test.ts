import { createHash } from 'node:crypto';
import { type Label, Stage, Status, type StepResult, type TestResult } from 'allure-js-commons';
import { createStepResult, createTestResult } from 'allure-js-commons/sdk/reporter';
import type { CaseResult, Verdict } from '../verdict/result.ts';
import { descriptionHtml } from './description.ts';
import { limitOf, marginOf, measuredOf } from './figures.ts';
import { notPassed, titleOf } from './status.ts';

/** A case as Allure's test, a step a verdict. `leftOut` says why its pictures are missing, where they are. */
export function allureTest(result: CaseResult, runId: string, leftOut?: string): TestResult {
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
    descriptionHtml: descriptionHtml(result, leftOut),
    labels: labelsOf(result),
    steps: result.verdicts.map(verdict => stepOf(verdict, stop, leftOut !== undefined)),
    start,
    stop,
  };
}

/** SHA-256 in hexadecimal. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
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

/**
 * Judging takes no time, but without one Allure would write `unknown` beside every verdict. What passed says all of it in a brief step's
 * name; a fault's reason is shown as the step's message.
 */
function stepOf(verdict: Verdict, at: number, isBrief: boolean): StepResult {
  const parameters = [
    { name: 'measured', value: measuredOf(verdict) },
    { name: 'limit', value: limitOf(verdict) },
    { name: 'margin', value: marginOf(verdict) },
    { name: 'basis', value: verdict.basis ?? '' },
    { name: 'reason', value: isFault(verdict.status) ? '' : verdict.reason },
  ];
  return {
    ...createStepResult(),
    name: stepName(verdict),
    ...outcomeOf(verdict.status),
    statusDetails: verdict.status === 'passed' ? {} : { message: verdict.reason },
    stage: Stage.FINISHED,
    parameters: isBrief && verdict.status === 'passed' ? [] : parameters.filter(({ value }) => value !== ''),
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

/** A UUID that the same text always gets (RFC 9562, version 8). */
function uuidOf(text: string): string {
  const hex = hashOf(text);
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
