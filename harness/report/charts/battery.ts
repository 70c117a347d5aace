import { extent } from 'd3-array';
import { type ScaleLogarithmic, scaleLog } from 'd3-scale';

import { formatQuantity } from '../../units.ts';
import { type Cycle, cycleOf, lifeAtPeriod } from '../../verdict/current/battery.ts';
import type { BatteryMetrics, Metrics, Verdict } from '../../verdict/result.ts';
import { grouped } from '../figures.ts';
import { element } from '../markup.ts';
import { type Tick, thinned } from './axis.ts';
import { chartSvg, chartWidth, ellipsize, label, margin, widthOf } from './svg.ts';

const rowPx = 18;
const plotPx = 250;
const [left, right] = [92, chartWidth - margin.right - 6];
/** So many lines can be told apart. */
const mostCells = 5;

/** Cells whose life can be computed at any period. */
export interface Lives {
  readonly basis: BatteryMetrics['basis'];
  readonly cycle: Cycle;
  /** Each at the suite's period. */
  readonly batteries: readonly BatteryMetrics[];
}

/** By basis, where an inference, sleep and a period are known. */
export function livesOf({ current, modelled, battery = [] }: Metrics): Lives[] {
  return [current, modelled].flatMap(metrics => {
    const cycle = metrics && cycleOf(metrics);
    const batteries = battery.filter(({ basis, periodUs }) => basis === metrics?.basis && periodUs !== undefined);
    return cycle && batteries.length > 0 ? [{ basis: metrics.basis, cycle, batteries }] : [];
  });
}

/** How long cells last against how often one infers; marked are the suite's period and what its budgets ask for. */
export function batteryChart(lives: Lives, verdicts: readonly Verdict[]): string {
  const cells = cellsOf(lives, verdicts);
  const top = margin.top + 34 + cells.length * rowPx;
  const plot = { top, bottom: top + plotPx };
  const axes = axesOf(lives, cells, plot);
  const periodUs = periodOf(lives);
  return chartSvg({
    height: plot.bottom + 58,
    title: 'Battery life',
    facts: factsOf(lives, cells),
    drawing: [
      ...frame(axes, plot),
      ...periodLine(periodUs, axes.x, plot),
      ...limitLines(cells, axes.y),
      ...cells.flatMap((cell, index) => curve(cell, index, axes)),
      ...cells.flatMap((cell, index) => suiteLife(cell, index, axes)),
      ...cells.flatMap((cell, index) => legendRow(cell, index, lives.cycle)),
    ],
  });
}

/** A cell that is drawn. `limitDays`: what a budget asks of it. `points`: life in days by period in µs; none where it cannot give the peak. */
interface Drawn {
  readonly battery: BatteryMetrics;
  readonly limitDays?: number;
  readonly points: readonly (readonly [periodUs: number, days: number])[];
}

/** Those with a budget first. */
function cellsOf({ basis, cycle, batteries }: Lives, verdicts: readonly Verdict[]): Drawn[] {
  const periods = periodsFrom(cycle.inferenceUs, endOf({ cycle, batteries }));
  return batteries
    .map((battery): Drawn => {
      const limitDays =
        verdicts.find(({ budget }) => budget === `battery.${basis}.${battery.cell}`)?.limit ?? undefined;
      const lives = periods.map(period => [period, lifeAtPeriod(battery, cycle, period) ?? 0] as const);
      const points = battery.limitedBy === 'pulse' ? [] : lives.filter(([, days]) => days > 0 && Number.isFinite(days));
      return { battery, points, ...(limitDays !== undefined && { limitDays }) };
    })
    .toSorted((a, b) => Number(b.limitDays !== undefined) - Number(a.limitDays !== undefined))
    .slice(0, mostCells);
}

function periodsFrom(startUs: number, endUs: number): number[] {
  const steps = 240;
  return Array.from({ length: steps + 1 }, (_, step) => startUs * (endUs / startUs) ** (step / steps));
}

