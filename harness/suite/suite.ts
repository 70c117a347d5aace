import { InputError } from '../errors.ts';
import type { Basis, Relation, Unit } from '../units.ts';
import type { ProtocolName } from './board.ts';

/** A suite as far as it need not have a model: paths absolute, numbers in base units. The file's own shape is `SuiteFile`, generated from suite.schema.json. */
interface AnyOf {
  readonly name: string;
  /** Absolute path of the suite file. */
  readonly file: string;
  readonly description?: string;
  /** The user's own firmware by target; the reference firmware runs where none is named. */
  readonly firmware: Readonly<Record<string, OwnFirmware>>;
  readonly targets: readonly string[];
  readonly measure: {
    readonly warmup: number;
    readonly boots: number;
    readonly timeoutMs: number;
    /** What each timed window of firmware of MLPerf Tiny has to last; absent: as long as its rules say. */
    readonly windowMs?: number;
    /** How model and tensors get into the DUT where there are two ways. */
    readonly link: 'memory' | 'uart';
    /** How current is measured, or modelled; absent where the suite asks for none. */
    readonly current?: MeasureCurrent;
    /** What the raw sensor data of one input would take on the telemetry channel; absent: what the vectors' file holds of it. */
    readonly rawInputBytes?: number;
    /** Outputs alone: no ticks are counted, and inputs are sent while the DUT computes. */
    readonly only?: 'accuracy';
  };
  /** Faults on demand, after the measurement. */
  readonly robustness: readonly Trial[];
  /** For a target without overrides; `budgetsFor` applies `on`. */
  readonly budgets: readonly Budget[];
  readonly on: Readonly<Record<string, { readonly budgets: readonly Budget[] }>>;
  /** What to read out of what firmware prints, where it speaks the protocol `log`. */
  readonly log?: LogSpec;
}

/** How current is measured on a board with a meter. */
export interface MeasureCurrent {
  /** How long the DUT is left alone before its windows, and after them. */
  readonly idleMs: number;
  /** An inference so often: the duty cycle that is measured, or modelled. Absent: no duty cycle, and no battery life. */
  readonly periodMs?: number;
  /** How many of them are measured. */
  readonly periods: number;
  /** By how much the DUT's ticks and the meter may differ on a window's length. */
  readonly agreementPercent: number;
  /** Cells that the suite describes itself, by name. */
  readonly cells: Readonly<Record<string, Cell>>;
}

/** A battery. */
export interface Cell {
  /** Down to `cutOffMv`, at the load and the temperature of its source. */
  readonly capacityMah: number;
  readonly nominalMv: number;
  readonly cutOffMv: number;
  readonly selfDischargePercentPerYear: number;
  /** The most that it may be asked for in a pulse. */
  readonly pulseMa: number;
  /** No life is promised beyond it, however little is drawn; absent where nobody says. */
  readonly shelfYears?: number;
  /** Where these figures come from. */
  readonly of: string;
  /** Which of them do not. */
  readonly assumed?: string;
}

/** A parsed suite of a model and its vectors. */
export interface Suite extends AnyOf {
  readonly model: { readonly file: string; readonly float?: string };
  readonly vectors: {
    /** A file, or a folder with a file an input. */
    readonly inputs: string;
    /** Which array of a `.npz`. */
    readonly array?: string;
    /** Which columns of a `.csv`. */
    readonly columns?: readonly string[];
    readonly labels?: string;
    /** Only the first so many vectors. */
    readonly first?: number;
    readonly preprocess: readonly Preprocess[];
  };
  readonly task: Task;
}

/** A parsed suite of firmware that only prints: of its model nothing is known. */
export interface LogSuite extends AnyOf {
  readonly log: LogSpec;
}

export type AnySuite = Suite | LogSuite;

export function hasModel(suite: AnySuite): suite is Suite {
  return 'model' in suite;
}

