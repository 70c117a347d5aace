import type { MarkSample } from '../recording/recording.ts';
import { type AnchorFit, fitLine, hostOf, type Line, type LineFit, median, type Point } from './clock.ts';
import type { Pulse } from './pulses.ts';

/** What a mark has to hold: one pulse; two edges; or two edges that are the last of several, as MLPerf Tiny's. An edge is a pulse of no length. */
export type Manner = 'pulse' | 'edges' | 'last-edges';

export interface Matchable {
  /** Of requests, in their order, none in another. */
  readonly marks: readonly MarkSample[];
  /** In which the DUT was left alone. */
  readonly idle: readonly MarkSample[];
  /** In their order. */
  readonly pulses: readonly Pulse[];
  readonly manner: Manner;
  readonly rateHz: number;
  /** What is known of the clocks before: of a live trace by when its samples arrived. */
  readonly anchors?: AnchorFit;
  /** Where nothing arrived: when the trace began, as far as anybody knows. */
  readonly startMs?: number;
}

interface Wanted extends Matchable {
  /** When the host measured, boot by boot. */
  readonly boots: readonly { readonly fromMs: number; readonly untilMs: number }[];
}

export interface Matched {
  readonly mark: MarkSample;
  readonly pulse: Pulse;
}

export interface Matching {
  readonly line: Line;
  /** Absent where too few matched. */
  readonly fit?: LineFit;
  readonly matched: readonly Matched[];
  /** Marks with other than they have to hold. */
  readonly wrong: readonly { readonly mark: MarkSample; readonly pulses: readonly Pulse[] }[];
  /** Between the first and the last request of a boot, and in none of them. */
  readonly strays: readonly Pulse[];
  /** Before the first or after the last. */
  readonly outside: readonly Pulse[];
  /** Another way to match them says as much, so that nothing tells which pulse is whose. */
  readonly isAmbiguous: boolean;
}

/**
 * Tells which pulse of the marker is of which request. Where the clocks lie is known by when samples arrived, late by an unknown while: so every shift
 * that puts pulses into marks is tried, and the one that leaves the fewest over is taken; then the line through all of them, and who is whose by it.
 */
export function matchPulses(matchable: Matchable): Matching {
  const wanted = { ...matchable, boots: bootsOf([...matchable.marks, ...matchable.idle]) };
  const coarse: Line = wanted.anchors ?? { offsetMs: wanted.startMs ?? 0, slope: 1 };
  const toleranceMs = 0.5 + (wanted.anchors?.lateMs ?? 4) / 4;
  const tried = shiftsToTry(wanted, coarse, toleranceMs).map(shiftMs => {
    const line = shifted(coarse, shiftMs);
    return { shiftMs, line, score: scoreOf(assign(wanted, line, toleranceMs)) };
  });
  const [best = { shiftMs: 0, line: coarse, score: 0 }, ...others] = tried.toSorted(
    (a, b) => b.score - a.score || Math.abs(a.shiftMs) - Math.abs(b.shiftMs),
  );
  const refined = refine(wanted, best.line, toleranceMs);
  const rivals = others.filter(({ score }) => score === best.score).slice(0, mostRivals);
  const isAmbiguous = best.score > 0 && rivals.some(({ line }) => isOther(refined, refine(wanted, line, toleranceMs)));
  return { ...refined, isAmbiguous };
}

function shifted({ offsetMs, slope }: Line, byMs: number): Line {
  return { offsetMs: offsetMs + byMs, slope };
}

/** How long samples may be on their way at most; by how much the clocks may be off where none was seen to arrive. */
const mostLateMs = 1000;
const mostOffMs = 2000;
/** So many marks vote, and so many shifts are tried. */
const voters = 300;
const mostShifts = 400;
/** Most rivals are the same way from beside. */
const mostRivals = 20;

