import type { InferenceWindow } from '../../trace/evidence.ts';
import type { LengthMetrics } from '../result.ts';

/**
 * How far the DUT's ticks and the meter are apart on how long windows last. Allowed are `agreementPercent` of a window, and what its ends may be
 * off. Undefined where the DUT counts nothing in time, or no wire marks windows: those are as long as it says.
 */
export function measureLengths(
  windows: readonly InferenceWindow[],
  agreementPercent: number,
): LengthMetrics | undefined {
  const compared = windows.flatMap(({ boot, vector, dutUs, durationUs, uncertaintyUs, by }) => {
    if (dutUs === undefined || dutUs <= 0 || by === 'uart') return [];
    const percent = (100 * Math.abs(durationUs - dutUs)) / dutUs;
    const allowedPercent = agreementPercent + (200 * uncertaintyUs) / dutUs;
    return [{ boot, vector, percent, allowedPercent, dutUs, meterUs: durationUs }];
  });
  const [worst] = compared.toSorted((a, b) => b.percent - b.allowedPercent - (a.percent - a.allowedPercent));
  if (!worst) return undefined;
  const disagreeing = compared.filter(({ percent, allowedPercent }) => percent > allowedPercent).length;
  return { windows: compared.length, disagreeing, ...worst };
}