/** The suite, where it has a model. Throws InputError where it has none. */
export function withModel(suite: AnySuite): Suite {
  if (hasModel(suite)) return suite;
  throw new InputError('has no model: its firmware only prints', suite.file, 'name a suite with a model and vectors');
}

/** What is read out of a log. Patterns are regular expressions. */
export interface LogSpec {
  /** The first of these ends the session; none of them: the end of a file. */
  readonly until?: string;
  readonly forMs?: number;
  readonly inferences?: number;
  /** Named groups are metrics, whose unit ends their name, or facts (`…_id`, `…_version`). */
  readonly metrics: readonly string[];
  readonly fail: readonly string[];
  readonly ignore: readonly string[];
  /** What is sent on the telemetry channel, a message a line; its group `bytes`, where it has one, tells how long. */
  readonly uplink?: string;
  /** What facts have to be, by name; `image`: the image's own. */
  readonly identity: Readonly<Record<string, string>>;
  /** Of the timer whose ticks the log tells. */
  readonly rateHz?: number;
  /** The firmware runs the suite's vectors, each once and in their order. */
  readonly runsVectors: boolean;
}

/** Firmware that is not ours. */
export interface OwnFirmware {
  /** The linked ELF file. Absent: whatever the board runs already. */
  readonly image?: string;
  /** What it speaks, where the board file says otherwise. */
  readonly protocol?: ProtocolName;
  /** Bits a second, where the board file says otherwise. */
  readonly baud?: number;
  /** What firmware of MLPerf Tiny calls its model; absent: an id of its benchmarks that the model fits. */
  readonly modelId?: string;
  /** Bytes of its command buffer, where it has more than the 80 of MLPerf Tiny. */
  readonly commandBuffer?: number;
}

/** One step from the values in a file to the model's real input values; steps are applied in order, before quantization. */
export type Preprocess =
  /** The affine map that takes `from` to `to`. */
  | { readonly kind: 'scale'; readonly from: readonly [number, number]; readonly to: readonly [number, number] }
  /** (value − mean) / std: one number for all, or one a channel (the last axis). */
  | { readonly kind: 'normalize'; readonly mean: readonly number[]; readonly std: readonly number[] }
  | { readonly kind: 'clip'; readonly low: number; readonly high: number }
  /** Cuts along the first axis: one input becomes many vectors. */
  | { readonly kind: 'window'; readonly size: number; readonly hop: number }
  /** Resamples [height, width, channels] with half-pixel centres. */
  | {
      readonly kind: 'resize';
      readonly height: number;
      readonly width: number;
      readonly method: 'bilinear' | 'nearest';
    }
  /** [height, width, 3 or 4] to luma [height, width, 1]. */
  | { readonly kind: 'gray' };

export type Task =
  | { readonly kind: 'classification'; readonly classes?: readonly string[] }
  /** The one output is a score; above `threshold` it is class 1. */
  | { readonly kind: 'binary'; readonly threshold: number; readonly classes?: readonly [string, string] }
  /** The outputs are the values asked for; `unit` is theirs, for reports. */
  | { readonly kind: 'regression'; readonly unit?: string }
  /** A file is anomalous (class 1) when the mean of its windows' scores is above `threshold`. */
  | { readonly kind: 'anomaly'; readonly score: 'reconstruction' | 'output'; readonly threshold?: number };

/** One fault on demand and what must come of it. */
export interface Trial {
  /** Its name among the budgets: `robustness.uart-drop`, and `robustness.uart-drop-2` for the second of its kind. */
  readonly budget: string;
  readonly injection: Injection;
  readonly expect: 'detected' | 'recovered' | 'same-output';
  /** How many are run, from the first on. */
  readonly vectors: number;
  readonly timeoutMs: number;
  readonly optional: boolean;
}

/** What is done to the DUT. `rate` is the share of the bytes that it befalls; `bit` counts from the lowest of the model's first byte. */
export type Injection =
  | { readonly kind: 'uart-drop' | 'uart-flip'; readonly rate: number }
  | { readonly kind: 'uart-delay'; readonly rate: number; readonly byMs: number }
  | { readonly kind: 'power-cycle'; readonly vector: number }
  | { readonly kind: 'model-bit'; readonly bit: number };

