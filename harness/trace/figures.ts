import type { Trace } from '../recording/read-trace.ts';
import type { TraceFacts } from '../recording/trace.ts';
import { blocksOf, readWhole, type Stretch } from './blocks.ts';
import type { CurrentFigures } from './evidence.ts';
import type { Tally } from './tally.ts';
import { longTally } from './tally-long.ts';
import { shortTally } from './tally-short.ts';

export type { Stretch } from './blocks.ts';

/** So many samples are held in memory: what is longer is read twice. */
const mostHeld = 1 << 18;

/**
 * The figures of each window; windows may lie over one another. Samples that are no number are left out of them, and count nothing to charge and
 * energy: whether so many may be missing is for others to say. A window without a sample has a length only. Throws InputError where
 * the trace ends before a window does.
 */
export function figuresOf(trace: Trace, windows: readonly Stretch[]): CurrentFigures[] {
  const longest = windows.reduce((most, { first, end }) => Math.max(most, end - first), 0);
  const short = shortTally(Math.min(longest, mostHeld));
  return windows.map(window => {
    const { first, end } = window;
    if (end - first > mostHeld)
      return inUnits(
        window,
        longTally(() => blocksOf(trace, window, short.room)),
        trace.facts,
      );
    readWhole(trace, first, short.room.subarray(0, end - first));
    return inUnits(window, short.tally(end - first), trace.facts);
  });
}

function inUnits(window: Stretch, tally: Tally | undefined, facts: TraceFacts): CurrentFigures {
  const { first, end } = window;
  const { rateHz, supplyMv } = facts;
  const figures = { first, end, durationUs: ((end - first) / rateHz) * 1e6 };
  if (!tally) return figures;
  if (facts.quantity === 'energy') {
    const energyUj = tally.sum;
    if (supplyMv === undefined) return { ...figures, energyUj };
    // µJ in 1 / rateHz seconds are µW; over mV they are mA, as µJ over V are µC
    return { ...figures, ...currentsOf(tally, rateHz / supplyMv), chargeUc: (energyUj / supplyMv) * 1000, energyUj };
  }
  const chargeUc = (tally.sum / rateHz) * 1000;
  const energy = supplyMv === undefined ? {} : { energyUj: chargeUc * (supplyMv / 1000) };
  return { ...figures, ...currentsOf(tally, 1), chargeUc, ...energy };
}

function currentsOf({ count, sum, most, p50, p99 }: Tally, maASample: number) {
  return {
    meanMa: (sum / count) * maASample,
    p50Ma: p50 * maASample,
    p99Ma: p99 * maASample,
    peakMa: most * maASample,
  };
}
