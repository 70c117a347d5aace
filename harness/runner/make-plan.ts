import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { notWritten, writeWhole } from '../files.ts';
import { writeResults } from '../report/json.ts';
import type { Board } from '../suite/board.ts';
import { onlyCaptureCase } from './capture-misfits.ts';
import { costOf } from './cost.ts';
import { onlyLogCase } from './log-misfits.ts';
import { caseId, type Plan, type PlannedCase, planPath, readPlan, resultsOf } from './plan.ts';
import { describeRun } from './provenance.ts';
import { type Chosen, chooseCases, type Selection } from './select.ts';

export interface PlanOptions extends Selection {
  readonly cwd: string;
  readonly out?: string;
  readonly replay?: string;
  readonly exact: boolean;
  /** @default as many as cores */
  readonly emulators?: number;
  readonly html: boolean;
  /** @default false */
  readonly trace?: boolean;
  /** What is judged, where nothing runs. */
  readonly imported?: { readonly from: string; readonly what: 'ticks' | 'power' };
}

/** Reads and checks every input, chooses the run's folder and writes plan.json there. Throws InputError with all faults; nothing is run. */
export function makePlan(options: PlanOptions): Plan {
  const { imported } = options;
  const chosen = chooseCases({ ...options, isCapture: imported?.what === 'power' });
  const run = { ...describeRun(options.cwd), ...(imported && { importedFrom: imported.from }) };
  const plan: Plan = {
    tickmark: 1,
    run,
    outDir: runFolder(options, run.id),
    replayOf: options.replay === undefined ? null : replayFolder(options.cwd, options.replay),
    cases: wantedOf(chosen, options)
      .map(each => planCase(each, options))
      .sort((a, b) => a.cost - b.cost),
    exact: options.exact,
    emulators: options.emulators ?? availableParallelism(),
    html: options.html,
    trace: options.trace ?? false,
  };
  if (plan.replayOf === plan.outDir)
    throw new InputError('is both replayed and written', plan.outDir, 'choose another --out');
  clearRunFolder(plan.outDir);
  writeWhole(planPath(plan), `${JSON.stringify(plan, null, 2)}\n`);
  writeResults({ folder: plan.outDir, results: resultsOf(plan, [], { complete: false, interrupted: false }) });
  return plan;
}

/** What is imported is of one case. */
function wantedOf(chosen: readonly Chosen[], { imported, suites }: PlanOptions): readonly Chosen[] {
  if (!imported) return chosen;
  const onlyCase = imported.what === 'ticks' ? onlyLogCase : onlyCaptureCase;
  return [onlyCase(chosen, suites.join(', '))];
}

function planCase(chosen: Chosen, { targets }: PlanOptions): PlannedCase {
  const { suite, vectors } = chosen;
  const board = atOwnRate(chosen);
  const isNamed = targets.includes(board.name);
  return { id: caseId(suite.name, board.name), suite, board, cost: costOf(chosen), vectors, isNamed };
}

/** The board with its port at the rate that the suite's own firmware speaks at. */
function atOwnRate({ suite, board }: Chosen): Board {
  const { baud } = suite.firmware[board.name] ?? {};
  const { target } = board;
  return target.kind === 'serial' && baud !== undefined ? { ...board, target: { ...target, baud } } : board;
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
  'playwright',
];

/** An earlier run in the same folder makes way, by the names it wrote; a folder that holds anything and no run is left alone. */
function clearRunFolder(folder: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new InputError('is a file', folder, 'choose a folder for --out');
  const entries = existsSync(folder) ? readdirSync(folder) : [];
  if (entries.length > 0 && !isRun(folder))
    throw new InputError(`holds other files (${entries.slice(0, 3).join(', ')})`, folder, 'choose an empty --out');
  try {
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder).filter(isOurs)) rmSync(join(folder, name), { recursive: true, force: true });
  } catch (cause) {
    throw notWritten(folder, cause);
  }
}

/** A name alone proves nothing: somebody may keep recordings of their own. */
function isRun(folder: string): boolean {
  try {
    return readPlan(join(folder, 'plan.json')).tickmark === 1;
  } catch {
    return false;
  }
}

/** The HTML generator's draft stays behind when it is killed. */
function isOurs(name: string): boolean {
  return artefacts.includes(name) || name.startsWith('.allure-report-');
}
