import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../files.ts';
import type { CaseResult, Verdict } from '../verdict/result.ts';
import { currentClauses } from './current.ts';
import { duration, figure, grouped, limitOf, marginOf, measuredOf, qualityOf } from './figures.ts';
import type { Reporter } from './port.ts';
import type { Results } from './results.ts';
import { rigClauses } from './rig.ts';
import { countByStatus, notPassed, statusWords, titleOf } from './status.ts';

/** GitHub refuses a step summary above 1 MiB, and then shows none of it. */
const stepSummaryBytes = 1024 ** 2;

/** Writes summary.md, and appends it to the job's page where GITHUB_STEP_SUMMARY names a file. */
export function summaryReporter(env: NodeJS.ProcessEnv): Reporter {
  return {
    name: 'summary',
    onEnd(run) {
      const markdown = summaryMarkdown(run.results);
      writeWhole(join(run.folder, 'summary.md'), markdown);
      if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, cutToBytes(markdown, stepSummaryBytes));
    },
  };
}

/** Of more cases than this, those that passed are counted and not listed. */
const listedCases = 200;

/** The run on one page of Markdown: a line a case, then the reason of each verdict that did not pass, then where the figures come from. */
export function summaryMarkdown(results: Results): string {
  return `${[
    `# ${headline(results)}`,
    ...interruption(results),
    ...caseTable(results.cases),
    ...results.cases.filter(result => result.status !== 'passed').map(caseSection),
    ...currentSection(results.cases),
    ...warningSection(results.cases),
    ...rigSection(results.cases),
    footer(results),
  ].join('\n\n')}\n`;
}

function headline({ cases }: Results): string {
  const counts = countByStatus(cases);
  const parts = (['broken', 'failed', 'inconclusive', 'passed', 'skipped'] as const)
    .filter(status => counts[status] > 0)
    .map(status => `${counts[status]} ${status}`);
  return `Tickmark: ${parts.join(', ') || 'nothing was judged'}`;
}

function interruption({ run }: Results): string[] {
  if (run.complete) return [];
  return [
    run.interrupted
      ? '**Interrupted:** only the cases below were judged.'
      : '**Not finished:** only the cases below were judged so far.',
  ];
}

function caseTable(cases: readonly CaseResult[]): string[] {
  const listed = cases.length <= listedCases ? cases : cases.filter(({ status }) => status !== 'passed');
  const header = ['', 'suite', 'target', 'accuracy', 'latency p50', 'basis', 'arena', 'golden', 'took'];
  const passed = cases.length - listed.length;
  return [
    ...(listed.length > 0 ? [table(header, listed.map(caseRow))] : []),
    ...(passed > 0 ? [`${grouped(passed)} cases that passed are in the report, and not listed here.`] : []),
  ];
}

function caseRow({ suite, target, status, metrics, provenance, durationMs }: CaseResult): string[] {
  const { latency, memory, golden } = metrics;
  return [
    `${statusWords[status].mark} ${status}`,
    suite,
    target,
    qualityOf(metrics).join(', ') || '–',
    latency ? figure(latency.p50, latency.unit) : '–',
    latency?.basis ?? provenance.basis,
    memory?.arenaBytes === undefined ? '–' : figure(memory.arenaBytes, 'B'),
    golden ? figure(golden.maxDiffLsb, 'LSB') : '–',
    duration(durationMs),
  ];
}

function caseSection(result: CaseResult): string {
  const word = statusWords[result.status];
  const rows = notPassed(result).map(verdictRow);
  const header = ['', 'budget', 'measured', 'limit', 'margin', 'reason'];
  return `## ${word.mark} ${inline(titleOf(result))}: ${result.status} (${word.meaning})\n\n${table(header, rows)}`;
}

function verdictRow(verdict: Verdict): string[] {
  const budget = verdict.optional ? `${verdict.budget} (optional)` : verdict.budget;
  return [verdict.status, budget, measuredOf(verdict), limitOf(verdict), marginOf(verdict), verdict.reason];
}

