import type { TraceEvent } from '../recording/trace.ts';
import type { ClockFit } from './evidence.ts';

/** Two clocks, both in ms: host = offsetMs + meter × slope. The meter's is its sample's index over its rate. */
export interface Line {
  readonly offsetMs: number;
  readonly slope: number;
}

export function hostOf({ offsetMs, slope }: Line, meterMs: number): number {
  return offsetMs + meterMs * slope;
}

export function meterOf({ offsetMs, slope }: Line, hostMs: number): number {
  return (hostMs - offsetMs) / slope;
}

/** The meter's time, the host's, and how far off the latter may be either way. */
export interface Point {
  readonly meterMs: number;
  readonly hostMs: number;
  readonly marginMs: number;
}

export interface LineFit extends Line {
  /** Points that were not thrown out. */
  readonly count: number;
  readonly residualMs: number;
  /** The slope's standard error, in ppm. */
  readonly errorPpm: number;
}

/** Points beyond so many deviations are thrown out. */
const outlierAt = 4;
/** A point whose margin is next to nothing would outweigh all others, though the host's clock is read no better than this. */
const leastMarginMs = 0.05;

/**
 * A line through points of which some are wild: the median of slopes between points that lie half of all apart (of Theil and Sen's, those that say
 * most), then least squares, each point weighed by its margin, over what lies near it; twice. Undefined for fewer than three, or of one time.
 */
export function fitLine(points: readonly Point[]): LineFit | undefined {
  const sorted = points.toSorted((a, b) => a.meterMs - b.meterMs);
  if (points.length < 3 || sorted[0]?.meterMs === sorted.at(-1)?.meterMs) return undefined;
  let line: Line = robustLine(sorted);
  let fit: LineFit | undefined;
  for (let pass = 0; pass < 2; pass++) {
    fit = leastSquares(inliers(points, line)) ?? fit;
    line = fit ?? line;
  }
  return fit;
}

function robustLine(sorted: readonly Point[]): Line {
  const half = sorted.length >> 1;
  const slopes = sorted.slice(0, sorted.length - half).flatMap((from, index) => {
    const to = sorted[index + half];
    return to && to.meterMs > from.meterMs ? [(to.hostMs - from.hostMs) / (to.meterMs - from.meterMs)] : [];
  });
  const slope = slopes.length > 0 ? median(slopes) : 1;
  return { slope, offsetMs: median(sorted.map(({ meterMs, hostMs }) => hostMs - meterMs * slope)) };
}

function inliers(points: readonly Point[], line: Line): readonly Point[] {
  const off = points.map(point => Math.abs(point.hostMs - hostOf(line, point.meterMs)) / deviationOf(point));
  const most = outlierAt * Math.max(1, 1.4826 * median(off)); // of a normal distribution the deviation
  return points.filter((_, index) => (off[index] ?? 0) <= most);
}

/** Of a value that is as likely anywhere within its margin. */
function deviationOf({ marginMs }: Point): number {
  return Math.max(marginMs, leastMarginMs) / Math.sqrt(3);
}

function leastSquares(points: readonly Point[]): LineFit | undefined {
  const weights = points.map(point => deviationOf(point) ** -2);
  const weighed = (of: (point: Point) => number) =>
    points.reduce((sum, point, index) => sum + (weights[index] ?? 0) * of(point), 0);
  const total = weighed(() => 1);
  const [x, y] = [weighed(point => point.meterMs) / total, weighed(point => point.hostMs) / total];
  const spread = weighed(({ meterMs }) => (meterMs - x) ** 2);
  if (points.length < 3 || spread === 0) return undefined;
  const slope = weighed(({ meterMs, hostMs }) => (meterMs - x) * (hostMs - y)) / spread;
  const off = ({ meterMs, hostMs }: Point) => hostMs - y - (meterMs - x) * slope;
  const unexplained = weighed(point => off(point) ** 2) / (points.length - 2);
  return {
    slope,
    offsetMs: y - x * slope,
    count: points.length,
    residualMs: Math.sqrt(points.reduce((sum, point) => sum + off(point) ** 2, 0) / points.length),
    errorPpm: 1e6 * Math.sqrt(unexplained / spread),
  };
}