/** Shifts of the line that put the most pulses into marks, locally: the middle of each stretch where no other one beside it has more. */
function shiftsToTry(wanted: Matchable, coarse: Line, toleranceMs: number): readonly number[] {
  const [lowMs, highMs] = wanted.anchors ? [-mostLateMs, toleranceMs] : [-mostOffMs, mostOffMs];
  const windows = candidates(wanted).map(pulse => ends(wanted, coarse, pulse));
  const step = Math.max(1, wanted.marks.length / voters);
  const fits: [number, number][] = [];
  for (let at = 0; at < wanted.marks.length; at += step) {
    const { sentMs = 0, heardMs = 0 } = wanted.marks[Math.floor(at)] ?? {};
    for (let index = firstAfter(windows, sentMs - highMs - toleranceMs); index < windows.length; index++) {
      const [startMs, endMs] = windows[index] ?? [0, 0];
      if (startMs > heardMs - lowMs) break;
      const from = Math.max(lowMs, sentMs - toleranceMs - startMs);
      const until = Math.min(highMs, heardMs + toleranceMs - endMs);
      if (from <= until) fits.push([from, until]);
    }
  }
  return peaks(fits);
}

/** What may be a window. */
function candidates({ pulses, manner }: Matchable): readonly Pulse[] {
  if (manner === 'pulse') return pulses;
  return pulses.slice(1).map((pulse, index) => ({ first: pulses[index]?.first ?? 0, end: pulse.first }));
}

type Ends = readonly [startMs: number, endMs: number];

/** A pulse's ends by the host's clock. */
function ends({ rateHz }: Pick<Matchable, 'rateHz'>, line: Line, { first, end }: Pulse): Ends {
  return [hostOf(line, (1000 * first) / rateHz), hostOf(line, (1000 * end) / rateHz)];
}

