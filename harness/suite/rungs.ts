import type { Board, Rung } from './board.ts';

/** What is tried with a board that does not answer, in this order: what its file names, else whatever something stands behind. */
export function rungsInFile({ reset }: Pick<Board, 'reset'>): readonly Rung[] {
  return reset.length > 0 ? reset : ['soft', 'lines', 'probe', 'power'];
}

/** The tools that can reset a board, not only write into it. */
export const resettingTools: readonly string[] = ['openocd', 'probe-rs', 'esptool', 'st-flash', 'jlink'];
