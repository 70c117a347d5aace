import type { Board } from '../suite/board.ts';
import type { Suite } from '../suite/suite.ts';

/** What a case costs: the more of it, the later its turn. */
export interface Work {
  readonly suite: Pick<Suite, 'measure' | 'robustness'>;
  readonly board: Pick<Board, 'target'>;
  readonly vectors: number;
  /** Of the whole case, one boot. */
  readonly macs: number;
  /** Of the model and of all inputs, which a board gets over its line. @default none */
  readonly bytes?: number;
}

/** Seconds that a case takes, as far as that can be told before: it orders the plan, and the first estimate of a run is made of it. */
export function costOf({ suite, board, vectors, macs, bytes = 0 }: Work): number {
  const { startS, macsPerS } = paces[board.target.kind];
  const answersS = vectors * vectorS + macs / macsPerS + lineS(board.target, bytes);
  const trialsS = suite.robustness.map(trial => startS + answersS * Math.min(1, trial.vectors / vectors));
  return trialsS.reduce((sum, trialS) => sum + trialS, (startS + answersS) * suite.measure.boots);
}

/** Ten bits a byte. An emulator's back door takes no time. */
function lineS(target: Board['target'], bytes: number): number {
  return target.kind === 'serial' ? (10 * bytes) / (target.baud ?? 115_200) : 0;
}

/** What a vector costs besides its inference: the input, the answer, the recording. */
const vectorS = 0.001;

/** By kind of target: until the first inference, and then. Measured with the reference firmware on two cores of 2026; only their proportions matter. */
const paces: Readonly<Record<Board['target']['kind'], { readonly startS: number; readonly macsPerS: number }>> = {
  qemu: { startS: 0.15, macsPerS: 140e6 },
  'esp-qemu': { startS: 1, macsPerS: 100e6 }, // a guess
  renode: { startS: 3.5, macsPerS: 100e6 },
  rp2040js: { startS: 0.8, macsPerS: 32e6 },
  serial: { startS: 5, macsPerS: 10e6 }, // a guess: boards differ, and some have to be flashed
};
