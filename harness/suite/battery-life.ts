import type { Cell } from './suite.ts';

const hoursPerYear = 365.25 * 24;

/**
 * How long a cell lasts at a mean current, in days: until load and self-discharge have taken its capacity, dQ/dt = −I − k·Q. Self-discharge is a share
 * of what is left, so that years compound. `Infinity` where there is neither; no shelf life is looked at.
 */
export function lifeDays({ capacityMah, selfDischargePercentPerYear }: Cell, meanMa: number): number {
  const perHour = lossPerHour(selfDischargePercentPerYear);
  const hours = perHour === 0 ? capacityMah / meanMa : Math.log1p((perHour * capacityMah) / meanMa) / perHour;
  return hours / 24;
}

/** The mean current at which a cell lasts so many days, in mA. */
export function meanFor({ capacityMah, selfDischargePercentPerYear }: Cell, days: number): number {
  const perHour = lossPerHour(selfDischargePercentPerYear);
  const hours = days * 24;
  return perHour === 0 ? capacityMah / hours : (perHour * capacityMah) / Math.expm1(perHour * hours);
}

function lossPerHour(percentPerYear: number): number {
  return -Math.log1p(-percentPerYear / 100) / hoursPerYear;
}

/** What an inference takes, and what is drawn between two of them. */
export interface Cycle {
  /** Of one inference, baseline included, and how long it takes. */
  readonly chargeUc: number;
  readonly inferenceUs: number;
  readonly sleepMa: number;
}

/** The mean current of one inference a period and sleep for the rest of it, in mA. Undefined where the inference takes longer. */
export function meanAtPeriod({ chargeUc, inferenceUs, sleepMa }: Cycle, periodUs: number): number | undefined {
  if (periodUs < inferenceUs) return undefined;
  return (chargeUc * 1000 + sleepMa * (periodUs - inferenceUs)) / periodUs;
}

/** How long a cell lasts at one inference a period, in days; its shelf life at most. Undefined where the inference takes longer. */
export function lifeAtPeriod(cell: Cell, cycle: Cycle, periodUs: number): number | undefined {
  const meanMa = meanAtPeriod(cycle, periodUs);
  return meanMa === undefined ? undefined : Math.min(lifeDays(cell, meanMa), shelfDays(cell));
}

/** How long makers vouch for a cell, in days; `Infinity` where nobody says. */
export function shelfDays({ shelfYears = Number.POSITIVE_INFINITY }: Cell): number {
  return shelfYears * 365.25;
}