const periodMarks = [
  { at: 1, text: '1 µs' },
  { at: 10, text: '10 µs' },
  { at: 100, text: '100 µs' },
  { at: 1e3, text: '1 ms' },
  { at: 1e4, text: '10 ms' },
  { at: 1e5, text: '100 ms' },
  { at: 1e6, text: '1 s' },
  { at: 1e7, text: '10 s' },
  { at: 6e7, text: '1 min' },
  { at: 6e8, text: '10 min' },
  { at: 3.6e9, text: '1 h' },
  { at: 3.6e10, text: '10 h' },
  { at: 24 * 3.6e9, text: '1 day' },
];
const lifeMarks = [
  { at: 1 / 1440, text: '1 minute' },
  { at: 1 / 24, text: '1 hour' },
  { at: 1, text: '1 day' },
  { at: 7, text: '1 week' },
  { at: 365.25 / 12, text: '1 month' },
  { at: 365.25, text: '1 year' },
  { at: 3652.5, text: '10 years' },
  { at: 36_525, text: '100 years' },
];

/** An hour, or twenty of the suite's own periods where these are longer. */
function endOf({ batteries }: Pick<Lives, 'cycle' | 'batteries'>): number {
  const wanted = Math.max(3.6e9, 20 * periodOf({ batteries }));
  return periodMarks.find(({ at }) => at >= wanted)?.at ?? wanted;
}

function periodOf({ batteries: [battery] }: Pick<Lives, 'batteries'>): number {
  return battery?.periodUs ?? Number.NaN;
}

type LogAxis = ScaleLogarithmic<number, number>;

interface Axes {
  readonly x: LogAxis;
  readonly y: LogAxis;
}

interface Plot {
  readonly top: number;
  readonly bottom: number;
}

function axesOf(lives: Lives, cells: readonly Drawn[], { top, bottom }: Plot): Axes {
  const start = periodMarks.findLast(({ at }) => at <= lives.cycle.inferenceUs)?.at ?? lives.cycle.inferenceUs;
  const seen = cells.flatMap(({ points, limitDays, battery: { lifeDays, lowDays, highDays } }) => [
    ...points.map(([, days]) => days),
    ...[limitDays, lifeDays, lowDays, highDays].filter(days => days !== undefined && days !== null && days > 0),
  ]);
  const [least = 1, most = 1] = extent(seen.filter(Number.isFinite) as number[]);
  const low = lifeMarks.findLast(({ at }) => at < least)?.at ?? least / 2;
  return {
    x: scaleLog([start, endOf(lives)], [left, right]),
    y: scaleLog([low, Math.max(most * 2, low * 10)], [bottom, top]),
  };
}

function frame({ x, y }: Axes, { top, bottom }: Plot): string[] {
  const ticks = thinned(marksOn(x, periodMarks));
  return [
    ...marksOn(y, lifeMarks).flatMap(({ at, text }) => [
      element('line', { x1: left, x2: right, y1: at, y2: at, class: 'grid' }),
      label({ x: left - 8, y: at + 4, class: 'muted end' }, text),
    ]),
    element('line', { x1: left, x2: right, y1: bottom, y2: bottom, class: 'axis' }),
    ...ticks.flatMap(({ at, text }) => [
      element('line', { x1: at, x2: at, y1: top, y2: bottom + 5, class: 'grid' }),
      label({ x: at, y: bottom + 19, class: 'muted center' }, text),
    ]),
    label({ x: (left + right) / 2, y: bottom + 42, class: 'muted center' }, 'one inference every'),
  ];
}

/** Where they are drawn. */
function marksOn(axis: LogAxis, marks: readonly Tick[]): Tick[] {
  const [from = 0, to = 0] = axis.domain();
  return marks.filter(({ at }) => at >= from && at <= to).map(({ at, text }) => ({ at: axis(at), text }));
}

function periodLine(periodUs: number, x: LogAxis, { top, bottom }: Plot): string[] {
  const at = x(periodUs);
  const text = `the suite's period, ${formatQuantity(periodUs, 'µs')}`;
  const isLeft = at + widthOf(text, 12) > right;
  return [
    element('line', { x1: at, x2: at, y1: top - 14, y2: bottom, class: 'mark' }),
    label({ x: isLeft ? at - 6 : at + 6, y: top - 6, class: isLeft ? 'end' : '' }, text),
  ];
}

/** Cells of which as much is asked share a line. Their words lie below it at the right, where curves are above. */
function limitLines(cells: readonly Drawn[], y: LogAxis): string[] {
  const named = new Map<number, string[]>();
  for (const { battery, limitDays } of cells)
    if (limitDays !== undefined) named.set(limitDays, [...(named.get(limitDays) ?? []), battery.cell]);
  let lowest = Number.NEGATIVE_INFINITY;
  return [...named]
    .toSorted(([a], [b]) => b - a)
    .flatMap(([days, names]) => {
      const at = y(days);
      lowest = Math.max(at + 14, lowest + 15);
      const text = ellipsize(`${names.join(', ')} ≥ ${formatQuantity(days, 'days')}`, 300, 12);
      return [
        element('line', { x1: left, x2: right, y1: at, y2: at, class: 'limit' }),
        label({ x: right - 4, y: lowest, class: 'bad strong halo end' }, text),
      ];
    });
}

