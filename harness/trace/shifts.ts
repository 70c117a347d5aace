import { endsOf, type Matchable } from './assign.ts';
import type { Line } from './clock.ts';

/** Within what the clocks may be apart from where a line says that they are. */
export interface Range {
  readonly lowMs: number;
  readonly highMs: number;
  /** How far beyond a mark's ends a pulse may reach, since the line is not known any better. */
  readonly toleranceMs: number;
}

/** So many marks vote, and so many shifts are tried. */
const voters = 300;
const mostShifts = 100;

/**
 * By how much to move a line so that the most pulses lie in marks, and where locally no other shift has more; the fullest first. Looked for without
 * the tolerance, since windows that come fast lie in their neighbours' marks with it, and with it, since without it a line may fit none.
 */
export function shiftsToTry(matchable: Matchable, line: Line, range: Range): readonly number[] {
  return [0, range.toleranceMs].flatMap(toleranceMs => {
    const shifts: number[] = [];
    for (const shift of peaks(intervals(matchable, line, { ...range, toleranceMs }))) {
      if (shifts.length === mostShifts) break;
      if (shifts.every(other => Math.abs(other - shift) >= range.toleranceMs)) shifts.push(shift); // beside another it is the same
    }
    return shifts;
  });
}

/** For each mark and each pulse that fits into it: the shifts that put it there. */
function intervals(
  matchable: Matchable,
  line: Line,
  { lowMs, highMs, toleranceMs }: Range,
): readonly (readonly [number, number])[] {
  const { marks, pulses } = matchable;
  const ends = pulses.map(pulse => endsOf(matchable, line, pulse));
  const step = Math.max(1, marks.length / voters);
  const found: [number, number][] = [];
  for (let at = 0; at < marks.length; at += step) {
    const mark = marks[Math.floor(at)];
    if (!mark) continue;
    const { sentMs, heardMs } = mark;
    for (let index = firstFrom(ends, sentMs - highMs - toleranceMs); index < ends.length; index++) {
      const [startMs, endMs] = ends[index] ?? [0, 0];
      if (startMs > heardMs - lowMs) break;
      const from = Math.max(lowMs, sentMs - toleranceMs - startMs);
      const until = Math.min(highMs, heardMs + toleranceMs - endMs);
      if (from <= until) found.push([from, until]);
    }
  }
  return found;
}

function firstFrom(ends: readonly (readonly [number, number])[], ms: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle]?.[0] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the most of the intervals overlap, and where at least half as many do and none beside it has more; the fullest first. */
function peaks(all: readonly (readonly [number, number])[]): readonly number[] {
  const begins = Float64Array.from(all, ([from]) => from).sort();
  const finals = Float64Array.from(all, ([, until]) => until).sort();
  const found: { readonly count: number; readonly atMs: number }[] = [];
  let begun = 0;
  for (const [ended, endMs] of finals.entries()) {
    const before = begun;
    while (begun < begins.length && (begins[begun] ?? 0) <= endMs) begun++;
    if (begun > before) found.push({ count: begun - ended, atMs: ((begins[begun - 1] ?? 0) + endMs) / 2 });
  }
  const most = found.reduce((highest, { count }) => Math.max(highest, count), 0);
  return found
    .filter(({ count }) => 2 * count >= most)
    .sort((a, b) => b.count - a.count || Math.abs(a.atMs) - Math.abs(b.atMs))
    .map(({ atMs }) => atMs);
}
