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

/**
 * How many values a percentile needs: 5 for p50, 29 for p90, 299 for p99. From so many on, at least one value lies beyond the true
 * percentile with a chance of 95 %, so that "all of them kept the bound" says something about it (Wilks 1941: qⁿ ≤ 0.05).
 */
export function valuesNeeded(percent: number): number {
  return Math.ceil(Math.log(0.05) / Math.log(percent / 100));
}