export interface AnchorFit extends LineFit {
  /** How much later than the line says half of all samples arrived; and a tenth of them at most. */
  readonly lateMs: number;
  readonly leastLateMs: number;
}

/** Of more anchors than this some near each end are next to not late, the nearer the more there are. */
const plenty = 30;
/** No clock of a meter or a host is off by more: what tells a drift less exactly than this tells none. */
export const crystalPpm = 500;

/**
 * The line that all anchors lie above, and lie closest to: samples arrive late and never early, so that what is never late is the clock, and all
 * above it the way through buffers. It is the edge of their lower hull below their middle (Moon, Skelly, Towsley 1999, of delays in
 * networks); of a trace too short to tell a drift, the line without one. Undefined for fewer than two places.
 */
export function fitAnchors(events: readonly TraceEvent[], rateHz: number): AnchorFit | undefined {
  const points = events.flatMap(event =>
    event.kind === 'anchor' ? [{ meterMs: (1000 * event.sample) / rateHz, hostMs: event.hostMs }] : [],
  );
  const edge = edgeBelow(points);
  if (!edge) return undefined;
  const spanMs = (points.at(-1)?.meterMs ?? 0) - (points[0]?.meterMs ?? 0);
  const hullPpm = (1e6 * late(points, edge).lateMs * Math.min(1, plenty / points.length)) / spanMs;
  const line = hullPpm <= crystalPpm ? edge : withoutDrift(points);
  return { ...line, ...late(points, line), count: points.length, errorPpm: Math.min(hullPpm, crystalPpm) };
}

function edgeBelow(points: readonly Place[]): Line | undefined {
  const hull = lowerHull(points);
  const middleMs = points.reduce((sum, { meterMs }) => sum + meterMs, 0) / points.length;
  const at = Math.max(
    1,
    hull.findIndex(({ meterMs }) => meterMs >= middleMs),
  );
  const [from, to] = [hull[at - 1], hull[at]];
  if (!from || !to) return undefined;
  const slope = (to.hostMs - from.hostMs) / (to.meterMs - from.meterMs);
  return { slope, offsetMs: from.hostMs - from.meterMs * slope };
}

function withoutDrift(points: readonly Place[]): Line {
  const offsetMs = points.reduce(
    (least, { meterMs, hostMs }) => Math.min(least, hostMs - meterMs),
    Number.POSITIVE_INFINITY,
  );
  return { slope: 1, offsetMs };
}

function late(points: readonly Place[], line: Line): Pick<AnchorFit, 'lateMs' | 'leastLateMs' | 'residualMs'> {
  const all = points.map(({ meterMs, hostMs }) => hostMs - hostOf(line, meterMs)).toSorted((a, b) => a - b);
  return {
    lateMs: median(all),
    leastLateMs: all[Math.floor(all.length / 10)] ?? 0,
    residualMs: Math.sqrt(all.reduce((sum, ms) => sum + ms * ms, 0) / all.length),
  };
}

/** As evidence has it. */
export function fitOfAnchors({ count, slope, errorPpm, residualMs }: AnchorFit): ClockFit {
  return { by: 'anchors', marks: count, driftPpm: 1e6 * (slope - 1), errorPpm, residualMs };
}

type Place = Pick<Point, 'meterMs' | 'hostMs'>;

/** Places ascend in the meter's time; of several of one time the earliest counts. */
function lowerHull(places: readonly Place[]): readonly Place[] {
  const hull: Place[] = [];
  for (const place of places) {
    if (hull.at(-1)?.meterMs === place.meterMs) {
      if ((hull.at(-1)?.hostMs ?? 0) <= place.hostMs) continue;
      hull.pop();
    }
    while (hull.length > 1 && isAbove(hull[hull.length - 2], hull[hull.length - 1], place)) hull.pop();
    hull.push(place);
  }
  return hull;
}

/** Whether the middle one of three lies on or above the line through the others. */
function isAbove(a: Place | undefined, middle: Place | undefined, b: Place): boolean {
  if (!a || !middle) return false;
  return (middle.hostMs - a.hostMs) * (b.meterMs - a.meterMs) >= (b.hostMs - a.hostMs) * (middle.meterMs - a.meterMs);
}

/** The value in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = low] = sorted.length % 2 ? [sorted[middle]] : sorted.slice(middle - 1, middle + 1);
  return (low + high) / 2;
}
