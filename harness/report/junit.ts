import { join } from 'node:path';
import { writeWhole } from '../files.ts';
import type { CaseResult, Verdict } from '../verdict/result.ts';
import { element, escapeMarkup } from './markup.ts';
import type { Reporter } from './port.ts';
import type { Results } from './results.ts';
import { countByStatus, notPassed, titleOf } from './status.ts';

/** Writes junit.xml, which every CI server reads. */
export function junitReporter(): Reporter {
  return {
    name: 'JUnit',
    onEnd: run => writeWhole(join(run.folder, 'junit.xml'), junitXml(run.results)),
  };
}

/**
 * A suite a target, a test case a case: failed is `failure`, broken and inconclusive are `error` (JUnit knows no doubt, and doubt is
 * not green), skipped is `skipped`. Each measured figure is a property named for its budget, in the base unit.
 */
export function junitXml(results: Results): string {
  const targets = [...new Set(results.cases.map(result => result.target))];
  const suites = targets.map(target =>
    testSuite(
      target,
      results.cases.filter(result => result.target === target),
    ),
  );
  const root = element('testsuites', { name: 'tickmark', ...totals(results.cases) }, [...suites, unfinished(results)]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

/** A run that ended early is not green, though every case it judged may be. */
function unfinished({ run, cases }: Results): string {
  const missing = run.planned - cases.length;
  if (missing <= 0) return '';
  const message = `${missing} of ${run.planned} cases were not judged: the run ${run.interrupted ? 'was interrupted' : 'did not end in order'}`;
  const error = element('error', { message, type: 'unfinished' }, '');
  const unjudged = element('testcase', { name: 'every planned case is judged', classname: 'tickmark' }, [error]);
  return `\n${element('testsuite', { name: 'tickmark', tests: 1, failures: 0, errors: 1, skipped: 0 }, [unjudged])}\n`;
}

function testSuite(target: string, cases: readonly CaseResult[]): string {
  const attributes = { name: target, ...totals(cases), timestamp: cases[0]?.startedAt };
  return `\n${element('testsuite', attributes, [...cases.map(testCase), '\n'])}\n`;
}

function totals(cases: readonly CaseResult[]) {
  const counts = countByStatus(cases);
  return {
    tests: cases.length,
    failures: counts.failed,
    errors: counts.broken + counts.inconclusive,
    skipped: counts.skipped,
    time: seconds(cases.reduce((sum, result) => sum + result.durationMs, 0)),
  };
}

function testCase(result: CaseResult): string {
  const attributes = {
    name: titleOf(result),
    classname: `${result.target}.${result.suite}`,
    time: seconds(result.durationMs),
  };
  const warnings = result.warnings.length ? element('system-out', {}, escapeMarkup(result.warnings.join('\n'))) : '';
  return `\n${element('testcase', attributes, [properties(result), outcome(result), warnings])}`;
}

function outcome(result: CaseResult): string {
  if (result.status === 'passed') return '';
  const tag = { failed: 'failure', broken: 'error', inconclusive: 'error', skipped: 'skipped' }[result.status];
  const verdicts = notPassed(result);
  const first = verdicts[0];
  const attributes = {
    message: first ? reasonLine(first).replace(/\s*\n\s*/g, ' ') : 'nothing was judged',
    type: result.status,
  };
  return `\n  ${element(tag, attributes, escapeMarkup(verdicts.map(reasonLine).join('\n')))}\n`;
}

function properties(result: CaseResult): string {
  const measured = result.verdicts.flatMap(verdict =>
    verdict.measured === null
      ? []
      : [property(verdict.budget, `${verdict.measured} ${verdict.unit === '1' ? '' : verdict.unit}`.trimEnd())],
  );
  const provenance = [
    property('basis', result.provenance.basis),
    ...(result.provenance.runtime ? [property('runtime', result.provenance.runtime)] : []),
    ...(result.provenance.modelSha256 ? [property('model.sha256', result.provenance.modelSha256)] : []),
  ];
  return `\n  ${element('properties', {}, [...measured, ...provenance])}`;
}

function property(name: string, value: string): string {
  return element('property', { name, value });
}

function reasonLine(verdict: Verdict): string {
  return `${verdict.status}: ${verdict.budget}: ${verdict.reason}`;
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(3);
}
