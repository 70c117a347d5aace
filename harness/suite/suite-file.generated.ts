// Generated from suite.schema.json by `npm run types`; edit the schema instead.

export type Slug = string;
export type Path = string;
/**
 * Two numbers: the ends of the range.
 *
 * @minItems 2
 * @maxItems 2
 */
export type Range = [number, number];
/**
 * What the outputs mean. Needed with labels.
 */
export type Task = Classification | Binary;
export type Duration = string;
export type LsbAtMost =
  | number
  | {
      limit: number;
      optional?: Optional;
    };
/**
 * true: a target that cannot measure this still passes. A bound that is measured and missed fails all the same.
 */
export type Optional = boolean;
export type PercentAtLeast =
  | string
  | {
      limit: string;
      optional?: Optional;
    };
export type PointsAtMost =
  | string
  | {
      limit: string;
      optional?: Optional;
    };
export type TimeAtMost =
  | string
  | {
      limit: string;
      optional?: Optional;
    };
export type CyclesAtMost =
  | string
  | {
      limit: string;
      optional?: Optional;
    };
export type InstructionsAtMost =
  | string
  | {
      limit: string;
      optional?: Optional;
    };
export type BytesAtMost =
  | string
  | {
      limit: string;
      optional?: Optional;
    };
export type PercentAtMost =
  | string
  | {
      limit: string;
      optional?: Optional;
    };

/**
 * A Tickmark suite: a model, the vectors it runs on, the targets it runs on, and the budgets that it has to meet.
 */
export interface SuiteFile {
  /**
   * For editors: where this schema is.
   */
  $schema?: string;
  suite: Slug;
  /**
   * What the suite is for, in a sentence; reports show it.
   */
  description?: string;
  /**
   * The model under test. Paths are relative to this file.
   */
  model: {
    file: Path;
    float?: Path;
  };
  /**
   * The inputs that the model is run on. Paths are relative to this file.
   */
  vectors: {
    inputs: Path;
    labels?: Path;
    /**
     * Run only the first so many vectors. Every one by default.
     */
    first?: number;
    /**
     * Steps from the values in the file to the model's real input values, in order, before quantization.
     *
     * @minItems 1
     */
    preprocess?: [Preprocess, ...Preprocess[]];
  };
  task?: Task;
  /**
   * Names of the boards, emulated or real, that the suite runs on.
   *
   * @minItems 1
   */
  targets: [Slug, ...Slug[]];
  /**
   * How the measurement is made. Every vector is run once a boot.
   */
  measure?: {
    /**
     * Inferences after each boot that are not counted.
     */
    warmup?: number;
    /**
     * How often the target is booted and every vector run.
     */
    boots?: number;
    timeout?: Duration;
  };
  budgets: Budgets;
  /**
   * Budgets for one target: they replace those of the same name above, and add to the others.
   */
  on?: {
    [k: string]: {
      budgets: Budgets;
    };
  };
}
export interface Preprocess {
  /**
   * The affine map that takes the range `from` to the range `to`; values outside are mapped alike, not cut off.
   */
  scale: {
    from: Range;
    to: Range;
  };
}
export interface Classification {
  /**
   * The largest output is the class.
   */
  kind: 'classification';
  /**
   * The classes' names, in the order of the outputs.
   *
   * @minItems 2
   */
  classes?: [string, string, ...string[]];
}
export interface Binary {
  /**
   * The one output is a score; above the threshold the class is 1.
   */
  kind: 'binary';
  /**
   * In the output's real values, as the model's quantization gives them.
   */
  threshold: number;
  /**
   * The names of class 0 and class 1.
   *
   * @minItems 2
   * @maxItems 2
   */
  classes?: [string, string];
}
/**
 * The bounds to meet. Each is required unless it is written { limit: '…', optional: true }.
 */
export interface Budgets {
  /**
   * Against the bit-exact golden that the host computes from the model.
   */
  golden?: {
    maxDiffLsb?: LsbAtMost;
  };
  /**
   * Of the outputs that the target gave. Needs vectors.labels.
   */
  accuracy?: {
    top1?: PercentAtLeast;
    lossVsFloat?: PointsAtMost;
  };
  /**
   * Of one inference, by what the ticks count. A figure of one basis is never judged by another.
   */
  latency?: {
    silicon?: TimePercentiles;
    'modelled-cycles'?: CyclePercentiles;
    instructions?: InstructionPercentiles;
    host?: TimePercentiles;
  };
  /**
   * What the model and the image take.
   */
  memory?: {
    arena?: BytesAtMost;
    flash?: BytesAtMost;
    ram?: BytesAtMost;
    stack?: BytesAtMost;
    weightsVsFloat?: PercentAtMost;
  };
}
export interface TimePercentiles {
  p50?: TimeAtMost;
  p90?: TimeAtMost;
  p99?: TimeAtMost;
  max?: TimeAtMost;
}
export interface CyclePercentiles {
  p50?: CyclesAtMost;
  p90?: CyclesAtMost;
  p99?: CyclesAtMost;
  max?: CyclesAtMost;
}
export interface InstructionPercentiles {
  p50?: InstructionsAtMost;
  p90?: InstructionsAtMost;
  p99?: InstructionsAtMost;
  max?: InstructionsAtMost;
}
