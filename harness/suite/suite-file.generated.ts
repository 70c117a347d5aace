// Generated from suite.schema.json by `npm run types`; edit the schema instead.

export type Slug = string;
export type Path = string;
export type Firmware =
  | string
  | {
      /**
       * The linked ELF file, relative to this file. Firmware with the agent needs it; of other firmware, without it, what the board runs already is measured.
       */
      image?: string;
      /**
       * What it speaks. Without it: what the board file says.
       */
      protocol?: 'tickmark' | 'mlperf-tiny' | 'log';
      /**
       * Bits a second on the serial port. Without it: what the board file says.
       */
      baud?: number;
      /**
       * Of firmware that speaks mlperf-tiny: the model's id, as its answer to `profile` has it. Without it: one of ad01, ic01, ic02, kws01 and vww01 that the model's input and outputs fit.
       */
      modelId?: string;
      /**
       * Of firmware that speaks mlperf-tiny: how many bytes a command may have (EE_CMD_SIZE). Without it: 80, which all such firmware has. A longer command corrupts a shorter buffer without a word.
       */
      commandBuffer?: number;
    };
/**
 * Two numbers: the ends of the range.
 *
 * @minItems 2
 * @maxItems 2
 */
export type Range = [number, number];
/**
 * @minItems 1
 */
export type PerChannel = number | [number, ...number[]];
/**
 * What the outputs mean. Needed with labels.
 */
export type Task = Classification | Binary | Regression | Anomaly;
export type Duration = string;
export type LsbAtMost = number | {limit: number; optional?: boolean};
/**
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^[1-9][0-9]{0,3}$".
 */
export type PercentAtLeast = string | {limit: string; optional?: boolean};
export type NumberAtLeast = string | {limit: string; optional?: boolean};
export type NumberAtMost = string | {limit: string; optional?: boolean};
export type PointsAtMost = string | {limit: string; optional?: boolean};
export type TimeAtMost = string | {limit: string; optional?: boolean};
export type CyclesAtMost = string | {limit: string; optional?: boolean};
export type InstructionsAtMost = string | {limit: string; optional?: boolean};
export type BytesAtMost = string | {limit: string; optional?: boolean};
export type PercentAtMost = string | {limit: string; optional?: boolean};
export type CurrentAtMost = string | {limit: string; optional?: boolean};
export type ChargeAtMost = string | {limit: string; optional?: boolean};
export type EnergyAtMost = string | {limit: string; optional?: boolean};
export type LifeAtLeast = string | {limit: string; optional?: boolean};
export type MetricBound = string | {limit: string; optional?: boolean};
/**
 * One fault on demand.
 */
export type Trial = UartDrop | UartFlip | UartDelay | PowerCycle | ModelBit;
/**
 * The share of the bytes that it befalls.
 */
export type ByteRate = number;
/**
 * How many vectors are run, from the first on.
 */
export type TrialVectors = number;
/**
 * true: a target that cannot measure this still passes. A bound that is measured and missed fails all the same.
 */
export type Optional = boolean;
export type Pattern = string;
/**
 * @minItems 1
 * @maxItems 200
 */
