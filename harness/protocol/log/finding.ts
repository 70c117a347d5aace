import type { Unit } from '../../units.ts';
import type { Line } from './line.ts';

/** Something that a log says, and in which of its lines. Values are in `unit`, a base unit. */
export type Finding = Metric | Operators | Scores | Fact | Message | Alarm | Crash | BootLine | EndLine;

export interface Metric {
  readonly kind: 'metric';
  /** Its unit ends it, as in `inference_ticks`: what budgets name it by. */
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  readonly line: number;
}

/** One profile of a model, operator by operator. */
export interface Operators {
  readonly kind: 'operators';
  readonly operators: readonly { readonly name: string; readonly ticks: number }[];
  readonly line: number;
}

/** What one inference says of each class, in the order printed. */
export interface Scores {
  readonly kind: 'scores';
  readonly scores: readonly (readonly [label: string, score: number])[];
  readonly line: number;
}

/** Who runs: a version, a hash. */
export interface Fact {
  readonly kind: 'fact';
  readonly name: string;
  readonly text: string;
  readonly line: number;
}

/** What was sent on the telemetry channel. */
export interface Message {
  readonly kind: 'message';
  readonly bytes: number;
  readonly line: number;
}

/** A line that must not be there, or one that is counted. `pattern` is what it was recognised by. */
export type Alarm = AlarmOf<'fail'> | AlarmOf<'warning'>;

interface AlarmOf<Kind> {
  readonly kind: Kind;
  readonly pattern: string;
  readonly text: string;
  readonly line: number;
}

/** A crash with its dump: `text` has every line of it as it came, up to a bound; `line` is its first. */
export interface Crash {
  readonly kind: 'crash';
  readonly what: string;
  readonly text: string;
  readonly line: number;
  readonly lines: number;
}

/** The firmware began anew; `cause` where the chip tells it. */
export interface BootLine {
  readonly kind: 'boot';
  readonly cause?: string;
  readonly line: number;
}

/** The program says that it is done. */
export interface EndLine {
  readonly kind: 'end';
  readonly line: number;
}

/** Reads lines of one form, which may belong together. */
export interface Reader {
  /** What a line tells; undefined when it is none of this form. */
  see(line: Line): readonly Finding[] | undefined;
  /** What the lines so far come to, once another kind of line has come. */
  close(): readonly Finding[];
}
