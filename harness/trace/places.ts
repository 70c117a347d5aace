import type { Recording } from '../recording/recording.ts';
import type { TraceEvent, TraceFacts } from '../recording/trace.ts';
import type { Board } from '../suite/board.ts';
import type { Line } from './clock.ts';
import type { ClockFit, InferenceWindow } from './evidence.ts';
import type { Finding } from './finding.ts';

/** What windows are placed in. */
export interface Placing {
  readonly facts: TraceFacts;
  readonly samples: number;
  readonly events: readonly TraceEvent[];
  readonly recording: Recording;
  readonly board: Board;
}

/** A window with its place, and no figure yet. */
export type Placed = Pick<
  InferenceWindow,
  'first' | 'end' | 'purpose' | 'boot' | 'vector' | 'runs' | 'ticks' | 'dutUs' | 'by' | 'uncertaintyUs'
>;

/** A clock, and how far off it may be. */
export interface PlacingClock {
  readonly line: Line;
  readonly uncertaintyMs: number;
}

/** Every request's window that has a place, and what is wrong with the others. */
export interface PlacedRequests {
  readonly windows: readonly Placed[];
  readonly findings: readonly Finding[];
  readonly fit?: ClockFit;
  /** Absent where nothing tells the host's time. */
  readonly clock?: PlacingClock;
}

/** Everything that figures are taken of. */
export interface Places extends Pick<PlacedRequests, 'findings' | 'fit'> {
  readonly inferences: readonly Placed[];
  /** Each time that the DUT was left alone. */
  readonly idle: readonly Stretch[];
  readonly dutyCycle?: Periods;
  readonly application: Stretch;
}

/** Samples from `first` on, `end` not included. */
export interface Stretch {
  readonly first: number;
  readonly end: number;
}

/** Whole ones, one after the other. */
export interface Periods extends Stretch {
  /** How far off each end may be. */
  readonly uncertaintyUs: number;
  readonly periods: number;
}

/** A window has to last so many times what its ends may be off: then a figure of it is off by 2 % at most, and mostly by far less. */
export const leastLengths = 100;
