import { join, relative } from 'node:path';
import type { CaseResult, LogMetrics, Verdict } from '../verdict/result.ts';
import { missingBudgets } from '../verdict/status.ts';
import { keyCurrent } from './current.ts';
import { duration, figure, qualityOf } from './figures.ts';
import { wrapped } from './fit.ts';
import { harmless, type Paint, paintFor, type Terminal } from './paint.ts';
import type { Notice, ReportedRun, Reporter } from './port.ts';
import { progressLine } from './progress.ts';
import type { Results } from './results.ts';
import { rigClauses } from './rig.ts';
import type { RunProgress } from './run-progress.ts';
import { countByStatus, notPassed, statusWords, titleOf, whyUntried } from './status.ts';

/** The terminal's reporter: a line a case as it is judged, the reasons of what did not pass, totals, and where the report lies. */
export interface ConsoleReporter extends Reporter {
  progress(run: RunProgress): void;
  onCase(result: CaseResult): void;
  onEnd(run: ReportedRun): void;
  /** Says what takes a while, on the line that is rewritten. */
  busy(what: string): void;
  /** Takes that line away. */
  clear(): void;
  /** Prints a line of the harness's own, such as which reports could not be made. */
  note(text: string): void;
}

/** Prints to `terminal` as `env` allows (NO_COLOR, FORCE_COLOR, TERM); paths are relative to `cwd` where that is shorter. */
export function consoleReporter(terminal: Terminal, env: NodeJS.ProcessEnv, cwd: string): ConsoleReporter {
  const paint = paintFor(terminal, env);
  const line = progressLine(terminal, () => performance.now());
  const print = (lines: readonly string[]) => {
    line.clear();
    for (const text of lines.flatMap(each => each.split('\n')).flatMap(each => wrapped(each, columnsOf(terminal))))
      terminal.write(`${text}\n`);
  };
  return {
    name: 'console',
    progress: run => line.update(run),
    busy: what => line.say(what),
    clear: () => line.clear(),
    note: text => print([harmless(text)]),
    onCase: result => print(caseLines(result, paint)),
    onEnd: run => print(endLines(run, paint, cwd)),
  };
}

/** Lines are broken for people, not for files. */
function columnsOf({ isTTY, columns }: Terminal): number {
  return isTTY && columns ? columns : Number.POSITIVE_INFINITY;
}

/**
 * One case: its status, its key figures with their basis, and the reason of every verdict that did not pass. Why nothing was tried on a
 * target is said at the end, once for all that share the reason.
 */
export function caseLines(result: CaseResult, paint: Paint): string[] {
  const { mark } = statusWords[result.status];
  const head = paint.status(result.status, `${mark} ${result.status.padEnd(12)}`);
  if (whyUntried(result)) return [`${head} ${paint.bold(harmless(titleOf(result)))}`];
  const facts = paint.dim([...keyFigures(result), duration(result.durationMs)].join('  '));
  const doubts = result.warnings.map(text => `    ${paint.dim('doubt')}  ${indented(text)}`);
  const rig = rigClauses(result).join('; ');
  return [
    `${head} ${paint.bold(harmless(titleOf(result)))}  ${facts}`,
    ...(rig === '' ? [] : [`    ${paint.dim('board')}  ${indented(rig)}`]),
    ...alike(notPassed(result)).map(verdicts => reasonLine(verdicts, paint)),
    ...doubts,
  ];
}

/** The totals of a run, then notices: where its reports lie, and which could not be made. */
export function endLines(run: ReportedRun, paint: Paint, cwd: string): string[] {
  const { cases, run: facts } = run.results;
  const unfinished = facts.planned - cases.length;
  const emulated = cases.some(({ metrics }) => metrics.latency && metrics.latency.basis !== 'silicon');
  return [
    '',
    ...untriedLines(cases, paint),
    totals(cases, paint),
    ...missingLines(cases, paint),
    ...endLine(facts, unfinished),
    ...(emulated ? [paint.dim('modelled cycles and instructions are emulated figures, not silicon')] : []),
    ...run.notices.map(notice => noticeLine(notice, paint, cwd)),
    ...(run.notices.some(({ kind }) => kind === 'report') ? [] : [resultsLine(run, paint, cwd)]),
  ];
}

