import { meanFor } from '../../suite/battery-life.ts';
import type { CurrentBudget } from '../../suite/suite.ts';
import { formatApart, formatQuantity } from '../../units.ts';
import { isMet, judgeFigure, judgeLack, notMeasured } from '../budget.ts';
import type { BatteryMetrics, Verdict } from '../result.ts';
import type { CurrentFacts } from './current.ts';
import { straddles } from './interval.ts';
import { disagreement, openness } from './judge-measured.ts';

type BatteryBudget = Extract<CurrentBudget, { kind: 'battery' }>;

/** Judges how long a cell lasts: computed from a mean current, and said to be. A cell that cannot give the peak does not last longer, it fails. */
export function judgeBattery(budget: BatteryBudget, facts: CurrentFacts): Verdict {
  const { batteries, load, end } = facts;
  const battery = batteries.find(({ cell, basis }) => cell === budget.cell && basis === budget.basis);
  if (!battery || !load) return notMeasured(budget, `not computed: ${whyNoLoad(budget, facts)}`);
  const isPeakOpen = load.peak !== undefined && straddles(load.peak, battery.pulseMa);
  if (battery.lifeDays === null) {
    const reason = isPeakOpen ? peakOpen(battery, 'less') : tooMuch(battery);
    return judgeLack(budget, { status: isPeakOpen ? 'inconclusive' : 'failed', reason }, { status: 'complete' });
  }
  const { lifeDays: value, lowDays, highDays } = battery;
  const interval = lowDays === undefined ? { value } : { value, low: lowDays, high: highDays ?? endless };
  const doubt = battery.from === 'computed' ? disagreement(facts.measured?.lengths) : undefined;
  const { note, open } = openness(budget, interval, 'the meter');
  const hangsOnPeak = isPeakOpen && isMet(budget, value) ? peakOpen(battery, 'more') : undefined;
  const notes = [
    originOf(battery),
    ...(budget.basis === 'measured' && note !== undefined ? [note] : []),
    shelfNote(battery),
    askedOf(budget, battery),
    supplyNote(battery, facts),
  ];
  const figure = {
    name: `${budget.cell} lasts`,
    value,
    detail: `${battery.capacityMah} mAh`,
    evidence: 'moves',
    note: notes.filter(each => each !== undefined).join('; '),
    ...(doubt !== undefined && { doubt }),
    ...((hangsOnPeak ?? open) !== undefined && { open: hangsOnPeak ?? open }),
  } as const;
  return judgeFigure(budget, figure, end);
}

/** Of a load that may be nothing there is no upper end. */
const endless = Number.POSITIVE_INFINITY;

function whyNoLoad({ basis }: BatteryBudget, { suite, measured, modelled }: CurrentFacts): string {
  if (suite.measure.current?.periodMs === undefined)
    return 'measure.current.period says how often one infers, and is not there';
  if (basis === 'modelled' && 'metrics' in modelled)
    for (const [state, key] of [
      ['run', 'inference'],
      ['sleep', 'sleep'],
    ] as const)
      if (!modelled.metrics[key]) return `the board names no current of the state "${state}"`;
  if (basis === 'measured') {
    const { dutyCycle, sleep, charge } = measured ?? {};
    if (dutyCycle?.mean) return `a mean of ${formatQuantity(dutyCycle.mean.value, 'mA')} asks no cell for anything`;
    if (!sleep?.mean || !charge)
      return `neither a duty cycle nor ${sleep?.mean ? 'an inference' : 'sleep'} was measured`;
  }
  return 'an inference takes longer than measure.current.period';
}

function tooMuch({ cell, peakMa = 0, pulseMa, of }: BatteryMetrics): string {
  const { measured: peak, limit: pulse } = formatApart(peakMa, pulseMa, 'mA');
  return `the cell cannot give it: a peak of ${peak}, and ${cell} is rated for pulses of ${pulse} (${of})`;
}

function peakOpen({ peakMa = 0, pulseMa }: BatteryMetrics, than: 'less' | 'more'): string {
  const { measured: peak, limit: pulse } = formatApart(peakMa, pulseMa, 'mA');
  return `by the meter's accuracy the peak of ${peak} may be ${than} than the ${pulse} that the cell is rated for`;
}

/** `computed from 840 µA, the mean of a measured duty cycle of 10 s`. */
function originOf({ basis, from, meanMa, periodUs }: BatteryMetrics): string {
  const mean = formatQuantity(meanMa, 'mA');
  if (periodUs === undefined)
    return `computed from ${mean}, the mean of the application as it ran, whatever its period`;
  const period = formatQuantity(periodUs, 'µs');
  if (from === 'dutyCycle') return `computed from ${mean}, the mean of the measured duty cycle of ${period}`;
  return `computed from ${mean}: one ${basis} inference every ${period} and sleep for the rest, nothing around it`;
}

function shelfNote({ limitedBy, shelfYears, cell }: BatteryMetrics): string | undefined {
  if (limitedBy !== 'shelf') return undefined;
  return `the load alone would let it last longer: ${cell} keeps for ${shelfYears} years`;
}

/** What the budget would take, where it is missed. */
function askedOf({ limit }: BatteryBudget, battery: BatteryMetrics): string | undefined {
  if (battery.lifeDays === null || battery.lifeDays >= limit || battery.limitedBy === 'shelf') return undefined;
  return `a life of ${formatQuantity(limit, 'days')} asks for a mean of ${formatQuantity(meanFor(battery, limit), 'mA')}`;
}

/** The current is taken as drawn from the cell: what a regulator in between does to it is not known. */
function supplyNote({ nominalMv, cutOffMv }: BatteryMetrics, { evidence, board }: CurrentFacts): string | undefined {
  const supplyMv = evidence?.facts.supplyMv ?? board.supplyMv;
  if (supplyMv === undefined || (supplyMv >= cutOffMv && supplyMv <= nominalMv)) return undefined;
  const [supply, nominal] = [supplyMv, nominalMv].map(mv => formatQuantity(mv, 'mV', 2));
  return `the current at ${supply} is taken as drawn from the cell's ${nominal}: whatever lies between them is not counted`;
}
