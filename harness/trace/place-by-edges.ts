import type { Manner, Matchable, Matched } from './assign.ts';
import type { AnchorFit } from './clock.ts';
import { tellEdges, tellUseless } from './edge-faults.ts';
import type { ClockFit } from './evidence.ts';
import type { Marks } from './marks.ts';
import { type Matching, matchPulses, roomOf } from './match.ts';
import type { Placed, PlacedRequests, Placing } from './places.ts';
import { edgesOf, type Marker, pulsesOf } from './pulses.ts';

export interface MarkedPlacing extends Placing {
  readonly marks: Marks;
  /** Absent where the meter tells edges of an input of its own. */
  readonly marker: Marker | undefined;
  readonly anchors: AnchorFit | undefined;
}

/** Windows by the edges of the firmware's marker pin, as the meter has sampled them with the current: exact to a sample. */
export function placeByEdges(placing: MarkedPlacing): PlacedRequests {
  const wanted = matchableOf(placing);
  const { anchors, facts } = placing;
  const useless = tellUseless(placing, wanted);
  if (useless.length > 0) return { windows: [], findings: useless, ...(anchors && { clock: byAnchors(anchors) }) };
  const matching = matchPulses(wanted, { anchors, startMs: facts.startMs });
  const { fit, matched } = matching;
  const clock = clockOf(placing, matching);
  return {
    windows: matched.map(match => placedOf(placing, match)),
    findings: tellEdges(placing, wanted, matching),
    ...(clock && { clock }),
    ...(fit && matched.length > 0 && { fit: clockFit(fit, matching) }),
  };
}

function matchableOf({ facts, events, samples, recording, marker, marks }: MarkedPlacing): Matchable {
  const levels = marker ? pulsesOf(events, marker, samples) : [];
  const edges = edgesOf(events);
  const isAtEnds = recording.manifest.mlperf?.timestamps === 'energy';
  const manner: Manner = isAtEnds ? 'last-edges' : edges.length > 0 && levels.length === 0 ? 'edges' : 'pulse';
  const at = edges.length > 0 ? edges : levels.map(({ first }) => first); // MLPerf Tiny's pulses fall at a window's ends
  return {
    marks: marks.requests,
    boots: marks.boots,
    pulses: manner === 'pulse' ? levels : at.map(sample => ({ first: sample, end: sample })),
    manner,
    rateHz: facts.rateHz,
  };
}

function placedOf({ facts, marks }: MarkedPlacing, { mark, pulse: { first, end } }: Matched): Placed {
  const { boot, vector, runs, purpose } = mark;
  const uncertaintyUs = 1e6 / facts.rateHz; // an edge lies between a sample and the one before
  return { first, end, boot, vector, runs, purpose, by: 'edges', uncertaintyUs, ...marks.counted(mark) };
}

/** An edge is known to a sample: no drift is known better than that allows, however well all marks agree. */
function clockFit(fit: NonNullable<Matching['fit']>, { matched }: Matching): ClockFit {
  const { count, slope, residualMs } = fit;
  const samples = (matched.at(-1)?.pulse.end ?? 0) - (matched[0]?.pulse.first ?? 0);
  const errorPpm = Math.max(fit.errorPpm, 1e6 / samples);
  return { by: 'marks', marks: count, driftPpm: 1e6 * (slope - 1), errorPpm, residualMs };
}

/** So many deviations of the marks from their line hide what it may be off. */
const deviations = 3;

/**
 * Marks tell the clocks as far as windows fill them: of a request that is slow and an answer that is not, or the other way round, the middle is not the
 * window's. When samples arrived may tell them better.
 */
function clockOf({ anchors, facts }: MarkedPlacing, matching: Matching): PlacedRequests['clock'] {
  const { fit, line, matched, isAmbiguous } = matching;
  const arrived = anchors && byAnchors(anchors);
  if (!fit || isAmbiguous) return arrived;
  const [leastMs, mostMs] = roomOf(facts, matched, line);
  const uncertaintyMs = Math.max(0, -leastMs, mostMs) + deviations * fit.residualMs;
  return arrived && arrived.uncertaintyMs < uncertaintyMs ? arrived : { line, uncertaintyMs };
}

function byAnchors(anchors: AnchorFit): NonNullable<PlacedRequests['clock']> {
  return { line: anchors, uncertaintyMs: 1 + anchors.lateMs };
}
