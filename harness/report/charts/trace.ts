import { scaleLinear } from 'd3-scale';
import type { Stretch } from '../../trace/blocks.ts';
import { element } from '../markup.ts';
import { type Axis, ticksThatFit } from './axis.ts';
import { chartSvg, chartWidth, label, margin } from './svg.ts';
import { type DrawnValues, type ValueScale, valueScale } from './value-scale.ts';

const [left, right] = [108, chartWidth - margin.right];
const top = margin.top + 34;
const plotPx = 230;
const bottom = top + plotPx;
const lanePx = 17;
const lanesTop = bottom + 10;

/** So many columns are drawn at most: one a pixel. */
export const traceColumns = right - left;

/** A stretch of a trace as it is drawn. */
export interface DrawnTrace extends DrawnValues {
  readonly title: string;
  readonly facts: string;
  readonly rateHz: number;
  /** The sample that time is counted from, and what it is: `the capture's first sample`. */
  readonly origin: { readonly sample: number; readonly text: string };
  /** Below the plot, each with its name. */
  readonly lanes: readonly Lane[];
}

/** Stretches of one kind. `isShaded`: in the plot as well. */
export interface Lane {
  readonly name: string;
  readonly tone: 'good' | 'bar' | 'bad';
  readonly isShaded?: true;
  readonly stretches: readonly Stretch[];
}

/** Current over time: a band from the least to the greatest sample, a line of the mean, and below from where the case's figures are. */
export function traceChart(drawn: DrawnTrace): string {
  const lanes = drawn.lanes
    .map(lane => ({ ...lane, bars: barsOf(lane.stretches, drawn.envelope) }))
    .filter(({ bars }) => bars.length > 0);
  const scale = valueScale(drawn, { top, bottom });
  const axisY = lanesTop + lanes.length * lanePx;
  return chartSvg({
    height: axisY + 56,
    title: drawn.title,
    facts: drawn.facts,
    drawing: [
      ...valueAxis(scale),
      ...lanes.filter(({ isShaded }) => isShaded).flatMap(({ bars }) => bars.map(shade)),
      ...steps(drawn, scale),
      ...lanes.flatMap((lane, row) => laneRow(lane, lanesTop + row * lanePx)),
      ...timeAxis(drawn, axisY),
    ],
  });
}

/** Where a stretch is drawn [px]. */
interface Bar {
  readonly from: number;
  readonly to: number;
}

/** At least a pixel each; those that touch are one, so that thousands are no more than there are pixels. */
function barsOf(stretches: readonly Stretch[], { first, end }: Stretch): Bar[] {
  const at = scaleLinear([first, end], [left, right]).clamp(true);
  const bars: Bar[] = [];
  for (const stretch of stretches.toSorted((a, b) => a.first - b.first)) {
    if (stretch.end <= first || stretch.first >= end) continue;
    const from = Math.min(at(stretch.first), right - 1);
    const to = Math.max(at(stretch.end), from + 1);
    const last = bars.at(-1);
    if (last && from <= last.to + 0.5) bars[bars.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else bars.push({ from, to });
  }
  return bars;
}

function shade({ from, to }: Bar): string {
  return element('rect', { x: from, y: top, width: to - from, height: plotPx, class: 'window' });
}

function laneRow({ name, tone, bars }: Lane & { readonly bars: readonly Bar[] }, y: number): string[] {
  return [
    label({ x: left - 8, y: y + 11, class: 'muted end' }, name),
    ...bars.map(({ from, to }) => element('rect', { x: from, y: y + 3, width: to - from, height: 8, class: tone })),
  ];
}

function valueAxis({ caption, ticks }: ValueScale): string[] {
  return [
    label({ x: margin.left, y: top - 14, class: 'muted' }, caption),
    label(
      { x: right, y: top - 14, class: 'muted end' },
      'band: least to greatest · line: mean · shaded: marked windows',
    ),
    ...ticks.flatMap(({ y, text }) => [
      element('line', { x1: left, x2: right, y1: y, y2: y, class: 'grid' }),
      label({ x: left - 8, y: y + 4, class: 'muted end' }, text),
    ]),
  ];
}

function timeAxis({ envelope, origin, rateHz }: DrawnTrace, y: number): string[] {
  const spanUs = ((envelope.end - envelope.first) / rateHz) * 1e6;
  const { symbol, us } =
    spanUs >= 2e6 ? { symbol: 's', us: 1e6 } : spanUs >= 2e3 ? { symbol: 'ms', us: 1e3 } : { symbol: 'µs', us: 1 };
  const time = (sample: number) => (((sample - origin.sample) / rateHz) * 1e6) / us;
  const x: Axis = scaleLinear([time(envelope.first), time(envelope.end)], [left, right]);
  return [
    element('line', { x1: left, x2: right, y1: y, y2: y, class: 'axis' }),
    ...ticksThatFit(x, 7).flatMap(({ at, text }) => [
      element('line', { x1: at, x2: at, y1: y, y2: y + 5, class: 'axis' }),
      label({ x: at, y: y + 19, class: 'muted center' }, text.replace('-', '−')),
    ]),
    label({ x: (left + right) / 2, y: y + 41, class: 'muted center' }, `time since ${origin.text} [${symbol}]`),
  ];
}

/** Both in steps, a column each: with few of them, a sample is as long as it lasts. What was lost is left open. */
function steps({ envelope, factor }: DrawnTrace, { at }: ValueScale): string[] {
  const { mean, min, max } = envelope;
  const x = (column: number) => px(left + (column * (right - left)) / mean.length);
  const y = (value: number) => px(at(value * factor));
  const line = (values: ArrayLike<number>, column: number) => `V${y(values[column] ?? 0)}H${x(column + 1)}`;
  return unbroken(mean).flatMap(({ first, end }) => {
    const columns = Array.from({ length: end - first }, (_, index) => first + index);
    const upper = columns.map(column => line(max, column)).join('');
    const lower = columns
      .toReversed()
      .map(column => `V${y(min[column] ?? 0)}H${x(column)}`)
      .join('');
    const band = `M${x(first)},${y(max[first] ?? 0)}${upper}${lower}Z`;
    const middle = `M${x(first)},${y(mean[first] ?? 0)}${columns.map(column => line(mean, column)).join('')}`;
    return [element('path', { d: band, class: 'band' }), element('path', { d: middle, class: 'mean' })];
  });
}

function px(at: number): number {
  return Math.round(at * 10) / 10;
}

/** The stretches of columns that have values. */
function unbroken(mean: ArrayLike<number>): Stretch[] {
  const found: { first: number; end: number }[] = [];
  for (let column = 0; column < mean.length; column++) {
    if (!Number.isFinite(mean[column])) continue;
    const last = found.at(-1);
    if (last?.end === column) last.end++;
    else found.push({ first: column, end: column + 1 });
  }
  return found;
}
