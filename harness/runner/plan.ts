import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { notWritten, writeWhole } from '../files.ts';
import { writeResults } from '../report/json.ts';
import type { Results, Run } from '../report/results.ts';
import type { Board } from '../suite/board.ts';
import type { Suite } from '../suite/suite.ts';
import type { CaseResult } from '../verdict/result.ts';
import { describeRun, type RunStart } from './provenance.ts';
import { type Chosen, chooseCases, type Selection } from './select.ts';

/** What a run will do, decided once and written down before anything is touched: every process of the run reads the same plan. */
export interface Plan {
  readonly tickmark: 1;
  readonly run: RunStart;
  /** Absolute folder of the run: results.json, recordings/, reports. */
  readonly outDir: string;
  /** Absolute folder of the run whose recordings are judged instead of measuring; null measures. */
  readonly replayOf: string | null;
  /** Cheapest first. */
  readonly cases: readonly PlannedCase[];
  /** True when exactly these cases will run, so that the first may be measured before it is asked for. */
  readonly exact: boolean;
  /** False leaves out the HTML report. */
  readonly html: boolean;
}

/** One suite on one target. `id` is safe as a file name. */
export interface PlannedCase {
  readonly id: string;
  readonly suite: Suite;
  readonly board: Board;
  /** Multiply-accumulates of the whole case: what orders the plan. */
  readonly macs: number;
  readonly vectors: number;
}

export interface PlanOptions extends Selection {
  readonly cwd: string;
  readonly out?: string;
  readonly replay?: string;
  readonly exact: boolean;
  readonly html: boolean;
}

/** Reads and checks every input, chooses the run's folder and writes plan.json there. Throws InputError with all faults; nothing is run. */
export function makePlan(options: PlanOptions): Plan {
  const chosen = chooseCases(options);
  const run = describeRun(options.cwd);
  const plan: Plan = {
    tickmark: 1,
    run,
    outDir: runFolder(options, run.id),
    replayOf: options.replay === undefined ? null : replayFolder(options.cwd, options.replay),
    cases: chosen.map(planCase).sort((a, b) => a.macs - b.macs),
    exact: options.exact,
    html: options.html,
  };
  if (plan.replayOf === plan.outDir)
    throw new InputError('is both replayed and written', plan.outDir, 'choose another --out');
  clearRunFolder(plan.outDir);
  writeWhole(planPath(plan), `${JSON.stringify(plan, null, 2)}\n`);
  writeResults({ folder: plan.outDir, results: resultsOf(plan, [], { complete: false, interrupted: false }) });
  return plan;
}

/** Where plan.json lies; its path is what the processes of a run hand on. */
export function planPath(plan: Plan): string {
  return join(plan.outDir, 'plan.json');
}

export function readPlan(path: string): Plan {
  return JSON.parse(readFileSync(path, 'utf8')) as Plan;
}

/** The run's results so far. */
export function resultsOf(
  plan: Plan,
  judged: readonly CaseResult[],
  state: Pick<Run, 'complete' | 'interrupted'>,
): Results {
  const finishedAt = state.complete || state.interrupted ? new Date().toISOString() : null;
  const { run, replayOf, cases } = plan;
  return { tickmark: 1, run: { ...run, planned: cases.length, finishedAt, replayOf, ...state }, cases: judged };
}

/** Folder of a case's recording in the run. */
export function recordingFolder(plan: Plan, planned: PlannedCase): string {
  return join(plan.outDir, 'recordings', planned.id);
}

function planCase({ suite, board, macs, vectors }: Chosen): PlannedCase {
  return { id: `${suite.name}@${board.name}`, suite, board, macs, vectors };
}

function runFolder({ cwd, out }: PlanOptions, id: string): string {
  return out === undefined ? join(cwd, 'reports', 'out', id) : resolve(cwd, out);
}

function replayFolder(cwd: string, replay: string): string {
  const folder = resolve(cwd, replay);
  if (existsSync(join(folder, 'recordings'))) return folder;
  throw new InputError('has no recordings/', relative(cwd, folder) || folder, 'name the folder of an earlier run');
}

const artefacts = [
  'results.json',
  'recordings',
  'allure-results',
  'allure-report',
  'junit.xml',
  'summary.md',
  'plan.json',
];

/** An earlier run in the same folder makes way, by the names it wrote; a folder with anything else in it is left alone. */
function clearRunFolder(folder: string): void {
  const strangers = existsSync(folder) ? readdirSync(folder).filter(name => !artefacts.includes(name)) : [];
  if (strangers.length > 0 && !existsSync(join(folder, 'plan.json')))
    throw new InputError(`holds other files (${strangers.slice(0, 3).join(', ')})`, folder, 'choose an empty --out');
  try {
    mkdirSync(folder, { recursive: true });
    for (const name of artefacts) rmSync(join(folder, name), { recursive: true, force: true });
  } catch (cause) {
    throw notWritten(folder, cause);
  }
}
