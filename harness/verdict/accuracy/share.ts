/** A count as a percentage of what there are. */
export function percentOf(count: number, total: number): number {
  return (100 * count) / total;
}
