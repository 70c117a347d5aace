/** The nearest-rank percentile: the smallest value that at least `percent` of all values do not exceed. `sorted` ascends and is not empty. */
export function percentile(sorted: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent * sorted.length) / 100)); // exact for whole percents; 0.07 × 100 is above 7
  const value = sorted[rank - 1];
  if (value === undefined) throw new RangeError(`no percentile ${percent} of ${sorted.length} values`);
  return value;
}

/** The values ascending, as numbers; the given array stays as it is. */
export function ascending(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How many values a percentile needs to be told from the maximum: 2 for p50, 10 for p90, 100 for p99. With fewer, nearest rank is the last. */
export function valuesNeeded(percent: number): number {
  return Math.ceil(100 / (100 - percent));
}

/** At most so many of the values, evenly out of all, in their order. */
export function evenly<T>(values: readonly T[], most: number): readonly T[] {
  const kept = new Set(evenIndexes(values.length, most));
  return values.filter((_, index) => kept.has(index));
}

/** At most so many of the indexes below `count`, evenly out of all; the first and the last are among them. `most` is 2 or more. */
export function evenIndexes(count: number, most: number): readonly number[] {
  const step = Math.max(1, (count - 1) / (most - 1));
  return Array.from({ length: Math.min(count, most) }, (_, index) => Math.round(index * step));
}
