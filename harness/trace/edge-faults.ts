import type { MarkSample } from '../recording/recording.ts';
import type { Matchable, Matched } from './assign.ts';
import { hostOf, meterOf } from './clock.ts';
import { counted, type Finding, faultsAt, inMs, inSeconds } from './finding.ts';
import { nameOf } from './marks.ts';
import type { Matching } from './match.ts';
import type { MarkedPlacing } from './place-by-edges.ts';
import type { Pulse } from './pulses.ts';

/** What a window that has no place, or a wrong one, takes away; and what a clock that is not known does. */
const windowed = ['inference', 'dutyCycle'] as const;
const timed = [...windowed, 'sleep'] as const;
const edges = { check: 'edges', spoils: windowed } as const;

/** What makes edges useless as a whole: then nothing is matched. */
export function tellUseless(placing: MarkedPlacing, wanted: Matchable): readonly Finding[] {
  const crowded = tellCrowded(placing, wanted);
  const useless = tellStill(placing, wanted) ?? tellHalf(wanted) ?? tellInverted(placing, wanted);
  return [...crowded, ...(useless ? [useless] : [])];
}

/** What is wrong with a marker's edges, or with the clocks, by what they leave over. */
export function tellEdges(placing: MarkedPlacing, wanted: Matchable, matching: Matching): readonly Finding[] {
  if (matching.isAmbiguous) return [ambiguous(placing)];
  return [
    ...tellWrong(placing, wanted, matching),
    ...tellLeft(wanted, matching),
    ...tellShape(wanted, matching),
    ...tellClock(placing, matching),
  ];
}

/** A marker that never moves says more than that each window lacks it. */
function tellStill({ marker, facts, events, board }: MarkedPlacing, { pulses, marks }: Matchable): Finding | undefined {
  if (pulses.some(({ isCut }) => !isCut)) return undefined;
  const name = marker ? `the marker (${facts.meter.lines[marker.line] ?? `D${marker.line}`})` : 'the trigger input';
  const isMute = !events.some(({ kind }) => kind === 'levels' || kind === 'edge');
  const what = isMute
    ? `the trace has no digital inputs, and ${board.name}'s board file has its windows marked by one`
    : `${name} never changes while the DUT is asked for ${counted(marks.length, 'window')}: is it wired to the firmware's marker pin, and does the firmware drive that?`;
  return { ...edges, what };
}

/** A meter that is set to one kind of edge. Pairs of those are no windows. */
function tellHalf({ pulses, marks, manner }: Matchable): Finding | undefined {
  if (manner !== 'edges' || 2 * pulses.length > 3 * marks.length) return undefined;
  const what = `the meter tells ${counted(pulses.length, 'edge')} for ${counted(marks.length, 'window')}, and each takes two`;
  return { ...edges, what: `${what}: let it tell rising and falling ones` };
}

/** A host's word for a request's length, and a sample at each edge, may be off. */
const mostPerRequestMs = 1;

