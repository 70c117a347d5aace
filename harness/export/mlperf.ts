import type { Recording } from '../recording/recording.ts';
import type { Board } from '../suite/board.ts';
import type { Truth } from '../suite/truth.ts';
import type { Status } from '../verdict/result.ts';
import { isForEnergy, type MeasuredEnergy } from './mlperf-energy.ts';
import { caseFaults } from './mlperf-faults.ts';
import { measuredOf } from './mlperf-measured.ts';
import { type Benchmark, benchmarks } from './mlperf-sets.ts';
import { type Facts, systemJson } from './mlperf-system.ts';
import { accuracyFiles, energyFiles, performanceFiles } from './mlperf-text.ts';

/** A judged case whose firmware is to speak mlperf-tiny, and its suite as it is now. */
export interface ExportedCase {
  readonly suite: string;
  readonly status: Status;
  readonly board: Board;
  /** Absent where nothing was recorded. */
  readonly recording?: Recording;
  readonly truth: Truth;
  /** What its meter saw, where it had one. */
  readonly energy?: MeasuredEnergy;
  /** Of the suite's inputs today: of those that were measured, unless the suite has changed since. */
  readonly vectorsSha256: string;
}

/** What a person says of a submission. */
export interface SubmissionOptions {
  readonly division: 'closed' | 'open';
  readonly submitter: string;
  /** The system's name; absent: each board's own. */
  readonly system?: string;
  readonly facts: Facts;
  readonly wantsEnergy: boolean;
}

/** The files of a submission by their paths in it, in UTF-8, and what stands in the way of it: then it must not be written. */
export interface Submission {
  readonly files: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
}

/**
 * What submission_checker v1.4 of MLPerf Tiny accepts. Figures are as measured: windows
 * with what is printed in them. Unlike the checker, it wants whole sets and windows by the rules.
 */
export function submissionOf(cases: readonly ExportedCase[], options: SubmissionOptions): Submission {
  const faults = [
    ...nameFaults(options),
    ...(cases.length === 0
      ? ['no case of it is of MLPerf Tiny firmware: run a suite whose firmware speaks mlperf-tiny']
      : []),
    ...cases.flatMap(each => caseFaults(each, options).map(fault => `${each.suite} @${each.board.name}: ${fault}`)),
    ...setFaults(cases, options),
  ];
  const files = new Map<string, string>();
  for (const board of boardsOf(cases.filter(each => !isForEnergy(each, options)))) {
    const system = systemJson(board, options);
    faults.push(...system.faults);
    files.set(`${rootOf(options)}/systems/${systemOf(board, options)}.json`, system.text);
  }
  if (faults.length === 0)
    for (const each of cases) for (const [path, text] of caseFiles(each, options)) files.set(path, text);
  return { files, faults };
}

function* caseFiles(each: ExportedCase, options: SubmissionOptions): Generator<[string, string]> {
  const benchmark = benchmarkOf(each);
  if (!benchmark || !each.recording) return;
  const measured = measuredOf({ recording: each.recording, truth: each.truth }, benchmark);
  const folder = `${rootOf(options)}/results/${systemOf(each.board, options)}/${benchmark.folder}`;
  if (isForEnergy(each, options)) {
    const written = each.energy ? Object.entries(energyFiles(measured, each.energy)) : [];
    for (const [name, text] of written) yield [`${folder}/energy/${name}`, text];
    return;
  }
  for (const [name, text] of Object.entries(accuracyFiles(measured))) yield [`${folder}/accuracy/${name}`, text];
  for (const [name, text] of Object.entries(performanceFiles(measured))) yield [`${folder}/performance/${name}`, text];
}

/** Undefined for a model that is none of MLPerf Tiny's. */
function benchmarkOf({ recording }: ExportedCase): Benchmark | undefined {
  return benchmarks[recording?.manifest.mlperf?.modelId ?? ''];
}

function rootOf({ division, submitter }: SubmissionOptions): string {
  return `${division}/${submitter}`;
}

function systemOf(board: Board, { system }: SubmissionOptions): string {
  return system ?? board.name;
}

function boardsOf(cases: readonly ExportedCase[]): readonly Board[] {
  return [...new Map(cases.map(({ board }) => [board.name, board])).values()];
}

/** They become folders, of which the checker wants no blanks and no dot in front. */
function nameFaults({ submitter, system }: SubmissionOptions): string[] {
  return [
    ['submitter', submitter],
    ['system', system ?? 'x'],
  ].flatMap(([what, name = '']) =>
    /^[A-Za-z0-9][\w.+-]{0,99}$/.test(name)
      ? []
      : [`"${name}" cannot be the ${what}'s folder: write letters, digits, _ . + and -, a letter or digit first`],
  );
}

/** What is wrong with cases together. */
function setFaults(cases: readonly ExportedCase[], options: SubmissionOptions): string[] {
  const [energies, others] = [true, false].map(isEnergy =>
    cases.filter(each => isForEnergy(each, options) === isEnergy),
  );
  return [
    ...systemFaults([others ?? [], energies ?? []], options),
    ...modelFaults(others ?? [], options),
    ...(options.wantsEnergy ? energyFaults(energies ?? [], others ?? [], options) : []),
  ];
}

function systemFaults(sets: readonly (readonly ExportedCase[])[], { system }: SubmissionOptions): string[] {
  const most = Math.max(...sets.map(cases => boardsOf(cases).length));
  if (system === undefined || most <= 1) return [];
  return [`"${system}" cannot name ${most} boards: leave it out, or export one board's run`];
}

/** The suites that have measured each model on each system. */
function suitesOf(cases: readonly ExportedCase[], options: SubmissionOptions): ReadonlyMap<string, readonly string[]> {
  const suites = new Map<string, string[]>();
  for (const each of cases) {
    const folder = benchmarkOf(each)?.folder;
    const key = `${systemOf(each.board, options)}/${folder}`;
    if (folder !== undefined) suites.set(key, [...(suites.get(key) ?? []), each.suite]);
  }
  return suites;
}

function modelFaults(cases: readonly ExportedCase[], options: SubmissionOptions): string[] {
  const suites = suitesOf(cases, options);
  return [
    ...repeated(suites),
    ...[...suites.keys()]
      .filter(key => key.endsWith('/ic2') && !suites.has(key.slice(0, -1)))
      .map(key => `${key} counts only beside ic, which was not measured on that board`),
  ];
}

function repeated(suites: ReadonlyMap<string, readonly string[]>): string[] {
  return [...suites]
    .filter(([, named]) => named.length > 1)
    .map(([key, named]) => `${key} was measured by ${named.join(' and ')}: leave all but one out of the run`);
}

function energyFaults(
  energies: readonly ExportedCase[],
  others: readonly ExportedCase[],
  options: SubmissionOptions,
): string[] {
  const [measured, wanted] = [suitesOf(energies, options), suitesOf(others, options)];
  const run = 'run its build for energy with a meter, and name that run: --energy RUN';
  return [
    ...repeated(measured),
    ...[...wanted.keys()].filter(key => !measured.has(key)).map(key => `no energy was measured of ${key}: ${run}`),
    ...[...measured.keys()]
      .filter(key => !wanted.has(key))
      .map(key => `of ${key} there is energy alone: a submission has accuracy and performance too, of the same system`),
  ];
}
