import { type Cycle, lifeDays, meanAtPeriod, shelfDays } from '../../suite/battery-life.ts';
import { cellsWith } from '../../suite/cells.ts';
import type { Cell, CurrentBasis } from '../../suite/suite.ts';
import type { BatteryMetrics, CurrentMetrics, IntervalFigure, ModelledMetrics } from '../result.ts';

export { type Cycle, lifeAtPeriod } from '../../suite/battery-life.ts';

/** The load that a cell has to carry, and where it comes from. */
export interface Load {
  readonly basis: CurrentBasis;
  readonly mean: IntervalFigure;
  readonly periodUs?: number;
  readonly from: BatteryMetrics['from'];
  readonly peak?: IntervalFigure;
}

/**
 * What was measured of a duty cycle; where none was, an inference's charge and sleep for the rest of the period; of firmware that nobody asks for
 * inferences (`isSelfPaced`) its application as it ran. Undefined where none of them is known, or a period takes less than an inference.
 */
export function measuredLoad(
  current: CurrentMetrics,
  { periodMs, isSelfPaced }: { readonly periodMs: number | undefined; readonly isSelfPaced: boolean },
): Load | undefined {
  const { dutyCycle, application } = current;
  const peak = peakOf(current);
  const shared = { basis: 'measured', ...(peak && { peak }) } as const;
  const found = dutyCycle?.mean
    ? { mean: dutyCycle.mean, periodUs: dutyCycle.periodUs, from: 'dutyCycle' as const }
    : (computed(current, periodMs) ??
      (isSelfPaced && application?.mean ? { mean: application.mean, from: 'application' as const } : undefined));
  return found && found.mean.value > 0 ? { ...shared, ...found } : undefined; // else no cell was asked for anything
}

function computed(current: CurrentMetrics, periodMs: number | undefined) {
  const cycles = cyclesOf(current);
  if (!cycles || periodMs === undefined) return undefined;
  const periodUs = periodMs * 1000;
  const [value, low, high] = cycles.map(cycle => cycle && meanAtPeriod(cycle, periodUs));
  if (value === undefined) return undefined;
  const mean = low === undefined || high === undefined ? { value } : { value, low, high };
  return { mean, periodUs, from: 'computed' as const };
}

/** The load of datasheet currents; undefined where no duty cycle is modelled. */
export function modelledLoad({ dutyCycle, currents }: ModelledMetrics): Load | undefined {
  if (!dutyCycle) return undefined;
  const peakMa = Math.max(...currents.filter(({ isUsed }) => isUsed).map(({ currentMa }) => currentMa));
  const { mean, periodUs } = dutyCycle;
  return { basis: 'modelled', mean: { value: mean }, periodUs, from: 'computed', peak: { value: peakMa } };
}

/** How long each cell lasts under a load: those that are known, and the suite's own. */
export function measureBatteries(
  load: Load,
  own: Readonly<Record<string, Cell>> | undefined,
): readonly BatteryMetrics[] {
  return Object.entries(cellsWith(own)).map(([name, cell]) => measureBattery(name, cell, load));
}

function measureBattery(name: string, cell: Cell, { basis, mean, periodUs, from, peak }: Load): BatteryMetrics {
  const { value, low, high } = mean;
  const shared = {
    cell: name,
    ...cell,
    basis,
    meanMa: value,
    from,
    ...(periodUs !== undefined && { periodUs }),
    ...(peak && { peakMa: peak.value }),
  };
  if (peak && peak.value > cell.pulseMa) return { ...shared, lifeDays: null, limitedBy: 'pulse' };
  const atMost = (currentMa: number) => Math.min(lifeDays(cell, currentMa), shelfDays(cell));
  return {
    ...shared,
    lifeDays: atMost(value),
    // the more is drawn, the sooner it is empty
    ...(high !== undefined && { lowDays: atMost(high) }),
    ...(low !== undefined && Number.isFinite(atMost(low)) && { highDays: atMost(low) }),
    limitedBy: lifeDays(cell, value) > shelfDays(cell) ? 'shelf' : 'charge',
  };
}

/** The largest current of all that was seen: what a cell has to give, however short. */
function peakOf({ application, dutyCycle, inference }: CurrentMetrics): IntervalFigure | undefined {
  const peaks = [application, dutyCycle, inference].flatMap(window => window?.peak ?? []);
  return peaks.toSorted((a, b) => b.value - a.value)[0];
}

/** What inferences at any period draw; undefined where an inference or sleep is not known. */
export function cycleOf(metrics: CurrentMetrics | ModelledMetrics): Cycle | undefined {
  if (metrics.basis === 'measured') return cyclesOf(metrics)?.[0];
  const { charge, inferenceUs, sleep } = metrics;
  return charge && sleep && { chargeUc: charge.inference.mean, inferenceUs, sleepMa: sleep.mean };
}

/** As measured, at the least and at the most that the meter leaves open. */
function cyclesOf({ charge, sleep, inference }: CurrentMetrics): readonly (Cycle | undefined)[] | undefined {
  if (!charge || !sleep?.mean || !inference) return undefined;
  const { mean, low, high } = charge.inference;
  const inferenceUs = inference.durationUs / inference.runs;
  const at = (chargeUc: number | undefined, sleepMa: number | undefined) =>
    chargeUc === undefined || sleepMa === undefined ? undefined : { chargeUc, inferenceUs, sleepMa };
  return [at(mean, sleep.mean.value), at(low, sleep.mean.low), at(high, sleep.mean.high)];
}