/** Windows lie in their requests: a pin that is active for longer than all of those took, and not more often, is active when nothing is asked. */
function tellInverted({ marker, facts }: MarkedPlacing, { pulses, marks, manner }: Matchable): Finding | undefined {
  if (!marker || manner !== 'pulse' || pulses.length > marks.length + 1) return undefined;
  const activeMs = (1000 * sum(pulses.map(({ first, end }) => end - first))) / facts.rateHz;
  const askedMs = sum(marks.map(({ sentMs, heardMs }) => heardMs - sentMs + mostPerRequestMs));
  if (activeMs <= askedMs) return undefined;
  const what = `the marker is active for ${inMs(activeMs)}, and all requests took ${inMs(askedMs)}`;
  return { ...edges, what: `${what}: is its active level the other one (\`meter.markerActive\`)?` };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** An input that is open has thousands of edges a second, and may have all that a window needs by chance. */
const mostAWindow = 20;
const mostBesides = 1000;

/** Where not all edges were kept any may be missing; where there are far too many, all mean nothing. */
function tellCrowded({ events }: MarkedPlacing, { pulses, marks }: Matchable): readonly Finding[] {
  const crowds = events.filter(event => event.kind === 'crowded');
  const why = 'more than any firmware makes: is a digital input of the meter open?';
  if (crowds.length === 0 && pulses.length > mostAWindow * marks.length + mostBesides)
    return [
      { ...edges, what: `the marker has ${pulses.length} pulses for ${counted(marks.length, 'window')}, ${why}` },
    ];
  return faultsAt(
    crowds,
    edges,
    ({ events: left, samples }) =>
      `${counted(left, 'edge')} too many came within ${counted(samples, 'sample')}, ${why}`,
  );
}

function ambiguous({ board }: MarkedPlacing): Finding {
  const todo = `let the DUT idle longer before its windows (\`measure.current.idle\`), so that ${board.name}'s first one stands apart`;
  const what = 'nothing tells which pulse of the marker belongs to which request, since they fit in several ways';
  return { check: 'clock', what: `${what}: ${todo}`, spoils: timed };
}

/** Requests whose windows are not there, or not once. */
function tellWrong(
  { facts, samples }: MarkedPlacing,
  { manner }: Matchable,
  { wrong, line }: Matching,
): readonly Finding[] {
  const placed = wrong.map(({ mark, pulses }) => {
    const expected = Math.round((meterOf(line, mark.sentMs) * facts.rateHz) / 1000);
    return { mark, pulses, expected, sample: pulses[0]?.first ?? Math.min(Math.max(expected, 0), samples) };
  });
  const inTrace = placed.filter(({ expected }) => expected >= 0 && expected < samples); // one before it is nobody's
  const places = { ofEnd: placed.filter(({ expected }) => expected >= samples), inTrace };
  return [
    ...faultsAt(
      places.ofEnd,
      { check: 'windows', spoils: windowed },
      ({ mark }) => `the trace ends before ${nameOf(mark)}`,
    ),
    ...faultsAt(
      inTrace.filter(({ pulses }) => pulses.length === 0),
      edges,
      ({ mark }) => `${nameOf(mark)} was answered, and the marker shows no window for it`,
    ),
    ...faultsAt(
      inTrace.filter(({ pulses }) => pulses.length === 1),
      edges,
      ({ mark }) => `${nameOf(mark)} has one edge, and it takes both`,
    ),
    ...faultsAt(
      inTrace.filter(({ pulses }) => pulses.length > 1),
      edges,
      ({ mark, pulses }) => sayMany(mark, pulses, { manner, rateHz: facts.rateHz }),
    ),
  ];
}

function sayMany(
  mark: MarkSample,
  pulses: readonly Pulse[],
  { manner, rateHz }: Pick<Matchable, 'manner' | 'rateHz'>,
): string {
  const [what, right] = manner === 'pulse' ? ['pulses', 'one'] : ['edges', 'two'];
  const second = inSeconds((pulses[1]?.first ?? 0) / rateHz);
  return `${nameOf(mark)} has ${pulses.length} ${what} of the marker instead of ${right}, the second at ${second}`;
}

const leastSamples = 2;

function isGlitch({ first, end }: Pulse): boolean {
  return end - first < leastSamples;
}

function atFirst(pulse: Pulse): Pulse & { readonly sample: number } {
  return { ...pulse, sample: pulse.first };
}

/** Pulses that no request is for. By MLPerf Tiny's own rule edges before a window's two are noise. */
function tellLeft({ manner }: Matchable, { strays, outside }: Matching): readonly Finding[] {
  if (manner === 'last-edges') return [];
  const glitches = manner === 'pulse' ? strays.filter(isGlitch) : [];
  const pulses = strays.filter(pulse => !glitches.includes(pulse));
  const before = `${counted(outside.length, 'pulse')} of the marker came before the first request or after the last, as pins do while a chip starts`;
  return [
    ...faultsAt(
      glitches.map(atFirst),
      edges,
      () => `the marker is active for less than ${leastSamples} samples, which is no window: noise on its wire?`,
    ),
    ...faultsAt(pulses.map(atFirst), edges, () => 'the marker shows a window that nobody has asked for'),
    ...(outside.length > 0 ? [{ doubt: `${before}: none is a window` }] : []),
  ];
}

/** Edges that the trace does not have, and windows that are none. */
function tellShape({ manner }: Matchable, { matched }: Matching): readonly Finding[] {
  const found = matched.map(({ mark, pulse }) => ({ ...atFirst(pulse), mark }));
  const glitches = manner === 'pulse' ? found.filter(isGlitch) : [];
  return [
    ...faultsAt(
      found.filter(({ isCut }) => isCut),
      edges,
      ({ mark, first }) =>
        `the trace ${first === 0 ? 'begins' : 'ends'} within ${nameOf(mark)}: it has one edge, and takes both`,
    ),
    ...faultsAt(glitches, edges, ({ mark }) => {
      const what = `in ${nameOf(mark)} the marker is active for less than ${leastSamples} samples`;
      return `${what}: noise on its wire, or an inference that takes more of them a window`;
    }),
  ];
}

const fewestMarks = 3;
/** What a host's word is good to, and what crystals wander in the time of a trace. */
const allowed = { ms: 1, ppm: 10 } as const;

/** So many standard errors of the drift may be chance. */
const deviations = 3;

/** Whether host and meter agree on when the windows were. */
function tellClock({ facts }: MarkedPlacing, { matched, fit, line }: Matching): readonly Finding[] {
  if (matched.length === 0) return [];
  if (matched.length < fewestMarks || !fit) return [tooFew(matched)];
  const hostMs = (sample: number) => hostOf(line, (1000 * sample) / facts.rateHz);
  const spanMs = hostMs(matched.at(-1)?.pulse.end ?? 0) - hostMs(matched[0]?.pulse.first ?? 0);
  const allowedMs = allowed.ms + (spanMs * (allowed.ppm + deviations * fit.errorPpm)) / 1e6;
  const beyond = matched
    .map(({ mark, pulse: { first, end } }) => {
      const byMs = Math.max(mark.sentMs - hostMs(first), hostMs(end) - mark.heardMs);
      return { mark, sample: first, byMs };
    })
    .filter(({ byMs }) => byMs > allowedMs)
    .toSorted((a, b) => b.byMs - a.byMs);
  return faultsAt(beyond, { check: 'clock', spoils: timed }, ({ mark, byMs }) => {
    const what = `by the meter's clock ${nameOf(mark)} reaches ${inMs(byMs)} beyond the time from its request to its answer`;
    return `${what}: samples were lost that nobody has told, or the meter's rate is not even`;
  });
}

function tooFew(matched: readonly Matched[]): Finding {
  const what = `${counted(matched.length, 'window')} cannot tell how the meter's clock runs against the host's: it takes ${fewestMarks}`;
  return { check: 'clock', what, spoils: windowed };
}
