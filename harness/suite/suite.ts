import type { Basis, Relation, Unit } from '../units.ts';

/** A parsed suite: paths absolute, numbers in base units. The file's own shape is `SuiteFile`, generated from suite.schema.json. */
export interface Suite {
  readonly name: string;
  /** Absolute path of the suite file. */
  readonly file: string;
  readonly description?: string;
  readonly model: { readonly file: string; readonly float?: string };
  readonly vectors: {
    readonly inputs: string;
    readonly labels?: string;
    /** Only the first so many vectors. */
    readonly first?: number;
    readonly preprocess: readonly Preprocess[];
  };
  readonly task: Task;
  readonly targets: readonly string[];
  readonly measure: { readonly warmup: number; readonly boots: number; readonly timeoutMs: number };
  /** For a target without overrides; `budgetsFor` applies `on`. */
  readonly budgets: readonly Budget[];
  readonly on: Readonly<Record<string, { readonly budgets: readonly Budget[] }>>;
}

/** An affine map of real input values, applied in order before quantization. */
export type Preprocess = {
  readonly kind: 'scale';
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
};

export type Task =
  | { readonly kind: 'classification'; readonly classes?: readonly string[] }
  /** The one output is a score; above `threshold` it is class 1. */
  | { readonly kind: 'binary'; readonly threshold: number; readonly classes?: readonly [string, string] };

/** A bound on one metric. `limit` is in `unit`, the metric's base unit; a required budget that is not measured is never passed. */
export type Budget = BudgetSubject & BudgetBound;

/** What a budget bounds. */
export type BudgetSubject =
  | { readonly kind: 'golden' }
  | { readonly kind: 'accuracy'; readonly metric: 'top1' | 'lossVsFloat' }
  | { readonly kind: 'latency'; readonly metric: LatencyMetric; readonly basis: Basis }
  | { readonly kind: 'memory'; readonly metric: 'arena' | 'flash' | 'ram' | 'stack' | 'weightsVsFloat' };

export type LatencyMetric = 'p50' | 'p90' | 'p99' | 'max';

interface BudgetBound {
  /** Its path in the suite file: `latency.modelled-cycles.p50`, `golden.maxDiffLsb`. */
  readonly budget: string;
  readonly relation: Relation;
  readonly limit: number;
  readonly unit: BudgetUnit;
  readonly optional: boolean;
}

/** Base units: LSB, percent (0…100), percentage points, µs (silicon, host), cycles, instructions, bytes. */
export type BudgetUnit = Exclude<Unit, 'Hz'>;

/** The suite's budgets on one target: those under `on.<target>` replace those of the same path, and add to the others. */
export function budgetsFor(suite: Suite, target: string): readonly Budget[] {
  const overrides = suite.on[target]?.budgets ?? [];
  const replaced = new Set(overrides.map(budget => budget.budget));
  return [...suite.budgets.filter(budget => !replaced.has(budget.budget)), ...overrides];
}
