import { binOf, interpolated, keyOf, rankOf, shares, type Tally, valueOf } from './tally.ts';

/** Samples in their order, and the same as bits. */
export interface Block {
  readonly values: Float32Array;
  readonly bits: Int32Array;
}

/**
 * Tallies samples that need not fit into memory, of blocks that can be had twice (one is over when the next comes): their keys are counted by the
 * first half of their bits, then by the second half those that begin as a percentile's neighbours do. Undefined where none is a number.
 */
export function longTally(blocks: () => Iterable<Block>): Tally | undefined {
  const { count, sum, high, firsts } = countFirsts(blocks());
  if (count === 0) return undefined;
  const ranks = [rankOf(shares.p50, count), rankOf(shares.p99, count)] as const;
  const beginnings = ranks.flatMap(rank => neighbouring(rank, count)).map(rank => binOf(rank, firsts).bin);
  const seconds = countSeconds(blocks(), new Set(beginnings));
  const valueAt = (rank: number): number => {
    const { bin, before } = binOf(rank, firsts);
    return valueOf(keyFrom(bin, binOf(rank - before, seconds[bin] ?? firsts).bin));
  };
  const at = (rank: number): number => {
    const [low, next] = neighbouring(rank, count);
    return interpolated(rank, [valueAt(low), valueAt(next)]);
  };
  return { count, sum, most: valueOf(high), p50: at(ranks[0]), p99: at(ranks[1]) };
}

/** The ranks that one lies between; there is none after the last. */
function neighbouring(rank: number, count: number): [number, number] {
  const low = Math.floor(rank);
  return [low, Math.min(low + 1, count - 1)];
}

const lowestKey = -0x8000_0000;
const halfBits = 16;
const halves = 1 << halfBits;

function firstHalf(key: number): number {
  return (key ^ lowestKey) >>> halfBits;
}

function keyFrom(first: number, second: number): number {
  return ((first << halfBits) | second) ^ lowestKey;
}

/** As float64: 2³² samples are a capture of twelve hours. */
function newCounts(): Float64Array {
  return new Float64Array(halves);
}

function countFirsts(blocks: Iterable<Block>) {
  const firsts = newCounts();
  let [count, sum, high] = [0, 0, lowestKey];
  for (const block of blocks) {
    const own = addFirsts(block, firsts);
    count += own.count;
    sum += own.sum;
    high = Math.max(high, own.high);
  }
  return { count, sum, high, firsts };
}

function addFirsts({ values, bits }: Block, firsts: Float64Array) {
  let [count, sum, high] = [0, 0, lowestKey];
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value - value !== 0) continue; // lost, or endless
    const key = keyOf(bits[index]);
    if (key > high) high = key;
    const first = firstHalf(key);
    firsts[first]++;
    sum += value;
    count++;
  }
  return { count, sum, high };
}

/** Of the keys with each of the beginnings, by these. */
function countSeconds(blocks: Iterable<Block>, beginnings: ReadonlySet<number>): (Float64Array | undefined)[] {
  const seconds = Array.from({ length: halves }, (_, first) => (beginnings.has(first) ? newCounts() : undefined));
  for (const { bits } of blocks) addSeconds(bits, seconds);
  return seconds;
}

function addSeconds(bits: Int32Array, seconds: readonly (Float64Array | undefined)[]): void {
  for (let index = 0; index < bits.length; index++) {
    const key = keyOf(bits[index]);
    const counts = seconds[firstHalf(key)];
    if (!counts) continue;
    const second = key & (halves - 1);
    counts[second]++;
  }
}
