import type { MarkSample } from '../recording/recording.ts';
import type { TraceFacts } from '../recording/trace.ts';
import type { CurrentWindow } from '../suite/suite.ts';

/** What a trace tells of a case, ready to be judged: places, validity and figures, and no sample. */
export interface CurrentEvidence {
  readonly facts: TraceFacts;
  readonly samples: number;
  /** Whether a host has asked for inferences, placed or not; else the firmware paces itself, or somebody has kept a capture of it. */
  readonly isAsked: boolean;
  /** Why no figure may be taken from it, with the place; each is the rig's fault. */
  readonly faults: readonly TraceFault[];
  /** What to know of it that takes no figure away. */
  readonly doubts: readonly string[];
  /** How the meter's clock runs against the host's and the DUT's; absent where there were no marks. */
  readonly clock?: ClockFit;
  /** Each marked window in which the DUT inferred. */
  readonly inferences: readonly InferenceWindow[];
  /** The DUT waited, asleep as far as its firmware sleeps. */
  readonly sleep?: CurrentFigures;
  /** Whole periods, each from the begin of one inference to that of the next. */
  readonly dutyCycle?: DutyCycle;
  /** From the DUT's power-on, once its capacitors are charged, or the first sample, to the last. */
  readonly application?: CurrentFigures;
}

/**
 * `sample` is where, when it is one place. `spoils`: only these may not be taken; absent: none may. What is spoilt has its place in the evidence,
 * and no figure: one that must not be judged is not there to be judged.
 */
export interface TraceFault {
  readonly check:
    | 'rate'
    | 'gaps'
    | 'saturation'
    | 'impossible'
    | 'edges'
    | 'windows'
    | 'idle'
    | 'supply'
    | 'probe'
    | 'clock'
    | 'meter';
  readonly what: string;
  readonly sample?: number;
  readonly spoils?: readonly Spoilt[];
}

/** Figures that a fault may take away: of a stretch, or all energies, or all currents and charges. */
export type Spoilt = CurrentWindow | 'energy' | 'current';

/** host time = offset + meter time × (1 + driftPpm / 10⁶). */
export interface ClockFit {
  /** By the pulses in all marks; by when samples arrived, where there are no pulses. */
  readonly by: 'marks' | 'anchors';
  /** Marks or anchors that it was fitted over. */
  readonly marks: number;
  readonly driftPpm: number;
  /** The standard error of the drift; absent where it is not estimated. */
  readonly errorPpm?: number;
  /** The root mean square of what the fit leaves. */
  readonly residualMs: number;
  /** By how much the DUT's second is longer than the meter's: the median over all windows that have ticks, and edges. */
  readonly dutPpm?: number;
}

/**
 * A stretch of a trace in figures. Currents in mA, percentiles by linear interpolation between order statistics, as numpy's default. Of a
 * trace of energy there are currents and charge where the supply is known, of one of current there is energy.
 */
export interface CurrentFigures {
  /** First sample, and the one after the last. */
  readonly first: number;
  readonly end: number;
  readonly durationUs: number;
  readonly meanMa?: number;
  readonly p50Ma?: number;
  readonly p99Ma?: number;
  readonly peakMa?: number;
  readonly chargeUc?: number;
  readonly energyUj?: number;
}

export interface DutyCycle extends CurrentFigures {
  readonly periods: number;
  readonly periodUs: number;
  /** How far off each end may be. */
  readonly uncertaintyUs: number;
}

/** One marked window. */
export interface InferenceWindow extends CurrentFigures {
  /** Absent where no host has asked for it: of firmware that only prints, or of a file. */
  readonly purpose?: MarkSample['purpose'];
  readonly boot: number;
  /** Its place in their order, where `purpose` is absent. */
  readonly vector: number;
  /** So many inferences of one input, one after the other. */
  readonly runs: number;
  /** What the DUT counted in it, by its own timer; absent where its firmware cannot say. */
  readonly ticks?: number;
  /** By the DUT's timer, all of the window; absent where it counts nothing in time. */
  readonly dutUs?: number;
  readonly by: 'edges' | 'uart' | 'file';
  /** How far off each end may be. */
  readonly uncertaintyUs: number;
}
