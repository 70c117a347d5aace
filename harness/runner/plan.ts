import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Results, Run } from '../report/results.ts';
import type { Board } from '../suite/board.ts';
import type { AnySuite } from '../suite/suite.ts';
import type { CaseResult } from '../verdict/result.ts';

/** A run's provenance as far as it is known before it starts. */
export type RunStart = Omit<Run, 'finishedAt' | 'complete' | 'interrupted' | 'planned' | 'replayOf'>;

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
  /** True when exactly these cases will run, so that they may be measured before they are asked for. */
  readonly exact: boolean;
  /** So many emulators at once. */
  readonly emulators: number;
  /** False leaves out the HTML report. */
  readonly html: boolean;
  /** Whether targets that can write down all that they execute. */
  readonly trace: boolean;
}

/** One suite on one target. `id` is safe as a file name. */
export interface PlannedCase {
  readonly id: string;
  readonly suite: AnySuite;
  readonly board: Board;
  /** Seconds, roughly and on no machine in particular: what orders the plan. */
  readonly cost: number;
  readonly vectors: number;
  /** Whether `--target` named the target: then what it runs on must be there. */
  readonly isNamed: boolean;
}

/** Where plan.json lies; its path is what the processes of a run hand on. */
export function planPath(plan: Plan): string {
  return join(plan.outDir, 'plan.json');
}

export function readPlan(path: string): Plan {
  return JSON.parse(readFileSync(path, 'utf8')) as Plan;
}

/** What a case is called. */
export function caseId(suite: string, target: string): string {
  return `${suite}@${target}`;
}

/** The targets of the run, in the order that Playwright takes them, and how many it takes at once: each has a worker of its own, and silicon no need of a core. */
export function targetsOf({ cases }: Plan): { readonly names: readonly string[]; readonly atOnce: number } {
  const bases = new Map(cases.map(({ board }) => [board.name, board.basis]));
  const real = [...bases.values()].filter(basis => basis === 'silicon').length;
  return { names: [...bases.keys()], atOnce: Math.min(bases.size - real, availableParallelism()) + real };
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
