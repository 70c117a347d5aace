import type { BoardMeter } from './board.ts';

/** What a meter can be told to do; each of several units of a kind alike. */
export interface MeterAbilities {
  /** As a source, of the DUT's supply. */
  readonly leastMv: number;
  readonly mostMv: number;
  readonly modes: readonly BoardMeter['mode'][];
  /** Samples a second. */
  readonly ratesHz: readonly number[];
}

/** https://docs.nordicsemi.com/bundle/ug_ppk2; ST UM2243 and UM2269. */
export const meterAbilities: Readonly<Record<BoardMeter['kind'], MeterAbilities>> = {
  ppk2: { leastMv: 800, mostMv: 5000, modes: ['source', 'ampere'], ratesHz: [100_000] },
  lpm01a: {
    leastMv: 1800,
    mostMv: 3300,
    modes: ['source'],
    ratesHz: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000],
  },
};

/** `0.8 V to 5 V`. */
export function supplyRange({ leastMv, mostMv }: MeterAbilities): string {
  return `${leastMv / 1000} V to ${mostMv / 1000} V`;
}
