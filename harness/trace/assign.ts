import type { MarkSample } from '../recording/recording.ts';
import { hostOf, type Line } from './clock.ts';
import type { Pulse } from './pulses.ts';

/**
 * What a mark has to hold: one pulse; two edges (pulses of no length); or two edges that are the last of several, as MLPerf Tiny's. `pairs`: of
 * all pairs of edges that follow each other the longest, which is a window wherever the clocks are nearly known.
 */
export type Manner = 'pulse' | 'edges' | 'last-edges' | 'pairs';

/** What has to go together. */
export interface Matchable {
  /** Of requests, in their order, none in another. */
  readonly marks: readonly MarkSample[];
  /** When the host measured, boot by boot. */
  readonly boots: readonly { readonly fromMs: number; readonly untilMs: number }[];
  /** In their order. */
  readonly pulses: readonly Pulse[];
  readonly manner: Manner;
  readonly rateHz: number;
}

export interface Matched {
  readonly mark: MarkSample;
  readonly pulse: Pulse;
}

export interface Assigned {
  readonly matched: readonly Matched[];
  /** Marks with other than they have to hold. */
  readonly wrong: readonly { readonly mark: MarkSample; readonly pulses: readonly Pulse[] }[];
  /** Between the first and the last mark of a boot, and in no request. */
  readonly strays: readonly Pulse[];
  /** Before the first or after the last. */
  readonly outside: readonly Pulse[];
}

/** Gives each pulse to the mark that its middle lies in, or beside by less than the tolerance, where the clocks lie as `line` says. */
export function assign(matchable: Matchable, line: Line, toleranceMs: number): Assigned {
  const { marks, boots, pulses, manner } = matchable;
  const held: Pulse[][] = marks.map(() => []);
  const strays: Pulse[] = [];
  const outside: Pulse[] = [];
  let at = 0;
  for (const pulse of pulses) {
    const [startMs, endMs] = endsOf(matchable, line, pulse);
    const hostMs = (startMs + endMs) / 2;
    while ((marks[at + 1]?.sentMs ?? Number.POSITIVE_INFINITY) <= hostMs) at++;
    const nearest = distanceMs(marks[at], hostMs) <= distanceMs(marks[at + 1], hostMs) ? at : at + 1;
    if (distanceMs(marks[nearest], hostMs) <= toleranceMs) held[nearest]?.push(pulse);
    else if (boots.some(({ fromMs, untilMs }) => hostMs >= fromMs && hostMs <= untilMs)) strays.push(pulse);
    else outside.push(pulse);
  }
  const windows = held.map(some => windowOf(some, manner));
  return {
    matched: marks.flatMap((mark, index) => {
      const pulse = windows[index];
      return pulse ? [{ mark, pulse }] : [];
    }),
    wrong: marks.flatMap((mark, index) => (windows[index] ? [] : [{ mark, pulses: held[index] ?? [] }])),
    strays: manner === 'pairs' ? [] : strays,
    outside: manner === 'pairs' ? [] : outside,
  };
}

/** When a pulse began and ended, by the host's clock. */
export function endsOf(
  { rateHz }: Pick<Matchable, 'rateHz'>,
  line: Line,
  { first, end }: Pulse,
): readonly [startMs: number, endMs: number] {
  return [hostOf(line, (1000 * first) / rateHz), hostOf(line, (1000 * end) / rateHz)];
}

function distanceMs(mark: MarkSample | undefined, hostMs: number): number {
  if (!mark) return Number.POSITIVE_INFINITY;
  return Math.max(0, mark.sentMs - hostMs, hostMs - mark.heardMs);
}

/** The window that what a mark holds is; undefined where it is none. */
function windowOf(held: readonly Pulse[], manner: Manner): Pulse | undefined {
  if (manner === 'pulse') return held.length === 1 ? held[0] : undefined;
  if (manner === 'pairs') return longest(held);
  const [start, end] = held.slice(-2);
  if (!start || !end || (manner === 'edges' && held.length > 2)) return undefined;
  return { first: start.first, end: end.first };
}

function longest(pulses: readonly Pulse[]): Pulse | undefined {
  const [first, ...others] = pulses;
  return first && others.reduce((most, next) => (next.end - next.first > most.end - most.first ? next : most), first);
}

/**
 * How well marks and pulses go together. Two edges that follow each other may as well be an end and the next begin: of pairs the more counts
 * the more it fills its mark.
 */
export function scoreOf({ matched, strays }: Assigned, { manner, rateHz }: Matchable): number {
  if (manner !== 'pairs') return matched.length - strays.length;
  return matched.reduce((sum, { mark: { sentMs, heardMs }, pulse: { first, end } }) => {
    const lengthMs = (1000 * (end - first)) / rateHz;
    return sum + Math.min(1, lengthMs / (heardMs - sentMs));
  }, 0);
}
