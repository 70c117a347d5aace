import type { TraceFacts } from '../recording/trace.ts';

/** What a trace tells of a case, ready to be judged: places, validity and figures, and no sample. */
export interface CurrentEvidence {
  readonly facts: TraceFacts;
  readonly samples: number;
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
  readonly dutyCycle?: CurrentFigures & { readonly periods: number; readonly periodUs: number };
  /** From the DUT's power-on, or the first sample, to the last. */
  readonly application?: CurrentFigures;
}

/** `sample` is where, when it is one place. */
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
}

/** host time = offset + meter time × (1 + driftPpm / 10⁶), fitted over all marks. */
export interface ClockFit {
  readonly marks: number;
  readonly driftPpm: number;
  /** The root mean square of what the fit leaves. */
  readonly residualMs: number;
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

/** One marked window. `purpose` as its sample in the recording has it. */
export interface InferenceWindow extends CurrentFigures {
  readonly boot: number;
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
