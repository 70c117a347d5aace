import type { MarkSample } from '../recording/recording.ts';
import { type AnchorFit, fitOfAnchors, meterOf } from './clock.ts';
import { type Finding, faultsAt, inMs } from './finding.ts';
import { type Marks, nameOf } from './marks.ts';
import type { Placed, PlacedRequests, Placing } from './places.ts';

export interface UartPlacing extends Placing {
  readonly marks: Marks;
  readonly anchors: AnchorFit | undefined;
}

/** The host's word on a window's length has this much of its own error. */
const hostMs = 0.5;
/** A frame of USB: no sample is on its way for less, and how much more it is nobody sees but by those that take longer still. */
const frameMs = 1;

/**
 * Windows by when the host asked and heard, where no wire tells. A window lies in between: its length is the DUT's own count, and what that leaves
 * of the time in between is how little its place is known. Where the DUT counts nothing, the link's own time takes the place of that.
 */
export function placeByUart({ facts, samples, marks, anchors }: UartPlacing): PlacedRequests {
  if (!anchors) {
    const what =
      'no wire marks the windows, and nothing tells when samples were taken by the host’s clock, so that its requests have no place in the trace';
    const finding: Finding = { check: 'clock', what, spoils: ['inference', 'dutyCycle', 'sleep'] };
    return { windows: [], findings: [finding] };
  }
  const uncertaintyMs = frameMs + anchors.leastLateMs + 1000 / facts.rateHz;
  const linkMs = linkTime(marks.requests);
  const wanted = marks.requests.filter(mark => marks.isJudged(mark) || mark.purpose === 'period');
  const spans = wanted.map(mark => ({ mark, ...spanOf(mark, marks.counted(mark).dutUs, linkMs) }));
  const at = (ms: number) => Math.round((meterOf(anchors, ms) * facts.rateHz) / 1000);
  const placed = spans.map(({ mark, fromMs, untilMs, marginMs }) => {
    const { boot, vector, runs, purpose } = mark;
    const uncertaintyUs = 1000 * (marginMs + uncertaintyMs);
    const counted = marks.counted(mark);
    return {
      first: at(fromMs),
      end: at(untilMs),
      boot,
      vector,
      runs,
      purpose,
      by: 'uart',
      uncertaintyUs,
      ...counted,
    } as const;
  });
  const isInside = (window: Placed | undefined) =>
    window !== undefined && window.first >= 0 && window.first < window.end && window.end <= samples;
  const longer = spans.filter(({ leftMs }) => leftMs < -hostMs).map(span => ({ ...span, sample: at(span.fromMs) }));
  return {
    windows: placed.filter(isInside),
    fit: fitOfAnchors(anchors),
    clock: { line: anchors, uncertaintyMs },
    findings: [
      ...faultsAt(
        longer,
        { check: 'clock', spoils: ['inference', 'dutyCycle'] },
        ({ mark, leftMs }) =>
          `by its own ticks the DUT took ${inMs(-leftMs)} longer over ${nameOf(mark)} than it took from the request to the answer: its timer runs at another rate than it says`,
      ),
      ...faultsAt(
        spans
          .map(({ mark, fromMs }) => ({ mark, sample: Math.min(Math.max(at(fromMs), 0), samples) }))
          .filter((_, index) => !isInside(placed[index])),
        { check: 'windows', spoils: ['inference', 'dutyCycle'] },
        ({ mark }) => `the trace has no room for ${nameOf(mark)}`,
      ),
    ],
  };
}

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
  /** How far off each end may be, by the host's clock. */
  readonly marginMs: number;
  /** What the window leaves of the time between request and answer. */
  readonly leftMs: number;
}

/** In the middle: whatever the request took, the answer did not. A link that may take most of the time leaves a window that is refused. */
function spanOf({ sentMs, heardMs }: MarkSample, dutUs: number | undefined, linkMs: number): Span {
  const betweenMs = heardMs - sentMs;
  const lengthMs = dutUs === undefined ? Math.max(betweenMs - linkMs, betweenMs / 2) : dutUs / 1000;
  const leftMs = betweenMs - lengthMs;
  const fromMs = sentMs + leftMs / 2;
  const marginMs = dutUs === undefined ? linkMs / 2 : Math.abs(leftMs) / 2;
  return { fromMs, untilMs: fromMs + lengthMs, marginMs, leftMs };
}

/**
 * What the link may take of the time between a request and its answer at most. It is in each, so that it is less than the shortest of them; what
 * differs between windows of the same kind may be its jitter, and comes on top.
 */
function linkTime(requests: readonly MarkSample[]): number {
  const shortest = new Map<number, number>();
  for (const { runs, sentMs, heardMs } of requests)
    shortest.set(runs, Math.min(shortest.get(runs) ?? Number.POSITIVE_INFINITY, heardMs - sentMs));
  const jitterMs = requests.reduce(
    (most, { runs, sentMs, heardMs }) => Math.max(most, heardMs - sentMs - (shortest.get(runs) ?? 0)),
    0,
  );
  return [...shortest.values()].reduce((least, ms) => Math.min(least, ms), Number.POSITIVE_INFINITY) + jitterMs;
}
