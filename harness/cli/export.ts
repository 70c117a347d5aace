import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { type ExportedCase, submissionOf } from '../export/mlperf.ts';
import type { Facts } from '../export/mlperf-system.ts';
import { writeWhole } from '../files.ts';
import { readRecording } from '../recording/read.ts';
import type { Manifest } from '../recording/recording.ts';
import { readResults } from '../report/json.ts';
import { loadCaseInputs } from '../runner/case-inputs.ts';
import { boardsFrom } from '../runner/select.ts';
import { type Fault, faultsError } from '../suite/fault.ts';
import { findSuites } from '../suite/find.ts';
import { readSuites } from '../suite/load.ts';
import { readYaml } from '../suite/yaml.ts';
import type { CaseResult } from '../verdict/result.ts';
import { say } from './say.ts';

export interface ExportOptions {
  readonly out?: string;
  readonly suite?: readonly string[];
  readonly target?: readonly string[];
  readonly division: 'closed' | 'open';
  readonly submitter: string;
  readonly system?: string;
  readonly facts?: string;
  readonly energy?: boolean;
}

/** `tickmark export mlperf`: writes a run's cases of MLPerf Tiny firmware as a submission. Throws InputError with all that stands in the way. */
export function exportMlperf(run: string, options: ExportOptions): void {
  const { out = join(run, 'mlperf'), suite: suites = [], target: targets = [], division, submitter, system } = options;
  const cwd = process.cwd();
  const facts = options.facts === undefined ? {} : readFacts(resolve(options.facts), cwd);
  const measured = measuredCases(resolve(run)).filter(
    ({ result }) => targets.length === 0 || targets.includes(result.target),
  );
  const cases = readInputs(measured, suites, cwd);
  const { files, faults } = submissionOf(cases, {
    division,
    submitter,
    facts,
    wantsEnergy: options.energy ?? false,
    ...(system !== undefined && { system }),
  });
  const taken = [...files.keys()].filter(path => path.includes('/results/') && existsSync(join(out, path)));
  if (faults.length > 0) throw refusal(run, faults);
  if (taken.length > 0)
    throw new InputError(
      'is there already',
      join(out, taken[0] ?? ''),
      'move it away, or write to another folder: --out',
    );
  for (const [path, text] of files) writeWhole(join(out, path), text);
  say(`${files.size} files in ${out}; check them: python submission_checker.py --version v1.4 --input ${out}`);
}

interface MeasuredCase {
  readonly result: CaseResult;
  readonly recording: ReturnType<typeof readRecording>;
}

/** Those whose firmware was MLPerf Tiny's, as their recordings say; a case that never was recorded has no firmware. */
function measuredCases(folder: string): readonly MeasuredCase[] {
  return readResults(folder).cases.flatMap(result => {
    if (result.recording === null) return [];
    const recording = readRecording(join(folder, result.recording));
    return isMlperf(recording.manifest) ? [{ result, recording }] : [];
  });
}

function isMlperf({ mlperf }: Manifest): boolean {
  return mlperf !== undefined;
}

/** Labels are the suite's, not the recording's. */
function readInputs(measured: readonly MeasuredCase[], args: readonly string[], cwd: string): readonly ExportedCase[] {
  if (measured.length === 0) return [];
  const boards = boardsFrom(cwd);
  const { suites, faults } = readSuites(findSuites(args, cwd), boards, cwd);
  const wanted = new Set(measured.map(({ result }) => result.suite));
  return measured.map(({ result, recording }) => {
    const suite = suites.find(({ name }) => name === result.suite);
    if (!suite) throw unknownSuite(result, wanted, faults, cwd);
    const board = boards.get(result.target);
    if (!board) throw new InputError('there is no such board any more', result.target, 'put its board file back');
    const { vectors } = loadCaseInputs(suite);
    return {
      suite: suite.name,
      status: result.status,
      board,
      recording,
      truth: vectors,
      vectorsSha256: vectors.sha256,
    };
  });
}

function unknownSuite(
  { suite }: CaseResult,
  wanted: ReadonlySet<string>,
  faults: readonly Fault[],
  cwd: string,
): Error {
  if (faults.length > 0) return faultsError(faults, cwd);
  const fix = `name its file, for its labels: --suite FILE${wanted.size > 1 ? ', for each of them' : ''}`;
  return new InputError('there is no such suite here', suite, fix);
}

/** A map of texts in YAML or JSON. */
function readFacts(file: string, cwd: string): Facts {
  const { source, faults } = readYaml(file);
  if (faults.length > 0) throw faultsError(faults, cwd);
  const { data } = source;
  const entries = typeof data === 'object' && data !== null && !Array.isArray(data) ? Object.entries(data) : undefined;
  if (!entries) throw new InputError('is no map of texts', file, 'write lines of the form: "Hardware Notes": none');
  const odd = entries.filter(([, value]) => !['string', 'number'].includes(typeof value));
  const oddFaults = odd.map(([key]) => ({ place: source.place([key]), what: `"${key}" is no text` }));
  if (oddFaults.length > 0) throw faultsError(oddFaults, cwd);
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

function refusal(run: string, faults: readonly string[]): InputError {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  return new InputError(
    `cannot be submitted, for ${count}\n${faults.map(fault => `  ${fault}\n`).join('')}`,
    run,
    'nothing was written',
  );
}