function untriedLines(cases: readonly CaseResult[], paint: Paint): string[] {
  const targets = new Map<string, Set<string>>();
  for (const result of cases) {
    const reason = whyUntried(result)?.reason.replace(`${result.target}: `, '');
    if (reason !== undefined) targets.set(reason, (targets.get(reason) ?? new Set()).add(result.target));
  }
  return [...targets].map(
    ([reason, names]) =>
      `${paint.status('skipped', 'skipped')}  ${harmless([...names].join(', '))}: ${indented(reason, '  ')}`,
  );
}

/** Without these words, a run whose cases all passed would end with exit code 3 and no reason. */
function missingLines(cases: readonly CaseResult[], paint: Paint): string[] {
  const targets = new Map<string, string[]>();
  for (const result of cases.filter(({ status }) => status === 'passed'))
    for (const { budget } of missingBudgets(result))
      targets.set(budget, [...new Set([...(targets.get(budget) ?? []), result.target])]);
  const budgets = new Map<string, string[]>();
  for (const [budget, names] of targets) {
    const on = names.join(', ');
    budgets.set(on, [...(budgets.get(on) ?? []), budget]);
  }
  return [...budgets].map(
    ([on, names]) =>
      `${paint.status('broken', 'not measured')}  ${harmless(names.join(', '))} on ${harmless(on)}: the run is not passed` +
      '\n    → mend that, or allow it with `optional: true`',
  );
}

function endLine({ planned, interrupted }: Results['run'], unfinished: number): string[] {
  if (unfinished > 0)
    return [`${interrupted ? 'interrupted' : 'not finished'}: ${unfinished} of ${planned} cases were not judged`];
  return interrupted ? ['interrupted, when every case was judged'] : [];
}

function totals(cases: readonly CaseResult[], paint: Paint): string {
  const counts = countByStatus(cases);
  const order = ['broken', 'failed', 'inconclusive', 'passed', 'skipped'] as const;
  const parts = order
    .filter(status => counts[status] > 0)
    .map(status => paint.status(status, `${counts[status]} ${status}`));
  if (parts.length === 0) return paint.bold('nothing was judged');
  return `${paint.bold(`${cases.length} ${cases.length === 1 ? 'case' : 'cases'}`)}: ${parts.join(', ')}`;
}

function keyFigures({ metrics }: CaseResult): string[] {
  const { latency, memory, log } = metrics;
  return [
    ...qualityOf(metrics).map(harmless),
    ...(latency
      ? [`p50 ${figure(latency.p50, latency.unit)}${latency.unit === 'µs' ? ` (${latency.basis})` : ''}`]
      : []),
    ...keyCurrent(metrics),
    ...(log && !latency ? logFigures(log) : []),
    ...(memory?.arenaBytes === undefined ? [] : [`arena ${figure(memory.arenaBytes, 'B')}`]),
  ];
}

/** The first of what a log tells. */
function logFigures({ figures }: LogMetrics): string[] {
  const [first] = figures;
  return first ? [harmless(`${first.name} ${figure(first.median, first.unit)}`)] : [];
}

/** What has one reason, such as a meter that is not there, is said once. */
function alike(verdicts: readonly Verdict[]): [Verdict, ...Verdict[]][] {
  const groups = new Map<string, [Verdict, ...Verdict[]]>();
  for (const verdict of verdicts) {
    const key = JSON.stringify([verdict.status, verdict.reason]);
    const group = groups.get(key);
    if (group) group.push(verdict);
    else groups.set(key, [verdict]);
  }
  return [...groups.values()];
}

function reasonLine(verdicts: readonly [Verdict, ...Verdict[]], paint: Paint): string {
  const [{ status, reason }] = verdicts;
  const names = verdicts.map(({ budget, optional }) => `${harmless(budget)}${optional ? ' (optional)' : ''}`);
  return `    ${paint.status(status, status)}  ${names.join(', ')}: ${indented(reason)}`;
}

function noticeLine(notice: Notice, paint: Paint, cwd: string): string {
  if (notice.kind === 'warning') return `${paint.status('broken', 'warning')}  ${indented(notice.text)}`;
  return `${notice.title}: ${paint.bold(nearest(notice.path, cwd))}`;
}

/** Where there is no page to open, what every page is made from. */
function resultsLine({ folder }: ReportedRun, paint: Paint, cwd: string): string {
  return `results: ${paint.bold(nearest(join(folder, 'results.json'), cwd))}`;
}

function nearest(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith('..') ? path : near;
}

function indented(text: string, indent = '      '): string {
  return harmless(text).replaceAll('\n', `\n${indent}`);
}
