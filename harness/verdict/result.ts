import type { MeterFacts } from '../recording/trace.ts';
import type { Cell, CurrentBasis } from '../suite/suite.ts';
import type { ClockFit } from '../trace/evidence.ts';
import type { Basis } from '../units.ts';

/**
 * failed: the firmware's fault. broken: the rig's. inconclusive: too little evidence. skipped: not measured.
 * In this order of precedence for a case; skipped only when every verdict is.
 */
export const statuses = ['broken', 'failed', 'inconclusive', 'passed', 'skipped'] as const;
export type Status = (typeof statuses)[number];

/** One budget judged. `measured` and `limit` are in `unit`; `measured` is null where there is no figure. */
export interface Verdict {
  /** The budget's path in the suite, or a check the harness makes itself: `rig.session`, `rig.tickCounter`, `rig.trace`, `firmware.session`. */
  readonly budget: string;
  readonly status: Status;
  readonly measured: number | null;
  readonly relation: '<=' | '>=' | null;
  readonly limit: number | null;
  readonly unit: string;
  /** What the ticks behind it count, or whether a current was measured or modelled; null where it is of neither. */
  readonly basis: Basis | CurrentBasis | null;
  readonly optional: boolean;
  /** A sentence with both numbers, their units and, for a failure, where to look. */
  readonly reason: string;
}

/** One suite on one target, judged. */
export interface CaseResult {
  readonly suite: string;
  readonly target: string;
  readonly status: Status;
  readonly verdicts: readonly Verdict[];
  readonly metrics: Metrics;
  /** Doubts about the figures that change no verdict. */
  readonly warnings: readonly string[];
  readonly provenance: Provenance;
  /** What was done to a board of silicon besides talking to it, in this order; absent of emulators. */
  readonly rig?: readonly RigStep[];
  /** Attempts at this case that broke before the one that is judged; absent where there was none. */
  readonly attempts?: readonly BrokenAttempt[];
  /** Folder of the recording, relative to results.json; null when nothing was recorded. */
  readonly recording: string | null;
  readonly startedAt: string;
  readonly durationMs: number;
}

/** One thing done to a board, and whether it then answered as it should. `ms` is what it took by itself. */
export interface RigStep {
  readonly boot: number;
  readonly step: 'found' | 'verify' | 'flash' | 'soft' | 'lines' | 'probe' | 'power' | 'meter';
  readonly worked: boolean;
  readonly ms: number;
  readonly detail: string;
}

/** A measurement that a fault of the rig has cut short. */
export interface BrokenAttempt {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly reason: string;
}

/** What was measured, whether or not a budget asks for it. A metric that was not measured is absent. */
export interface Metrics {
  readonly vectors: number;
  readonly latency?: LatencyMetrics;
  readonly windows?: WindowMetrics;
  readonly operators?: readonly OperatorMetrics[];
  readonly golden?: GoldenMetrics;
  readonly accuracy?: AccuracyMetrics;
  readonly roc?: RocMetrics;
  readonly regression?: RegressionMetrics;
  readonly anomaly?: AnomalyMetrics;
  readonly memory?: MemoryMetrics;
  readonly link?: LinkMetrics;
  readonly emulation?: { readonly instructions: number; readonly busyMs: number };
  /** By a meter; absent where none was there, and without figures where its trace cannot be trusted. */
  readonly current?: CurrentMetrics;
  /** By datasheet, on a target that models time. */
  readonly modelled?: ModelledMetrics;
  /** Of each known cell, and each that the suite describes; absent where no duty cycle is known. */
  readonly battery?: readonly BatteryMetrics[];
  readonly uplink?: UplinkMetrics;
  /** Of firmware that only prints. */
  readonly log?: LogMetrics;
}

