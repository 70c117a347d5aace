import type { Basis } from '../units.ts';
import type { BoardFile } from './board-file.generated.ts';

/** A parsed board file: one target, emulated or real. Sizes in bytes, rates in Hz, paths absolute. */
export interface Board {
  readonly name: string;
  readonly file: string;
  readonly title: string;
  readonly mcu: string;
  readonly core: string;
  readonly clockHz: number;
  readonly basis: Basis;
  /** Paths in it are absolute. */
  readonly target: Readonly<BoardFile['target']>;
  readonly memory: { readonly flashBytes: number; readonly ramBytes: number };
  /** The prebuilt reference firmware for this board (ELF). */
  readonly firmware: string;
}