/** A bound on one metric. `limit` is in `unit`, the metric's base unit; a required budget that is not measured is never passed. */
export type Budget = BudgetSubject & BudgetBound;

/** What a budget bounds. */
export type BudgetSubject =
  | { readonly kind: 'golden' }
  | { readonly kind: 'accuracy'; readonly metric: 'top1' | 'rocAuc' | 'mae' | 'rmse' | 'lossVsFloat' }
  | { readonly kind: 'accuracy'; readonly metric: 'topK'; readonly k: number }
  /** `class` as the suite writes it: a name, or an index. */
  | { readonly kind: 'accuracy'; readonly metric: 'precision' | 'recall'; readonly class: string }
  | { readonly kind: 'latency'; readonly metric: LatencyMetric; readonly basis: Basis }
  | { readonly kind: 'memory'; readonly metric: 'arena' | 'flash' | 'ram' | 'stack' | 'weightsVsFloat' }
  /** Of a stretch of the trace, measured or modelled; never judged by one another. */
  | {
      readonly kind: 'current';
      readonly basis: CurrentBasis;
      readonly window: CurrentWindow;
      readonly metric: 'mean' | 'p50' | 'p99' | 'peak';
    }
  /** By the inference. `aboveSleep`: without what the DUT would have drawn asleep. */
  | { readonly kind: 'energy' | 'charge'; readonly basis: CurrentBasis; readonly metric: 'inference' | 'aboveSleep' }
  /** Of a cell by its name, at the suite's period. */
  | { readonly kind: 'battery'; readonly basis: CurrentBasis; readonly cell: string }
  /** The share of the raw data of the inputs that the firmware did not send. */
  | { readonly kind: 'uplink'; readonly metric: 'saved' }
  /** Of what a log tells under a name. */
  | { readonly kind: 'metric'; readonly metric: string; readonly statistic: Statistic };

/** A budget that a trace, or what a datasheet says of one, is held against. */
export type CurrentBudget = Extract<Budget, { readonly kind: 'current' | 'energy' | 'charge' | 'battery' }>;

export function isOfCurrent(budget: Budget): budget is CurrentBudget {
  return ['current', 'energy', 'charge', 'battery'].includes(budget.kind);
}

export const currentBases = ['measured', 'modelled'] as const;
/** Whether a meter has seen a current, or a datasheet's currents were multiplied with modelled times. */
export type CurrentBasis = (typeof currentBases)[number];

export const currentWindows = ['inference', 'dutyCycle', 'application', 'sleep'] as const;
export type CurrentWindow = (typeof currentWindows)[number];

export const statistics = ['min', 'median', 'p90', 'p99', 'max', 'mean', 'last', 'sum', 'count'] as const;
export type Statistic = (typeof statistics)[number];

export type LatencyMetric = 'p50' | 'p90' | 'p99' | 'max';

interface BudgetBound {
  /** Its path in the suite file: `latency.modelled-cycles.p50`, `golden.maxDiffLsb`. */
  readonly budget: string;
  readonly relation: Relation;
  readonly limit: number;
  readonly unit: BudgetUnit;
  readonly optional: boolean;
}

/** Base units: LSB, percent (0…100), percentage points, µs (silicon, host), cycles, instructions, bytes, mA, µC, µJ, days, and 1 for plain numbers; of a log's metrics any. */
export type BudgetUnit = Unit;

/** The suite's budgets on one target: those under `on.<target>` replace those of the same path, and add to the others. */
export function budgetsFor(suite: Pick<AnySuite, 'budgets' | 'on'>, target: string): readonly Budget[] {
  const overrides = suite.on[target]?.budgets ?? [];
  const replaced = new Set(overrides.map(budget => budget.budget));
  return [...suite.budgets.filter(budget => !replaced.has(budget.budget)), ...overrides];
}
