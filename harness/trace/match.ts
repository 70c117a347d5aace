import { type Assigned, assign, endsOf, type Matchable, type Matched, scoreOf } from './assign.ts';
import { type AnchorFit, crystalPpm, fitLine, hostOf, type Line, type LineFit, median, type Point } from './clock.ts';
import { shiftsToTry } from './shifts.ts';

/** What is known of the clocks before any pulse is looked at. */
export interface KnownClocks {
  /** By when samples arrived. */
  readonly anchors?: AnchorFit | undefined;
  /** Where nothing arrived: when the trace began, as far as anybody knows. */
  readonly startMs?: number | undefined;
}

export interface Matching extends Assigned {
  readonly line: Line;
  /** Absent where too few matched. */
  readonly fit?: LineFit;
  /** Another way to match them says as much, so that nothing tells which pulse is whose. */
  readonly isAmbiguous: boolean;
}

/**
 * Tells which pulse of the marker is of which request. Where the clocks lie is known by when samples arrived, late by an unknown while: so every shift
 * that puts pulses into marks is tried, and the one that leaves the fewest over is taken; then the line through all of them, and who is whose by it.
 */
export function matchPulses(matchable: Matchable, known: KnownClocks): Matching {
  const [best, ...others] = matchable.manner === 'pulse' ? waysOf(matchable, known) : waysOfEdges(matchable, known);
  return { ...best, isAmbiguous: best.matched.length > 0 && others.some(other => isOther(best, other)) };
}

/** A single edge lies near its mark's end, where little makes it another's; a pair of them lies in the middle. So pairs tell the line, and edges by that who is whose. */
function waysOfEdges(matchable: Matchable, known: KnownClocks): Ways {
  const pairs = { ...matchable, manner: 'pairs', pulses: pairsOf(matchable.pulses) } as const;
  const [best, ...others] = waysOf(pairs, known);
  const byEdges = (way: Way): Way => ({ ...way, ...assign(matchable, way.line, leastToleranceMs) });
  return [byEdges(best), ...others.map(byEdges)];
}

function pairsOf(edges: Matchable['pulses']): Matchable['pulses'] {
  return edges.slice(1).map((edge, index) => ({ first: edges[index]?.first ?? 0, end: edge.first }));
}

/** How long samples may be on their way at most; by how much the clocks may be off where none was seen to arrive. */
const mostLateMs = 1000;
const mostOffMs = 2000;
/** What a host's word is good to. */
const leastToleranceMs = 0.5;
/** Of all shifts so many, the best, are looked at as closely as can be. */
const mostFinalists = 8;

type Way = Omit<Matching, 'isAmbiguous'>;
/** The best one first. */
type Ways = readonly [Way, ...Way[]];

function waysOf(wanted: Matchable, { anchors, startMs = 0 }: KnownClocks): Ways {
  const coarse: Line = anchors ?? { offsetMs: startMs, slope: 1 };
  const toleranceMs = leastToleranceMs + (anchors?.lateMs ?? mostOffMs / 1000) / 4;
  const errorPpm = anchors?.errorPpm ?? crystalPpm;
  const refined = (shiftMs: number) => refine(wanted, { line: shifted(coarse, shiftMs), errorPpm, toleranceMs });
  const [lowMs, highMs] = anchors ? [-mostLateMs, toleranceMs] : [-mostOffMs, mostOffMs];
  const [best = refined(0), ...others] = shiftsToTry(wanted, coarse, {
    lowMs,
    highMs,
    toleranceMs,
  })
    .map(shiftMs => ({ shiftMs, score: scoreOf(assign(wanted, shifted(coarse, shiftMs), toleranceMs), wanted) }))
    .toSorted((a, b) => b.score - a.score || Math.abs(a.shiftMs) - Math.abs(b.shiftMs))
    .slice(0, mostFinalists)
    .map(({ shiftMs }) => refined(shiftMs))
    .toSorted((a, b) => scoreOf(b, wanted) - scoreOf(a, wanted));
  return [best, ...others];
}

function shifted({ offsetMs, slope }: Line, byMs: number): Line {
  return { offsetMs: offsetMs + byMs, slope };
}

/** Whether two ways give some mark another pulse, and the other leaves as few over. */
function isOther(one: Assigned, other: Assigned): boolean {
  if (other.matched.length - other.strays.length < one.matched.length - one.strays.length) return false;
  const firsts = new Map(one.matched.map(({ mark, pulse }) => [mark, pulse.first]));
  return other.matched.some(({ mark, pulse }) => firsts.has(mark) && firsts.get(mark) !== pulse.first);
}

const passes = 3;

/** A line, how well its slope is known, and how well its place. */
interface Coarse {
  readonly line: Line;
  readonly errorPpm: number;
  readonly toleranceMs: number;
}

/** The line through what lies together by another line, and what lies together by that. */
function refine(wanted: Matchable, coarse: Coarse): Way {
  const { line: given, errorPpm, toleranceMs } = coarse;
  let line = given;
  let fit: LineFit | undefined;
  let assigned = assign(wanted, line, toleranceMs);
  for (let pass = 0; pass < passes && assigned.matched.length > 0; pass++) {
    const points = assigned.matched.map(match => pointOf(wanted, match));
    fit = fitLine(points);
    const byMs = median(points.map(({ meterMs, hostMs }) => hostMs - hostOf(line, meterMs)));
    line = between(wanted, assigned.matched, fit && fit.errorPpm <= errorPpm ? fit : shifted(line, byMs));
    assigned = assign(wanted, line, toleranceMs);
  }
  return { ...assigned, line, ...(fit && { fit }) };
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

/** No window begins before its request or ends after its answer, however unevenly a host is late: the line is moved until that holds, or nearly does. */
function between(wanted: Matchable, matched: readonly Matched[], line: Line): Line {
  const [leastMs, mostMs] = roomOf(wanted, matched, line);
  if (leastMs > mostMs) return shifted(line, (leastMs + mostMs) / 2);
  return shifted(line, Math.min(Math.max(0, leastMs), mostMs));
}

/** By how much a line may be moved so that each window still lies between its request and its answer. */
export function roomOf(
  wanted: Pick<Matchable, 'rateHz'>,
  matched: readonly Matched[],
  line: Line,
): readonly [leastMs: number, mostMs: number] {
  let [leastMs, mostMs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const { mark, pulse } of matched) {
    const [startMs, endMs] = endsOf(wanted, line, pulse);
    leastMs = Math.max(leastMs, mark.sentMs - startMs);
    mostMs = Math.min(mostMs, mark.heardMs - endMs);
  }
  return [leastMs, mostMs];
}
