/** What is counted of some samples, in their own unit; those that are no number (lost ones) are left out. */
export interface Tally {
  readonly count: number;
  readonly sum: number;
  readonly most: number;
  readonly p50: number;
  readonly p99: number;
}

/** Of the percentiles, as a share: numpy's own division. */
export const shares = { p50: 0.5, p99: 0.99 } as const;

/** Where a percentile lies among `count` values in order, from 0: mostly between two. */
export function rankOf(share: number, count: number): number {
  return (count - 1) * share;
}

/** Between its two neighbours in order, by numpy's formula: its results are ours to the last bit. */
export function interpolated(rank: number, [low, high]: Neighbours): number {
  const part = rank - Math.floor(rank);
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

/** Two values that follow each other in order. */
export type Neighbours = readonly [low: number, high: number];

/**
 * float32 in order, by its bits: as signed integers, those of a negative number turned over but for the sign, floats sort as numbers do. So
 * counting into bins tells where a rank lies, and each further count looks into one bin of the last.
 */
export function keyOf(bits: number): number {
  return bits ^ ((bits >> 31) & 0x7fff_ffff);
}

/** The float of a key. */
export function valueOf(key: number): number {
  bits[0] = keyOf(key); // its own inverse
  return (float[0] ?? Number.NaN) + 0; // −0 is 0
}

/** The bin of a rank, how many lie before it and how many in it. */
export function binOf(rank: number, counts: ArrayLike<number>): { bin: number; before: number; within: number } {
  let before = 0;
  let bin = 0;
  for (let within = counts[0]; before + within <= rank; within = counts[++bin]) before += within;
  return { bin, before, within: counts[bin] };
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);
