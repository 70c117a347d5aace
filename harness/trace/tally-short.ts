import { binOf, interpolated, keyOf, type Neighbours, rankOf, shares, type Tally, valueOf } from './tally.ts';

/** Tallies the first `length` samples in `room`, which it may change; undefined where none is a number. */
export interface ShortTally {
  readonly room: Float32Array;
  tally(length: number): Tally | undefined;
}

/** For up to `most` samples in memory, again and again: their keys are counted into bins, then those of the bin that a percentile lies in, and so on. */
export function shortTally(most: number): ShortTally {
  const room = new Float32Array(most);
  const bits = new Int32Array(room.buffer);
  const all = { keys: new Int32Array(most), bins: newBins() };
  const some = { keys: new Int32Array(most), bins: newBins() };

  return {
    room,
    tally(length) {
      const { count, sum } = addUp(room, length);
      if (count === 0) return undefined;
      takeKeys(bits, count, all.keys);
      countKeys(all, count);
      const at = (share: number): number => {
        const rank = rankOf(share, count);
        const [low, high] = neighbours(Math.floor(rank), count, { all, some });
        return interpolated(rank, [valueOf(low), valueOf(high)]);
      };
      return { count, sum, most: valueOf(all.bins.high), p50: at(shares.p50), p99: at(shares.p99) };
    },
  };
}

/** Where something is no number, their sum is none: then the numbers are moved to the front. */
function addUp(values: Float32Array, length: number): { count: number; sum: number } {
  const sum = sumOf(values, length);
  if (sum - sum === 0) return { count: length, sum };
  let count = 0;
  for (let index = 0; index < length; index++) {
    const value = values[index];
    if (value - value === 0) values[count++] = value;
  }
  return { count, sum: sumOf(values, count) };
}

/** Four at a time, since an addition waits for the one before. */
function sumOf(values: Float32Array, length: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const fours = length - (length % 4);
  for (let index = 0; index < fours; index += 4) {
    a += values[index];
    b += values[index + 1];
    c += values[index + 2];
    d += values[index + 3];
  }
  for (let index = fours; index < length; index++) a += values[index];
  return a + b + (c + d);
}

function takeKeys(bits: Int32Array, count: number, keys: Int32Array): void {
  for (let index = 0; index < count; index++) keys[index] = keyOf(bits[index]);
}

const binBits = 11;
/** So few are sorted sooner than counted. */
const fewKeys = 128;

/** How many keys are in each of 2,048 parts of their range. `shift`: so many of a key's last bits do not tell its bin. */
interface Bins {
  readonly counts: Int32Array;
  low: number;
  high: number;
  shift: number;
}

interface Keys {
  readonly keys: Int32Array;
  readonly bins: Bins;
}

function newBins(): Bins {
  return { counts: new Int32Array(1 << binBits), low: 0, high: 0, shift: 0 };
}

function countKeys({ keys, bins }: Keys, count: number): void {
  let low = 0x7fff_ffff;
  let high = -0x8000_0000;
  for (let index = 0; index < count; index++) {
    const key = keys[index];
    if (key < low) low = key;
    if (key > high) high = key;
  }
  const shift = Math.max(0, 32 - Math.clz32((high - low) | 0) - binBits);
  Object.assign(bins, { low, high, shift });
  const { counts } = bins;
  counts.fill(0);
  for (let index = 0; index < count; index++) {
    const bin = ((keys[index] - low) | 0) >>> shift;
    counts[bin]++;
  }
}

/** The keys of a rank among `count`, and of the next one; of the last rank, the same twice. The keys of its bin are looked at in `some`. */
function neighbours(rank: number, count: number, { all, some }: { all: Keys; some: Keys }): Neighbours {
  const { keys, bins } = all;
  if (count <= fewKeys) return neighboursInOrder(rank, keys.subarray(0, count).sort());
  const { bin, before, within } = binOf(rank, bins.counts);
  if (rank - before === within - 1) return [lastIn(bin, all, count), firstAfter(bin, all, count)];
  if (bins.shift === 0) return [bins.low + bin, bins.low + bin];
  pick(bin, all, { count, into: some.keys });
  countKeys(some, within);
  return neighbours(rank - before, within, { all: some, some });
}

function neighboursInOrder(rank: number, keys: Int32Array): Neighbours {
  const last = keys.length - 1;
  return [keys[rank], keys[Math.min(rank + 1, last)]];
}

/** The keys of a bin, in any order; `into` may be where they come from. */
function pick(bin: number, { keys, bins }: Keys, { count, into }: { count: number; into: Int32Array }): void {
  const { low, shift } = bins;
  let picked = 0;
  for (let index = 0; index < count; index++) {
    const key = keys[index];
    if (((key - low) | 0) >>> shift === bin) into[picked++] = key;
  }
}

function lastIn(bin: number, { keys, bins }: Keys, count: number): number {
  const { low, shift } = bins;
  let last = low;
  for (let index = 0; index < count; index++) {
    const key = keys[index];
    if (((key - low) | 0) >>> shift === bin && key > last) last = key;
  }
  return last;
}

/** The least key beyond a bin; of the last one, the greatest in it. */
function firstAfter(bin: number, { keys, bins }: Keys, count: number): number {
  const { low, high, shift } = bins;
  let first = high;
  for (let index = 0; index < count; index++) {
    const key = keys[index];
    if (((key - low) | 0) >>> shift > bin && key < first) first = key;
  }
  return first;
}