/** A figure, and between what the true one lies by the meter's accuracy; without an interval where nobody has said how good that is. */
export interface IntervalFigure {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** What a meter has shown. Currents in mA, charge in µC, energy in µJ. */
export interface CurrentMetrics {
  readonly basis: 'measured';
  readonly samples: number;
  readonly rateHz: number;
  /** `runs`: inferences in them. */
  readonly inference?: WindowCurrent & { readonly runs: number };
  readonly dutyCycle?: WindowCurrent & { readonly periodUs: number };
  readonly application?: WindowCurrent;
  readonly sleep?: WindowCurrent;
  readonly charge?: PerInference;
  readonly energy?: PerInference;
  /** How its windows were found: the loosest of them. */
  readonly placed?: { readonly by: 'edges' | 'uart' | 'file'; readonly uncertaintyUs: number };
  /** How the meter's clock runs against the host's and the DUT's. */
  readonly clock?: ClockFit;
  /** Ticks and meter on how long a window lasts; absent where the firmware counts nothing in time. */
  readonly lengths?: LengthMetrics;
}

/** The current in windows of one kind. Of several windows: the mean by time, and of percentiles and peaks the largest that one of them has. */
export interface WindowCurrent {
  readonly windows: number;
  readonly durationUs: number;
  readonly mean?: IntervalFigure;
  readonly p50?: IntervalFigure;
  readonly p99?: IntervalFigure;
  readonly peak?: IntervalFigure;
}

/** By the inference, with what the DUT would have drawn asleep and without. */
export interface PerInference {
  readonly inference: InferenceFigures;
  readonly aboveSleep?: InferenceFigures;
}

/** Over marked windows; of one with several inferences its share. The interval is of the mean. Percentiles are by nearest rank. */
export interface InferenceFigures {
  readonly min: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
  readonly low?: number;
  readonly high?: number;
  /** [windows], in the order measured. */
  readonly values: readonly number[];
}

/** `percent` is how far the two are apart in the window where that is most, `allowedPercent` what may be there. */
export interface LengthMetrics {
  readonly windows: number;
  readonly disagreeing: number;
  readonly percent: number;
  readonly allowedPercent: number;
  readonly boot: number;
  readonly vector: number;
  readonly dutUs: number;
  readonly meterUs: number;
}

/** Datasheet currents × modelled time by state. Currents in mA, charge in µC, energy in µJ. */
export interface ModelledMetrics {
  readonly basis: 'modelled';
  /** What was multiplied: states of the chip with the datasheet that says so. */
  readonly currents: readonly ModelledCurrent[];
  /** Mean of all inferences. */
  readonly inferenceUs: number;
  /** Absent, as charge and energy, where the board file names no current of `run`. */
  readonly inference?: { readonly mean: number };
  readonly dutyCycle?: { readonly mean: number; readonly periodUs: number };
  readonly sleep?: { readonly mean: number };
  readonly charge?: PerInference;
  /** Absent, too, where the board file names no supply. */
  readonly energy?: PerInference;
  readonly supplyMv?: number;
}

/** `isUsed`: whether a time of this state was modelled. */
export interface ModelledCurrent {
  readonly state: string;
  readonly currentMa: number;
  readonly of: string;
  readonly isUsed: boolean;
}

/** How long a cell lasts: computed, never measured. */
export interface BatteryMetrics extends Cell {
  readonly cell: string;
  readonly basis: CurrentBasis;
  /** Null where the cell cannot give the peak. */
  readonly lifeDays: number | null;
  readonly lowDays?: number;
  readonly highDays?: number;
  /** `charge`: capacity, load and self-discharge. `shelf`: it would last longer than the cell keeps. `pulse`: the peak is more than it gives. */
  readonly limitedBy: 'charge' | 'shelf' | 'pulse';
  /**
   * The mean current it is of. `dutyCycle`: whole periods that were measured. `computed`: an inference, and sleep for the rest of a period. `application`: of
   * firmware that nobody asks for inferences all that was measured, at a period of its own.
   */
  readonly meanMa: number;
  readonly from: 'dutyCycle' | 'computed' | 'application';
  /** Absent of an application. */
  readonly periodUs?: number;
  /** The largest current that was seen, or modelled. */
  readonly peakMa?: number;
}

/** Bytes on the telemetry channel against the raw data of the same inputs. */
export interface UplinkMetrics {
  readonly inputs: number;
  readonly messages: number;
  readonly sentBytes: number;
  readonly rawBytes: number;
  /** The share of the raw data that was not sent, in percent; negative where more was sent. */
  readonly savedPercent: number;
}

/** What a log told. */
export interface LogMetrics {
  readonly lines: number;
  readonly bytes: number;
  readonly failures: number;
  readonly warnings: number;
  /** In the order in which they first came. */
  readonly figures: readonly LogFigure[];
  /** Who runs, as the log says: `app_version`, `git_sha`, … */
  readonly facts: Readonly<Record<string, string>>;
}

/** All values of a name, in its base unit. Percentiles are by nearest rank, of as many values as were kept. */
export interface LogFigure {
  readonly name: string;
  readonly unit: string;
  readonly count: number;
  readonly min: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
  readonly last: number;
  readonly sum: number;
  /** How many values the percentiles are of, where not of all. */
  readonly kept?: number;
}

/** The median ticks of one operator over the profiled inferences; `macs` are its multiply-accumulates, where it has any. */
export interface OperatorMetrics {
  readonly index: number;
  readonly name: string;
  readonly ticks: number;
  readonly macs?: number;
}

/** `ticks` [inferences] in the order measured; the percentiles are in `unit`. Of windows of many: of each, by the inference. */
export interface LatencyMetrics {
  readonly basis: Basis;
  readonly tickHz: number;
  readonly unit: 'µs' | 'cycles' | 'instructions';
  readonly count: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
  readonly ticks: readonly number[];
}

/** Timed windows of firmware that times itself (MLPerf Tiny), by its own clock in µs, as it printed them. */
export interface WindowMetrics {
  readonly windows: readonly {
    readonly vector: number;
    readonly iterations: number;
    readonly warmups: number;
    readonly elapsedUs: number;
  }[];
  /** Inferences a second: the median over windows of iterations by what they took, printing included. */
  readonly medianThroughput: number;
  /** What the printing within a window takes of it, estimated from windows of N and of 2N inferences; no figure is corrected by it. */
  readonly printUs?: number;
}

/** What the link did, over all boots. All of it was repaired, or the session is broken. */
export interface LinkMetrics {
  readonly requests: number;
  readonly repeats: number;
  readonly lostFrames: number;
  readonly damagedFrames: number;
  readonly droppedFrames?: number;
  readonly leastDataBytes: number;
  /** Inferences whose ticks may be too many, since bytes from the host arrived in their window, or may have. */
  readonly disturbedWindows: number;
}

export interface GoldenMetrics {
  readonly maxDiffLsb: number;
  readonly differingVectors: number;
  /** Vectors whose output was not the same in every inference of them; absent when each was measured once. */
  readonly unstableVectors?: number;
  /** The first few vectors that differ, each at its worst element. */
  readonly differences: readonly GoldenDifference[];
}

/** `element` counts over all output tensors, end to end. Values are codes, not dequantized; null is a float that is not finite. */
export interface GoldenDifference {
  readonly vector: number;
  readonly element: number;
  readonly expected: number | null;
  readonly actual: number | null;
  /** Between the two; for float32 in units of the last place. */
  readonly diffLsb: number;
  readonly differingElements: number;
}

/**
 * How often the DUT's outputs name the right class, in percent: of classification, binary and, with a threshold, anomaly tasks. Figures
 * of golden and float are the host's, over every vector.
 */
export interface AccuracyMetrics {
  /** What is counted once each: vectors, or the inputs (files) that an anomaly task's windows were cut from. */
  readonly of: 'vectors' | 'inputs';
  readonly top1: number;
  readonly correct: number;
  readonly judged: number;
  readonly goldenTop1?: number;
  readonly floatTop1?: number;
  /** floatTop1 − goldenTop1, in percentage points. */
  readonly lossVsFloatPp?: number;
  /** By k, from 1 to 5 below the number of classes: the share whose right class is among the k largest outputs. Classification only. */
  readonly topK?: Readonly<Record<string, number>>;
  readonly classes: readonly string[];
  /** By class index. */
  readonly perClass: readonly ClassMetrics[];
  /** `confusion[actual][predicted]` are counts. */
  readonly confusion: readonly (readonly number[])[];
}

/** One class against all others, in percent; null where a share has nothing to be a share of. */
export interface ClassMetrics {
  readonly name: string;
  /** How many are of the class, and how many were taken for it. */
  readonly support: number;
  readonly predicted: number;
  /** Of those taken for it, the share that is of it. */
  readonly precision: number | null;
  /** Of those that are of it, the share taken for it. */
  readonly recall: number | null;
  /** The harmonic mean of both: 2 × right / (support + predicted). */
  readonly f1: number | null;
}

/** How well scores tell class 1 (positive) from class 0, whatever the threshold: of binary and anomaly tasks. */
export interface RocMetrics {
  /** 0…1: the share of pairs of a positive and a negative in which the positive scores higher; equal scores count half. */
  readonly auc: number;
  readonly goldenAuc?: number;
  readonly floatAuc?: number;
  readonly positives: number;
  readonly negatives: number;
  /** The corners of the curve from (0, 0) to (1, 1), at most 200. */
  readonly points: readonly RocPoint[];
  /** Where the task's threshold lies on the curve. */
  readonly atThreshold?: RocPoint;
}

/** Shares from 0 to 1. `score` is the lowest that is still called positive; null before the first, and for one that is not finite. */
export interface RocPoint {
  readonly score: number | null;
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

/** Errors over all output elements of all measured vectors, in the values' own unit. */
export interface RegressionMetrics extends ErrorMetrics {
  /** The unit of the values, where the task names one. */
  readonly unit?: string;
  readonly judged: number;
  /** The mean of actual − expected: what all answers are too high by. */
  readonly bias: number;
  /** Of the host's golden and of the float twin, over every vector. */
  readonly golden?: ErrorMetrics;
  readonly float?: ErrorMetrics;
  /** The element that is farthest off. */
  readonly worst: RegressionPair;
  /** For a picture: at most 500, evenly out of all, in the order of vectors. */
  readonly pairs: readonly RegressionPair[];
}

export interface ErrorMetrics {
  readonly mae: number;
  readonly rmse: number;
}

/** One output element beside the right one. */
export interface RegressionPair {
  readonly vector: number;
  readonly element: number;
  readonly expected: number;
  readonly actual: number;
}

/** The score of each input; how well they tell anomalies is in `roc` and, with a threshold, in `accuracy`. */
export interface AnomalyMetrics {
  readonly score: 'reconstruction' | 'output';
  readonly threshold?: number;
  /** How many were scored. */
  readonly inputs: number;
  /** For a picture: at most 1000, evenly out of all, in their order. */
  readonly scores: readonly InputScore[];
}

/** `score` is the mean over the input's windows; null when not finite. */
export interface InputScore {
  readonly name: string;
  readonly windows: number;
  /** 1 is anomalous, 0 normal. */
  readonly label: number;
  readonly score: number | null;
}

export interface MemoryMetrics {
  readonly arenaBytes?: number;
  readonly stackBytes?: number;
  /** What is set aside for them: by the DUT's own word, else by the image's symbols. */
  readonly arenaReservedBytes?: number;
  readonly stackReservedBytes?: number;
  readonly flashBytes?: number;
  readonly ramBytes?: number;
  readonly weightBytes?: number;
  readonly floatWeightBytes?: number;
}

/** What the figures belong to. Ticks and arena bytes are this runtime's, not another's. */
export interface Provenance {
  readonly board: string;
  readonly mcu: string;
  readonly core: string;
  readonly clockHz: number;
  readonly basis: Basis;
  readonly emulator?: string;
  readonly runtime?: string;
  readonly buildId?: string;
  readonly unit?: string;
  readonly tickSource?: string;
  /** What firmware of MLPerf Tiny says of itself; it has no build id. */
  readonly mlperf?: {
    readonly vendor: string;
    readonly profile: string;
    readonly modelId: string;
    readonly timestamps: 'performance' | 'energy';
  };
  readonly imageSha256?: string;
  /** The file's name, and whether it is the user's own firmware. */
  readonly imageFile?: string;
  readonly isOwnImage?: boolean;
  /** Of a board of silicon: its port's own name, what writes its flash, and how it is known that the image runs there. */
  readonly port?: string;
  readonly flasher?: string;
  readonly proof?: string;
  /** The way that each took into the DUT: an emulator's back door, or the UART. */
  readonly carried?: { readonly model?: 'memory' | 'uart'; readonly tensors?: 'memory' | 'uart' };
  /** What measured the current, and what it was supplied with. */
  readonly meter?: Omit<MeterFacts, 'lines' | 'mostMa'> & { readonly supplyMv?: number };
  /** Absent where the suite knows none. */
  readonly modelSha256?: string;
  readonly vectorsSha256?: string;
}
