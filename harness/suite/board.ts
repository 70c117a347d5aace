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
  /** The prebuilt reference firmware for this board (ELF). Absent where there is none: then the suite names its own. */
  readonly firmware?: string;
  /** What the firmware speaks, unless the suite says otherwise. */
  readonly protocol: ProtocolName;
  /** The timer that the firmware has to announce. */
  readonly ticks?: { readonly source: string; readonly rateHz: number };
  /** The name that its firmware announces, and the chip's own serial number; what is absent is not asked for. */
  readonly announces?: string;
  readonly unit?: string;
  /** Paths in it are absolute. */
  readonly flasher?: Readonly<NonNullable<BoardFile['flasher']>>;
  /** The rungs of the reset ladder, in this order. */
  readonly reset: readonly Rung[];
  readonly power?: Readonly<NonNullable<BoardFile['power']>>;
  readonly supplyMv?: number;
  /** A port that hears what the firmware sends to its radio. */
  readonly telemetry?: { readonly port: SerialPlace['port']; readonly baud: number };
  /** Where a current meter goes. */
  readonly meter?: { readonly at: string } & Partial<BoardMeter>;
  /** Typical currents by state of the chip; `of` is the datasheet's table. */
  readonly currents: Readonly<Record<string, { readonly currentMa: number; readonly of: string }>>;
}

/** The current meter of a board on a desk that has one. */
export interface BoardMeter {
  readonly kind: 'ppk2' | 'lpm01a';
  /** Absent: the one of its kind that is plugged in. */
  readonly port?: SerialPlace['port'];
  readonly mode: 'source' | 'ampere';
  /** Which digital input, 0 to 7, sees the firmware's marker pin, and its level in a window. */
  readonly marker?: { readonly line: number; readonly active: 'high' | 'low' };
  readonly rateHz?: number;
  /** Absent: what suits the board's firmware. */
  readonly output?: 'current' | 'energy';
  readonly idleAtMostMa?: number;
  /** By whoever has compared it: ± (reading × percent / 100 + offsetMa). */
  readonly accuracy?: { readonly percent: number; readonly offsetMa: number; readonly of: string };
}

export type ProtocolName = NonNullable<BoardFile['protocol']>;

/** What is tried when a board does not answer. */
export type Rung = NonNullable<BoardFile['reset']>[number];

/** A board of silicon, by a serial port. */
export type SerialPlace = Extract<BoardFile['target'], { readonly kind: 'serial' }>;
