import type { Basis } from '../units.ts';

/**
 * failed: the firmware's fault. broken: the rig's. inconclusive: too little evidence. skipped: not measured.
 * In this order of precedence for a case; skipped only when every verdict is.
 */
export const statuses = ['broken', 'failed', 'inconclusive', 'passed', 'skipped'] as const;
export type Status = (typeof statuses)[number];

/** One budget judged. `measured` and `limit` are in `unit`; `measured` is null where nothing conclusive was measured. */
export interface Verdict {
  /** The budget's path in the suite, or a check the harness makes itself: `rig.session`, `rig.tickCounter`, `firmware.session`. */
  readonly budget: string;
  readonly status: Status;
  readonly measured: number | null;
  readonly relation: '<=' | '>=' | null;
  readonly limit: number | null;
  readonly unit: string;
  readonly basis: Basis | null;
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
  /** Folder of the recording, relative to results.json; null when nothing was recorded. */
  readonly recording: string | null;
  readonly startedAt: string;
  readonly durationMs: number;
}

/** What was measured, whether or not a budget asks for it. A metric that was not measured is absent. */
export interface Metrics {
  readonly vectors: number;
  readonly latency?: LatencyMetrics;
  readonly operators?: readonly OperatorMetrics[];
  readonly golden?: GoldenMetrics;
  readonly accuracy?: AccuracyMetrics;
  readonly memory?: MemoryMetrics;
  readonly emulation?: { readonly instructions: number; readonly busyMs: number };
}

/** The median ticks of one operator over the profiled inferences; `macs` are its multiply-accumulates, where it has any. */
export interface OperatorMetrics {
  readonly index: number;
  readonly name: string;
  readonly ticks: number;
  readonly macs?: number;
}

/** `ticks` [inferences] in the order measured; the percentiles are in `unit`. */
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

/** Accuracy of the DUT's outputs in percent; host figures are over every vector. `confusion[actual][predicted]` are counts. */
export interface AccuracyMetrics {
  readonly top1: number;
  readonly correct: number;
  readonly judged: number;
  readonly goldenTop1?: number;
  readonly floatTop1?: number;
  /** floatTop1 − goldenTop1, in percentage points. */
  readonly lossVsFloatPp?: number;
  readonly classes: readonly string[];
  readonly confusion: readonly (readonly number[])[];
}

export interface MemoryMetrics {
  readonly arenaBytes?: number;
  readonly stackBytes?: number;
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
  readonly imageSha256?: string;
  readonly modelSha256: string;
  readonly vectorsSha256: string;
}
