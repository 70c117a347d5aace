import { InputError } from '../../errors.ts';

/** How time goes on from line to line, in the unit of the column. */
export interface TimeStep {
  readonly usual: number;
  /** A step within these is no gap. */
  readonly least: number;
  readonly most: number;
  /** Of the times as they are printed. */
  readonly resolution: number;
  readonly rateHz: number;
}

/**
 * The step of a column of times, from its first ones: their median, or their mean where they are printed with fewer digits than it takes to tell
 * samples apart. `texts` as they are written. Throws InputError where they tell none.
 */
export function stepOf(times: readonly number[], texts: readonly string[], perS: number, where: string): TimeStep {
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? Number.NaN));
  if (steps.length === 0) throw noRate('has one sample, which tells no rate', where);
  const median = steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? Number.NaN;
  const resolution = 10 ** -Math.max(...texts.map(decimalsOf));
  const regular = steps.filter(step => Math.abs(step - median) <= median / 5);
  const odd = steps.filter(step => step < 0.8 * median);
  if (median > 0 && odd.length <= steps.length * mostOdd) {
    const mean = regular.reduce((sum, step) => sum + step, 0) / regular.length;
    const uncertainty = Math.min(1e-5, Math.max(1e-9, resolution / (mean * regular.length)));
    return { usual: mean, least: mean / 2, most: mean * 1.5, resolution, rateHz: rateOf(mean / perS, uncertainty) };
  }

  const mean = ((times.at(-1) ?? Number.NaN) - (times[0] ?? Number.NaN)) / steps.length;
  if (!(mean > 0) || resolution < mean / 5) {
    const fix = 'write the rate with --rate, or export it with samples at equal distances';
    if (!(median > 0)) throw new InputError('has times that do not go on', where, fix);
    return { usual: median, least: median / 2, most: median * 1.5, resolution, rateHz: rateOf(median / perS) };
  }
  return {
    usual: mean,
    least: 0,
    most: mean * 1.5 + resolution,
    resolution,
    rateHz: rateOf(mean / perS, resolution / mean / steps.length),
  };
}

/** More than this share, and a current's charge is wrong by as much. */
const mostOff = 0.005;

/** Throws InputError where so many samples at this rate do not take as long as the times of the first and the last one say. */
export function expectRate(
  { rateHz, resolution }: TimeStep,
  seen: { readonly samples: number; readonly elapsed: number; readonly perS: number },
  where: string,
): void {
  const [saidS, takenS] = [seen.elapsed / seen.perS, (seen.samples - 1) / rateHz];
  if (!(Math.abs(saidS - takenS) > mostOff * saidS + resolution / seen.perS)) return;
  const [rate, by] = [rateHz, (seen.samples - 1) / saidS].map(hz => Number(hz.toPrecision(5)));
  throw new InputError(
    `${seen.samples} samples take ${Number(saidS.toPrecision(6))} s by its times, and its first ones tell a rate of ${rate} Hz`,
    where,
    `samples are missing, or its times have too few digits: write the rate with --rate, such as --rate ${by}Hz`,
  );
}

/** Of steps that are too short: a file that is damaged has one or two, and times of too few digits have many. */
const mostOdd = 0.02;

function noRate(what: string, where: string): InputError {
  return new InputError(what, where, 'write the rate with --rate, such as --rate 100kHz');
}

function decimalsOf(text: string): number {
  const [, fraction = '', exponent = '0'] = /\.(\d*)(?:e([-+]?\d+))?$/i.exec(text) ?? [];
  return Math.min(15, Math.max(0, fraction.length - Number(exponent)));
}

/** Without the noise of doubles; and where it is known to a part of `uncertainty` only, the shortest number within that. */
function rateOf(seconds: number, uncertainty = 1e-9): number {
  const rate = 1 / seconds;
  const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9].find(
    each => Math.abs(Number(rate.toPrecision(each)) / rate - 1) <= uncertainty,
  );
  return Number(rate.toPrecision(digits ?? 9));
}
