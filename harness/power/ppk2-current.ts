import type { Ppk2Calibration } from './ppk2-metadata.ts';

/** From what a PPK2's converter reads to a current, one sample after the other. */
export interface Ppk2Current {
  /** mA; NaN in a range that it does not have. `adc` of 14 bits. */
  of(range: number, adc: number): number;
  /** What stands for it: itself, or an average just after a change of range. */
  filtered(range: number, ma: number): number;
  /** Forgets the samples before: the next one follows upon none. */
  restart(): void;
}

/** Volts, for a quarter of the converter's step. */
const adcVolts = 1.8 / 163_840;

/** How much a sample adds to the two averages, how many samples of a range are averaged, and how many of the last range are left out of it. */
const filter = { alpha: 0.18, alphaOfLast: 0.06, averaged: 3, leftOut: 2 } as const;
const lastRange = 4;

/** The filter, for a trace's facts. */
export const filterTold = `α ${filter.alpha} (${filter.alphaOfLast} in R4) over ${filter.averaged} samples of a new range`;

/**
 * As the maker's application computes it, with its filter: after a change of range the first samples are too high, by inductance, and a
 * rolling average stands for them. https://github.com/NordicSemiconductor/pc-nrfconnect-ppk: src/device/serialDevice.ts, getAdcResult
 */
export function ppk2Current(calibration: Ppk2Calibration, supplyMv: number): Ppk2Current {
  const ranges = rangesOf(calibration, supplyMv);
  let average = Number.NaN;
  let averageOfLast = Number.NaN;
  let range = -1;
  let toAverage = 0;
  let seen = 0; // of this range, after the first
  const restart = (): void => {
    range = -1;
    toAverage = 0;
  };
  const begin = (newRange: number, value: number): number => {
    range = newRange;
    average = value;
    averageOfLast = value;
    return value;
  };
  return {
    restart,
    of: (itsRange, adc) => ranges[itsRange]?.(adc) ?? Number.NaN,
    filtered(newRange, value) {
      if (range === -1) return begin(newRange, value);
      const before = average;
      const beforeOfLast = averageOfLast;
      average = filter.alpha * value + (1 - filter.alpha) * average;
      averageOfLast = filter.alphaOfLast * value + (1 - filter.alphaOfLast) * averageOfLast;
      if (newRange !== range) {
        range = newRange;
        toAverage = filter.averaged;
        seen = 0;
      } else if (toAverage > 0) seen++;
      if (toAverage === 0) return value;
      toAverage--;
      if (range !== lastRange) return average;
      if (seen < filter.leftOut) {
        average = before;
        averageOfLast = beforeOfLast;
      }
      return averageOfLast;
    },
  };
}

/** For each range, from what the converter reads to mA. */
function rangesOf({ r, gs, gi, o, s, i, ug }: Ppk2Calibration, supplyMv: number): ((adc: number) => number)[] {
  return [...r.keys()].map(range => {
    const amps = adcVolts / at(r, range);
    const [square, linear, offset] = [at(gs, range), at(gi, range), at(o, range)];
    const constant = at(s, range) * (supplyMv / 1000) + at(i, range);
    const gain = at(ug, range) * 1000;
    return adc => {
      const x = (adc * 4 - offset) * amps;
      return gain * (x * (square * x + linear) + constant);
    };
  });
}

function at(values: readonly number[], range: number): number {
  return values[range] ?? Number.NaN;
}