function firstAfter(windows: readonly Ends[], ms: number): number {
  let [low, high] = [0, windows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((windows[middle]?.[0] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the most of the intervals overlap, and where at least half as many do; the fullest first. */
function peaks(intervals: readonly [number, number][]): readonly number[] {
  const begins = Float64Array.from(intervals, ([from]) => from).sort();
  const finals = Float64Array.from(intervals, ([, until]) => until).sort();
  const found: { count: number; atMs: number }[] = [];
  for (let begun = 0, ended = 0; ended < finals.length; ended++) {
    const endMs = finals[ended] ?? 0;
    const before = begun;
    while (begun < begins.length && (begins[begun] ?? 0) <= endMs) begun++;
    if (begun > before) found.push({ count: begun - ended, atMs: ((begins[begun - 1] ?? 0) + endMs) / 2 });
  }
  const most = found.reduce((highest, { count }) => Math.max(highest, count), 0);
  return found
    .filter(({ count }) => 2 * count >= most)
    .sort((a, b) => b.count - a.count || Math.abs(a.atMs) - Math.abs(b.atMs))
    .slice(0, mostShifts)
    .map(({ atMs }) => atMs);
}

interface Assigned extends Pick<Matching, 'matched' | 'wrong' | 'strays' | 'outside'> {}

/** Gives each pulse to the mark that its middle lies in, or beside by less than the tolerance. */
function assign(wanted: Wanted, line: Line, toleranceMs: number): Assigned {
  const { marks, pulses, manner } = wanted;
  const held: Pulse[][] = marks.map(() => []);
  const left: { pulse: Pulse; hostMs: number }[] = [];
  let at = 0;
  for (const pulse of pulses) {
    const [startMs, endMs] = ends(wanted, line, pulse);
    const hostMs = (startMs + endMs) / 2;
    while ((marks[at + 1]?.sentMs ?? Number.POSITIVE_INFINITY) <= hostMs) at++;
    const beyondMs = (index: number) => distanceMs(marks[index], hostMs);
    const nearest = beyondMs(at) <= beyondMs(at + 1) ? at : at + 1;
    if (beyondMs(nearest) <= toleranceMs) held[nearest]?.push(pulse);
    else left.push({ pulse, hostMs });
  }
  const matched: Matched[] = [];
  const wrong: { mark: MarkSample; pulses: readonly Pulse[] }[] = [];
  for (const [index, mark] of marks.entries()) {
    const window = windowOf(held[index] ?? [], manner);
    if (window) matched.push({ mark, pulse: window });
    else wrong.push({ mark, pulses: held[index] ?? [] });
  }
  const inside = left.map(({ hostMs }) => isBetween(wanted, hostMs));
  return {
    matched,
    wrong,
    strays: left.filter((_, index) => inside[index]).map(({ pulse }) => pulse),
    outside: left.filter((_, index) => !inside[index]).map(({ pulse }) => pulse),
  };
}

function distanceMs(mark: MarkSample | undefined, hostMs: number): number {
  if (!mark) return Number.POSITIVE_INFINITY;
  return Math.max(0, mark.sentMs - hostMs, hostMs - mark.heardMs);
}

/** The window that what a mark holds is; undefined where it is none. */
function windowOf(held: readonly Pulse[], manner: Manner): Pulse | undefined {
  if (manner === 'pulse') return held.length === 1 ? held[0] : undefined;
  const [start, end] = held.slice(-2);
  if (!start || !end || (manner === 'edges' && held.length > 2)) return undefined;
  return { first: start.first, end: end.first };
}

/** Whether the host was measuring at that time: between two marks of one boot, or in one. */
function isBetween({ boots }: Wanted, hostMs: number): boolean {
  return boots.some(({ fromMs, untilMs }) => hostMs >= fromMs && hostMs <= untilMs);
}

function bootsOf(marks: readonly MarkSample[]): Wanted['boots'] {
  const boots = new Map<number, { fromMs: number; untilMs: number }>();
  for (const { boot, sentMs, heardMs } of marks) {
    const seen = boots.get(boot);
    boots.set(boot, {
      fromMs: Math.min(seen?.fromMs ?? sentMs, sentMs),
      untilMs: Math.max(seen?.untilMs ?? heardMs, heardMs),
    });
  }
  return [...boots.values()];
}

function scoreOf({ matched, strays }: Assigned): number {
  return matched.length - strays.length;
}

/** Whether two ways give some mark another pulse, and are as good in the end. */
function isOther(one: Assigned, other: Assigned): boolean {
  if (scoreOf(other) < scoreOf(one)) return false;
  const firsts = new Map(one.matched.map(({ mark, pulse }) => [mark, pulse.first]));
  return other.matched.some(({ mark, pulse }) => firsts.has(mark) && firsts.get(mark) !== pulse.first);
}

/** A slope that is known no better than this is not used: what samples' arrival tells, or no drift at all, is nearer. */
const goodEnoughPpm = 100;

function refine(
  wanted: Wanted,
  coarse: Line,
  toleranceMs: number,
): Assigned & Pick<Matching, 'line'> & { fit?: LineFit } {
  let line = coarse;
  let fit: LineFit | undefined;
  let assigned = assign(wanted, line, toleranceMs);
  for (let pass = 0; pass < 3 && assigned.matched.length > 0; pass++) {
    const points = assigned.matched.map(match => pointOf(wanted, match));
    fit = fitLine(points);
    const byMs = median(points.map(({ meterMs, hostMs }) => hostMs - hostOf(line, meterMs)));
    line = between(wanted, assigned.matched, fit && fit.errorPpm <= goodEnoughPpm ? fit : shifted(line, byMs));
    assigned = assign(wanted, line, toleranceMs);
  }
  return { ...assigned, line, ...(fit && { fit }) };
}

/** No window begins before its request or ends after its answer, however unevenly a host is late: the line is moved until that holds, or nearly does. */
function between(wanted: Wanted, matched: readonly Matched[], line: Line): Line {
  let [leastMs, mostMs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const { mark, pulse } of matched) {
    const [startMs, endMs] = ends(wanted, line, pulse);
    leastMs = Math.max(leastMs, mark.sentMs - startMs);
    mostMs = Math.min(mostMs, mark.heardMs - endMs);
  }
  if (leastMs > mostMs) return shifted(line, (leastMs + mostMs) / 2);
  return shifted(line, Math.min(Math.max(0, leastMs), mostMs));
}

/** A pulse lies anywhere between request and answer: most likely in their middle, give or take half of what they leave. */
function pointOf({ rateHz }: Matchable, { mark: { sentMs, heardMs }, pulse: { first, end } }: Matched): Point {
  const lengthMs = (1000 * (end - first)) / rateHz;
  return {
    meterMs: (500 * (first + end)) / rateHz,
    hostMs: (sentMs + heardMs) / 2,
    marginMs: Math.max(heardMs - sentMs - lengthMs, 0) / 2,
  };
}