function curve({ points }: Drawn, index: number, { x, y }: Axes): string[] {
  if (points.length === 0) return [];
  const at = points.map(([period, days]) => `${x(period).toFixed(1)},${y(days).toFixed(1)}`);
  return [element('polyline', { points: at.join(' '), class: `series s${index}` })];
}

/** What the case's own figure is, and between what it lies. */
function suiteLife({ battery }: Drawn, index: number, { x, y }: Axes): string[] {
  const { lifeDays, lowDays, highDays, periodUs } = battery;
  if (periodUs === undefined || lifeDays === null || lifeDays <= 0 || !Number.isFinite(lifeDays)) return [];
  const at = x(periodUs);
  const ends = lowDays === undefined || highDays === undefined || lowDays <= 0 ? [] : [lowDays, highDays];
  return [
    ...(ends.length > 0
      ? [element('line', { x1: at, x2: at, y1: y(ends[0] ?? 1), y2: y(ends[1] ?? 1), class: 'link' })]
      : []),
    element('circle', { cx: at, cy: y(lifeDays), r: 4.5, class: `series solid s${index}` }),
  ];
}

function legendRow({ battery, limitDays, points }: Drawn, index: number, cycle: Cycle): string[] {
  const y = margin.top + 14 + index * rowPx;
  const from = { x1: margin.left, x2: margin.left + 34, y1: y - 4, y2: y - 4 };
  const text = `${battery.cell}, ${grouped(battery.capacityMah)} mAh: ${lifeText(battery)}${budgetText(battery, limitDays, cycle)}`;
  return [
    points.length > 0 ? element('line', { ...from, class: `series s${index}` }) : '',
    label({ x: margin.left + 44, y }, ellipsize(text, chartWidth - 2 * margin.left - 44, 12)),
  ];
}

function lifeText({ lifeDays, lowDays, highDays, limitedBy, peakMa = 0, pulseMa }: BatteryMetrics): string {
  if (lifeDays === null) {
    const [peak, pulse] = [peakMa, pulseMa].map(ma => formatQuantity(ma, 'mA'));
    return `cannot give the peak of ${peak}, it is rated for ${pulse}`;
  }
  const life = formatQuantity(lifeDays, 'days');
  if (limitedBy === 'shelf') return `${life}, for which it keeps`;
  if (lowDays === undefined || highDays === undefined) return life;
  return `${life} (${formatQuantity(lowDays, 'days')} to ${formatQuantity(highDays, 'days')})`;
}

/** From which period on a budget is met, all else as it is. */
function budgetText(battery: BatteryMetrics, limitDays: number | undefined, cycle: Cycle): string {
  if (limitDays === undefined || battery.lifeDays === null) return '';
  const isMetAt = (periodUs: number) => (lifeAtPeriod(battery, cycle, periodUs) ?? 0) >= limitDays;
  const wanted = ` · ${formatQuantity(limitDays, 'days')}`;
  if (isMetAt(cycle.inferenceUs)) return `${wanted} at any period`;
  if (!isMetAt(longestUs)) return `${wanted} at no period: sleep alone draws too much`;
  let [low, high] = [cycle.inferenceUs, longestUs];
  while (high / low > 1.0001) {
    const between = Math.sqrt(low * high);
    if (isMetAt(between)) high = between;
    else low = between;
  }
  return `${wanted} from a period of ${formatQuantity(high, 'µs')} on`;
}

/** A year. */
const longestUs = 365.25 * 86_400e6;

function factsOf({ basis, cycle, batteries }: Lives, cells: readonly Drawn[]): string {
  const [charge, length] = [formatQuantity(cycle.chargeUc, 'µC'), formatQuantity(cycle.inferenceUs, 'µs')];
  const others = batteries.length - cells.length;
  return [
    `${basis}: ${charge} in ${length} by the inference, ${formatQuantity(cycle.sleepMa, 'mA')} asleep`,
    batteries[0]?.from === 'dutyCycle' ? '○ by the measured duty cycle' : "○ at the suite's period",
    ...(others > 0 ? [`${others} more in the table`] : []),
  ].join(' · ');
}