function warningSection(cases: readonly CaseResult[]): string[] {
  const lines = cases.flatMap(result => result.warnings.map(text => `- ${inline(titleOf(result))}: ${inline(text)}`));
  return lines.length ? [`## Doubts\n\n${lines.join('\n')}`] : [];
}

/** What each case draws, whether or not it passed: the figures behind its budgets. */
function currentSection(cases: readonly CaseResult[]): string[] {
  const drawing = cases
    .map(result => ({ result, clauses: currentClauses(result) }))
    .filter(each => each.clauses.length > 0);
  const lines = drawing
    .slice(0, listedCases)
    .flatMap(({ result, clauses }) => [
      `- ${inline(titleOf(result))}`,
      ...clauses.map(clause => `  - ${inline(clause)}`),
    ]);
  const left = drawing.length - listedCases;
  if (left > 0) lines.push(`- ${grouped(left)} more are in the report`);
  return lines.length ? [`## Current\n\n${lines.join('\n')}`] : [];
}

/** What boards needed before they answered. */
function rigSection(cases: readonly CaseResult[]): string[] {
  const lines = cases.flatMap(result => {
    const clauses = rigClauses(result);
    return clauses.length > 0 ? [`- ${inline(titleOf(result))}: ${inline(clauses.join('; '))}`] : [];
  });
  return lines.length ? [`## Boards\n\n${lines.join('\n')}`] : [];
}

function footer({ run, cases }: Results): string {
  const emulated = cases.some(result => result.provenance.basis !== 'silicon' && result.metrics.latency);
  const origins = new Set(cases.map(originOf));
  const git = run.git
    ? `commit ${run.git.commit.slice(0, 12)}${run.git.dirty ? ' (changed since)' : ''}`
    : 'no git commit';
  return [
    '---',
    ...(emulated
      ? [
          'Figures of modelled cycles and instructions are emulated, not silicon: they show regressions, not what a chip takes.',
          '',
        ]
      : []),
    ...[...origins].map(origin => `- ${inline(origin)}`),
    '',
    inline(
      `Tickmark ${run.tickmarkVersion} · Node ${run.node} · ${run.host.platform}-${run.host.arch} · ${git} · run ${run.id}${run.replayOf ? ` · replayed from ${run.replayOf}` : ''}${run.importedFrom ? ` · imported from ${run.importedFrom}` : ''}`,
    ),
  ].join('\n');
}

function originOf({ target, provenance }: CaseResult): string {
  const { mcu, core, basis, emulator, runtime, buildId, unit, port, proof, meter } = provenance;
  const instrument = meter && [meter.title, meter.serial, meter.firmware].filter(Boolean).join(' ');
  const board = [
    unit && `unit ${unit}`,
    port,
    proof && `proved by ${proof}`,
    instrument && `measured by ${instrument}`,
  ];
  const parts = [`${mcu} (${core})`, basis, emulator, runtime, buildId && `build ${buildId.slice(0, 12)}`, ...board];
  return `${target}: ${parts.filter(Boolean).join(' · ')}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [tableLine(header), `|${'---|'.repeat(header.length)}`, ...rows.map(tableLine)].join('\n');
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map(inline).join(' | ')} |`;
}

/** One line of Markdown that shows `text` as it is: names and reasons come from people's files and from firmware. */
function inline(text: string): string {
  return text
    .replace(/[\\`*_[\]<>|#~]/g, character => `\\${character}`)
    .replaceAll('&', '&amp;')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\p{Cc}/gu, ' ');
}

function cutToBytes(text: string, limitBytes: number): string {
  if (Buffer.byteLength(text) <= limitBytes) return text;
  const note = '\n\n(cut here: the whole summary is summary.md in the run folder)\n';
  const kept = Buffer.from(text)
    .subarray(0, limitBytes - Buffer.byteLength(note))
    .toString('utf8');
  return `${kept.slice(0, kept.lastIndexOf('\n'))}${note}`;
}
