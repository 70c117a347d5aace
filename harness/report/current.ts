import type {
  BatteryMetrics,
  CaseResult,
  InferenceFigures,
  IntervalFigure,
  Metrics,
  WindowCurrent,
} from '../verdict/result.ts';
import { figure } from './figures.ts';

/**
 * What a case draws, as clauses, each with its window and its basis: `measured: mean 840 µA (756 µA to 924 µA) over the duty cycle of 10 s, peak 11 mA`.
 * Empty where nothing was measured or modelled.
 */
export function currentClauses({ metrics, verdicts }: Pick<CaseResult, 'metrics' | 'verdicts'>): string[] {
  return [
    ...measuredClauses(metrics),
    ...modelledClauses(metrics),
    ...batteryClauses(metrics, askedCells(verdicts)),
    ...uplinkClauses(metrics),
  ];
}

/** The one figure that says most: of a duty cycle, else of an inference. */
export function keyCurrent({ current, modelled }: Metrics): string[] {
  const energy = (current?.energy ?? modelled?.energy)?.inference.mean;
  const isModelled = current === undefined && modelled !== undefined;
  const mark = isModelled ? ' (modelled)' : '';
  const mean = current?.dutyCycle?.mean?.value ?? modelled?.dutyCycle?.mean;
  if (mean !== undefined) return [`mean ${figure(mean, 'mA')}${mark}`];
  return energy === undefined ? [] : [`${figure(energy, 'µJ')} each${mark}`];
}

function measuredClauses({ current }: Metrics): string[] {
  if (!current) return [];
  const { dutyCycle, application, inference, sleep, charge, energy } = current;
  const period = figure(dutyCycle?.periodUs ?? 0, 'µs');
  return [
    dutyCycle && windowClause(`over the duty cycle of ${period}`, dutyCycle),
    application && windowClause('over the whole application', application),
    inference && windowClause(`in ${counted(inference.windows, 'window')} of inferences`, inference),
    sleep && windowClause('asleep', sleep),
    charge && amountClause(charge.inference, 'µC', charge.aboveSleep),
    energy && amountClause(energy.inference, 'µJ', energy.aboveSleep),
  ].flatMap(clause => (clause === undefined ? [] : [`measured: ${clause}`]));
}

function windowClause(where: string, { mean, peak }: WindowCurrent): string | undefined {
  if (!mean) return undefined;
  return `mean ${withInterval(mean, 'mA')} ${where}${peak ? `, peak ${figure(peak.value, 'mA')}` : ''}`;
}

function amountClause(
  { mean, low, high, min, max, values }: InferenceFigures,
  unit: 'µC' | 'µJ',
  aboveSleep: InferenceFigures | undefined,
): string {
  const interval = { value: mean, ...(low !== undefined && { low }), ...(high !== undefined && { high }) };
  const [least, most] = [min, max].map(value => figure(value, unit));
  const spread = min !== max ? `, ${least} to ${most} over ${values.length} windows` : '';
  const above = aboveSleep ? `; ${figure(aboveSleep.mean, unit)} above sleep` : '';
  return `${withInterval(interval, unit)} by the inference${spread}${above}`;
}

function withInterval({ value, low, high }: IntervalFigure, unit: 'mA' | 'µC' | 'µJ'): string {
  const text = figure(value, unit);
  if (low === undefined || high === undefined) return `${text} (no interval known)`;
  return `${text} (${figure(low, unit)} to ${figure(high, unit)})`;
}

function modelledClauses({ modelled }: Metrics): string[] {
  if (!modelled) return [];
  const { currents, inference, dutyCycle, sleep, charge, energy } = modelled;
  const unused = currents.filter(({ isUsed }) => !isUsed).map(({ state }) => state);
  const figures = [
    dutyCycle && `mean ${figure(dutyCycle.mean, 'mA')} over a duty cycle of ${figure(dutyCycle.periodUs, 'µs')}`,
    inference && `${figure(inference.mean, 'mA')} in an inference`,
    sleep && `${figure(sleep.mean, 'mA')} asleep`,
    charge && `${figure(charge.inference.mean, 'µC')} by the inference`,
    energy && `${figure(energy.inference.mean, 'µJ')} by the inference`,
  ].filter(Boolean);
  return [
    `modelled: ${figures.join(', ')}`,
    ...currents
      .filter(({ isUsed }) => isUsed)
      .map(({ state, currentMa, of }) => `modelled with ${figure(currentMa, 'mA')} in ${state}: ${of}`),
    ...(unused.length > 0 ? [`not modelled: time in ${unused.join(', ')}`] : []),
  ];
}

/** Cells that budgets name; of the others the results hold the figures. */
function askedCells(verdicts: CaseResult['verdicts']): ReadonlySet<string> {
  return new Set(verdicts.flatMap(({ budget }) => /^battery\.\w+\.(.+)$/.exec(budget)?.[1] ?? []));
}

function batteryClauses({ battery = [] }: Metrics, asked: ReadonlySet<string>): string[] {
  return battery.filter(({ cell }) => asked.has(cell)).map(batteryClause);
}

/** A life is computed, never measured, and says of what. */
function batteryClause(battery: BatteryMetrics): string {
  const { cell, basis, lifeDays, lowDays, highDays, meanMa, periodUs, from, of, assumed } = battery;
  const mean = figure(meanMa, 'mA');
  const period = figure(periodUs ?? 0, 'µs');
  const source = {
    dutyCycle: `a measured duty cycle of ${period}`,
    computed: `one ${basis} inference every ${period}`,
    application: 'the application as it ran',
  }[from];
  const interval = lowDays !== undefined && highDays !== undefined ? ` (${days(lowDays)} to ${days(highDays)})` : '';
  const life =
    lifeDays === null
      ? `cannot give the peak of ${figure(battery.peakMa ?? 0, 'mA')}`
      : `lasts ${days(lifeDays)}${interval}, computed from ${mean}: ${source}`;
  return `${cell} ${life}; ${of}${assumed === undefined ? '' : `; assumed: ${assumed}`}`;
}

/** Never as sure as a measured figure. */
function days(value: number): string {
  return figure(value, 'days', 1);
}

function uplinkClauses({ uplink }: Metrics): string[] {
  if (!uplink) return [];
  const [sent, raw] = [uplink.sentBytes, uplink.rawBytes].map(bytes => figure(bytes, 'B'));
  return [`uplink: ${sent} sent of ${raw} of raw data, ${figure(uplink.savedPercent, '%')} saved`];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