export type Patterns = [Pattern, ...Pattern[]];

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
  model?: {
    file: Path;
    float?: Path;
  };
  /**
   * Your own firmware for a target: the linked ELF file, or what else is to be known of it. A target that is not named here runs the reference firmware with the model loaded into it. `--image TARGET=ELF` on the command line goes before it.
   */
  firmware?: {
    [k: string]: Firmware;
  };
  /**
   * The inputs that the model is run on. Paths are relative to this file.
   */
  vectors?: {
    inputs: Path;
    /**
     * Which array of a `.npz` holds the inputs, when there are several that could. A model of several inputs takes the arrays named as they are.
     */
    array?: string;
    /**
     * Which columns of a `.csv` hold the inputs, by the names in its header. Every column but `class`, `value` and `file` by default.
     *
     * @minItems 1
     */
    columns?: [string, ...string[]];
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
  targets: [string, ...string[]];
  /**
   * How the measurement is made. Every vector is run once a boot.
   */
  measure?: {
    /**
     * Inferences after each boot that are not counted.
     */
    warmup?: number;
    /**
     * How often the target is booted and every vector run: from power-on first, then by a reset where the target has one.
     */
    boots?: number;
    timeout?: Duration;
    window?: Duration;
    /**
     * How current is measured on a board with a meter, and what modelled current is of.
     */
    current?: {
      idle?: Duration;
      period?: Duration;
      /**
       * How many periods are measured.
       */
      periods?: number;
      /**
       * By how much the ticks and the meter may differ on how long an inference takes.
       */
      agreement?: string;
      /**
       * Cells that budgets.battery may name beside those that are known.
       */
      cells?: {
        [k: string]: {
          /**
           * Down to the cut-off.
           */
          capacity: string;
          nominal: string;
          cutOff: string;
          /**
           * In a year, of what is left: less than all of it.
           */
          selfDischarge?: string;
          /**
           * The most that it may be asked for in a pulse.
           */
          pulse: string;
          /**
           * Where these figures come from.
           */
          of: string;
        };
      };
    };
    /**
     * What one input's raw sensor data would take on the telemetry channel, for budgets.uplink. Without it: the bytes that the vectors' file holds of it.
     */
    rawInput?: string;
    /**
     * Leaves out what else would be measured. `accuracy`: outputs alone, as fast as the link is. The next inputs are sent while the target computes, where it can take them, and no ticks are counted: there is no latency to judge, none of the operators either, and the tick counter is not checked.
     */
    only?: 'accuracy';
    /**
     * How model and tensors get into the target. `memory`: by the back door of an emulator, which takes no time. `uart`: as frames over the UART, as on a board; only a model that lies in flash is still put there by the back door, which stands for flashing. Verdicts, outputs and ticks are the same.
     */
    link?: 'memory' | 'uart';
  };
  budgets: Budgets;
  /**
   * Faults that are done to the target on demand, each in a boot of its own after the measurement, and what must come of it. No figure of the measurement is touched. Emulated targets can do all of them.
   *
   * @minItems 1
   * @maxItems 100
   */
  robustness?: [Trial, ...Trial[]];
  log?: Log;
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
  scale?: {
    from: Range;
    to: Range;
  };
  /**
   * (value − mean) / std; one number for all, or one for each channel (the last axis).
   */
  normalize?: {
    mean: PerChannel;
    std: PerChannel;
  };
  clip?: Range;
  /**
   * Cuts each input along its first axis (time) into windows; each window is a vector, with the label of what it was cut from. A rest too short for a window is left out.
   */
  window?: {
    /**
     * Steps in a window.
     */
    size: number;
    /**
     * Steps from one window's start to the next's. `size` by default: no overlap.
     */
    hop?: number;
  };
  /**
   * Resamples an image [height, width, channels] with half-pixel centres, as `tf.image.resize` does.
   */
  resize?: {
    /**
     * Rows of the result.
     */
    height: number;
    /**
     * Columns of the result.
     */
    width: number;
    /**
     * Between the four nearest pixels, or the nearest one.
     */
    method?: 'bilinear' | 'nearest';
  };
  /**
   * Red, green and blue to luma: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
   */
  gray?: true;
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
export interface Regression {
  /**
   * The outputs are the values that are asked for, in their own unit.
   */
  kind: 'regression';
  /**
   * The unit of the values, for reports.
   */
  unit?: string;
}
export interface Anomaly {
  /**
   * Each window has a score, each input file the mean of its windows' scores: the higher, the less normal. Labels: 0 normal, 1 anomalous.
   */
  kind: 'anomaly';
  /**
   * `reconstruction`: the mean squared difference of the model's output from its input, in real values, as MLPerf Tiny's `ad` has it. `output`: the one output is the score.
   */
  score?: 'reconstruction' | 'output';
  /**
   * A file whose score is above it is called anomalous. Needed for top1, precision and recall; rocAuc needs none.
   */
  threshold?: number;
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
   * Of the outputs that the target gave. Needs labels.
   */
  accuracy?: {
    top1?: PercentAtLeast;
    /**
     * Share of the vectors whose class is among the k largest outputs, for each k written.
     */
    topK?: {
      [k: string]: PercentAtLeast;
    };
    /**
     * For each class named: of the inputs taken for it, the share that is of it. By class name or index.
     */
    precision?: {
      [k: string]: PercentAtLeast;
    };
    /**
     * For each class named: of the inputs that are of it, the share taken for it. By class name or index.
     */
    recall?: {
      [k: string]: PercentAtLeast;
    };
    rocAuc?: NumberAtLeast;
    mae?: NumberAtMost;
    rmse?: NumberAtMost;
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
  /**
   * What the DUT draws, each figure by the window that it is of. A measured figure is never judged as a modelled one.
   */
  current?: {
    /**
     * By a meter, on a board.
     */
    measured?: {
      /**
       * Active inference: the marked windows alone.
       */
      inference?: {
        mean?: CurrentAtMost;
        p50?: CurrentAtMost;
        p99?: CurrentAtMost;
        peak?: CurrentAtMost;
      };
      /**
       * Whole periods (measure.current.period), inference and sleep.
       */
      dutyCycle?: {
        mean?: CurrentAtMost;
        p50?: CurrentAtMost;
        p99?: CurrentAtMost;
        peak?: CurrentAtMost;
      };
      /**
       * The whole application, from power-on to the end of the trace.
       */
      application?: {
        mean?: CurrentAtMost;
        p50?: CurrentAtMost;
        p99?: CurrentAtMost;
        peak?: CurrentAtMost;
      };
      /**
       * While the DUT waits, asleep as far as its firmware sleeps.
       */
      sleep?: {
        mean?: CurrentAtMost;
        p50?: CurrentAtMost;
        p99?: CurrentAtMost;
        peak?: CurrentAtMost;
      };
    };
    /**
     * Datasheet currents (currents of the board file) × modelled time, on an emulator that models it.
     */
    modelled?: {
      /**
       * Active inference: the marked windows alone.
       */
      inference?: {
        mean?: CurrentAtMost;
      };
      /**
       * Whole periods (measure.current.period), inference and sleep.
       */
      dutyCycle?: {
        mean?: CurrentAtMost;
      };
      /**
       * While the DUT waits, asleep as far as its firmware sleeps.
       */
      sleep?: {
        mean?: CurrentAtMost;
      };
    };
  };
  /**
   * What one inference takes out of a battery.
   */
  charge?: {
    /**
     * By a meter, on a board.
     */
    measured?: {
      inference?: ChargeAtMost;
      aboveSleep?: ChargeAtMost;
    };
    /**
     * Datasheet currents (currents of the board file) × modelled time, on an emulator that models it.
     */
    modelled?: {
      inference?: ChargeAtMost;
      aboveSleep?: ChargeAtMost;
    };
  };
  /**
   * What one inference takes at the supply that the meter saw.
   */
  energy?: {
    /**
     * By a meter, on a board.
     */
    measured?: {
      inference?: EnergyAtMost;
      aboveSleep?: EnergyAtMost;
    };
    /**
     * Datasheet currents (currents of the board file) × modelled time, on an emulator that models it.
     */
    modelled?: {
      inference?: EnergyAtMost;
      aboveSleep?: EnergyAtMost;
    };
  };
  /**
   * How long a cell lasts at the duty cycle of measure.current.period, by the name of the cell: CR2032, CR2450, AA, LiPo, or one of measure.current.cells.
   */
  battery?: {
    /**
     * By a meter, on a board.
     */
    measured?: {
      [k: string]: LifeAtLeast;
    };
    /**
     * Datasheet currents (currents of the board file) × modelled time, on an emulator that models it.
     */
    modelled?: {
      [k: string]: LifeAtLeast;
    };
  };
  /**
   * Bytes that the firmware sends on its telemetry channel against the raw data of the same inputs.
   */
  uplink?: {
    saved?: PercentAtLeast;
  };
  /**
   * Of figures in the log of firmware that only prints, by their name: inference_ticks, confidence_percent, arena_bytes, … or a group of log.metrics.
   */
  metrics?: {
    [k: string]: MetricBounds;
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
/**
 * Of all that the log tells under this name.
 */
export interface MetricBounds {
  min?: MetricBound;
  median?: MetricBound;
  p90?: MetricBound;
  p99?: MetricBound;
  max?: MetricBound;
  mean?: MetricBound;
  last?: MetricBound;
  sum?: MetricBound;
  count?: MetricBound;
}
export interface UartDrop {
  /**
   * Bytes vanish on the UART, in both directions, once the model is in place. Tensors take the UART then.
   */
  fault: 'uart-drop';
  rate: ByteRate;
  /**
   * detected: it was noticed, and no wrong output was taken for right. recovered: every vector was answered after the repair, in time. same-output: recovered, and every output is that of the undisturbed boot to the bit.
   */
  expect: 'detected' | 'recovered' | 'same-output';
  vectors?: TrialVectors;
  timeout?: Duration;
  optional?: Optional;
}
export interface UartFlip {
  /**
   * A bit of a byte flips on the UART, in both directions, once the model is in place. Tensors take the UART then.
   */
  fault: 'uart-flip';
  rate: ByteRate;
  /**
   * detected: it was noticed, and no wrong output was taken for right. recovered: every vector was answered after the repair, in time. same-output: recovered, and every output is that of the undisturbed boot to the bit.
   */
  expect: 'detected' | 'recovered' | 'same-output';
  vectors?: TrialVectors;
  timeout?: Duration;
  optional?: Optional;
}
export interface UartDelay {
  /**
   * A byte comes late on the UART, and all that follow it, in both directions, once the model is in place. Tensors take the UART then.
   */
  fault: 'uart-delay';
  rate: ByteRate;
  by: Duration;
  /**
   * recovered: every vector was answered after the repair, in time. same-output: recovered, and every output is that of the undisturbed boot to the bit.
   */
  expect: 'recovered' | 'same-output';
  vectors?: TrialVectors;
  timeout?: Duration;
  optional?: Optional;
}
export interface PowerCycle {
  /**
   * The power goes while the core computes, and comes back: all but flash is lost. Then the firmware has to be found again, with its model or without.
   */
  fault: 'power-cycle';
  /**
   * Whose inference is cut off: a vector's number, from 0.
   */
  vector?: number;
  /**
   * detected: it was noticed, and no wrong output was taken for right. recovered: every vector was answered after the repair, in time. same-output: recovered, and every output is that of the undisturbed boot to the bit.
   */
  expect: 'detected' | 'recovered' | 'same-output';
  vectors?: TrialVectors;
  timeout?: Duration;
  optional?: Optional;
}
export interface ModelBit {
  /**
   * A bit of the model flips in the target's memory, after it was loaded and proved. The repair is to load it again.
   */
  fault: 'model-bit';
  /**
   * Its number in the model file, from 0: bit 8 is the lowest of the second byte.
   */
  bit: number;
  /**
   * detected: it was noticed, and no wrong output was taken for right. recovered: every vector was answered after the repair, in time. same-output: recovered, and every output is that of the undisturbed boot to the bit.
   */
  expect: 'detected' | 'recovered' | 'same-output';
  vectors?: TrialVectors;
  timeout?: Duration;
  optional?: Optional;
}
/**
 * For firmware that only prints (protocol: log): what is read out of its log, and when that ends. The lines of TFLM's profilers, Edge Impulse, ESP-IDF, Zephyr, Mbed, ST, MLonMCU and others are known without any pattern, and so are crashes. A suite with it needs no model and no vectors.
 */
export interface Log {
  until?: Pattern;
  for?: Duration;
  /**
   * After so many inferences the session ends: lines with the time of one (a metric that begins with inference_), its scores, its confidence, or its profile.
   */
  inferences?: number;
  metrics?: Patterns;
  fail?: Patterns;
  ignore?: Patterns;
  uplink?: Pattern;
  /**
   * What the log has to say of who runs: app_version, project_name and elf_sha256 (ESP-IDF), git_sha, model_sha1 and output_crc32 (TFLM), or a group of metrics. `image`: the SHA-256 or the build id of the firmware's ELF file. Another one is broken.
   */
  identity?: {
    [k: string]: string;
  };
  /**
   * How fast the timer counts whose ticks the log tells. Without it: the board file's `ticks`. Without either, ticks stay ticks.
   */
  rate?: string;
  /**
   * The firmware runs the suite's vectors, each once and in their order: its n-th scores are of the n-th vector. Only then is accuracy judged.
   */
  runsVectors?: true;
}
