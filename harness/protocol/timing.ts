/** What earlier work of a kind took: mean and mean deviation, as RFC 6298 keeps them. */
export interface Expectation {
  readonly meanMs: number;
  readonly deviationMs: number;
}

/** Learns how long each kind of work takes a unit: a WRITE, or one of the inferences in a window. */
export interface Timing {
  /** Only of requests that were sent once: an answer to one of many sendings times none of them (Karn and Partridge 1987). */
  took(kind: string, units: number, ms: number): void;
  /** Of so many units; undefined while none was seen. */
  expected(kind: string, units: number): Expectation | undefined;
}

/** Knows nothing yet. */
export function createTiming(): Timing {
  const known = new Map<string, Expectation>();
  return {
    took(kind, units, ms) {
      const unitMs = ms / units;
      const { meanMs, deviationMs } = known.get(kind) ?? { meanMs: unitMs, deviationMs: unitMs };
      const error = unitMs - meanMs;
      known.set(kind, {
        meanMs: meanMs + error / 8,
        deviationMs: deviationMs + (Math.abs(error) - deviationMs) / 4,
      });
    },
    expected(kind, units) {
      const unit = known.get(kind);
      return unit && { meanMs: unit.meanMs * units, deviationMs: unit.deviationMs * units };
    },
  };
}

/** How long an answer is waited for before the request is sent again, and how often it is sent at most. */
export interface Patience {
  /** While the link has lost nothing: whoever is slow then is the DUT, or a busy host, and must not be disturbed. */
  readonly cleanMs: number;
  /** The same where earlier work shows what to expect. */
  readonly cleanKnownMs: number;
  /** On a link that loses: the first wait for work that was never seen, doubled each time up to the longest. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** On a link that loses: the shortest wait for work that is known. */
  readonly leastMs: number;
  /** How often without any sign of a bad line, and with. */
  readonly silentTries: number;
  readonly tries: number;
}

/** The wait for an answer to sending number `tries`. */
export function waitMs(patience: Patience, expected: Expectation | undefined, isLossy: boolean, tries: number): number {
  const { cleanMs, cleanKnownMs, firstMs, longestMs, leastMs } = patience;
  if (!isLossy) return expected ? Math.max(cleanKnownMs, 10 * expected.meanMs) : cleanMs;
  if (!expected) return Math.min(longestMs, firstMs * 2 ** (tries - 1));
  // Four deviations, as RFC 6298; twice the mean, since a frame may have grown; and more each time, should this be slower than ever.
  const usualMs = Math.max(leastMs, expected.meanMs + Math.max(expected.meanMs, 4 * expected.deviationMs));
  return usualMs * Math.min(8, 1.25 ** (tries - 1));
}

/** The wait after something damaged came: it was the answer, unless it came before its time. */
export function waitAfterDamageMs(patience: Patience, expected: Expectation | undefined, elapsedMs: number): number {
  if (!expected) return patience.firstMs;
  return Math.max(1, expected.meanMs + 2 * expected.deviationMs - elapsedMs);
}
