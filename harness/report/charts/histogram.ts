import { bin, extent, max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { figure, grouped } from '../figures.ts';
import { element } from '../markup.ts';
import { type Axis, ticksThatFit } from './axis.ts';
import { chartSvg, chartWidth, label, margin, widthOf } from './svg.ts';

const barsPx = 190;
const labelRowPx = 17;
const [left, right] = [64, chartWidth - margin.right];

/** How a figure of each inference spreads, and what stands out of it or bounds it; all in `unit`. */
export interface Histogram {
  readonly title: string;
  /** What a value is, `latency per inference`, and of what kind: `silicon`, `measured`. */
  readonly what: string;
  readonly basis: string;
  readonly unit: string;
  /** The unit and those of a thousand and a million of it. */
  readonly thousands: readonly [string, string, string];
  readonly values: readonly number[];
  readonly mean: number;
  /** What follows it. */
  readonly meanNote?: string;
  readonly percentiles: readonly (readonly [name: string, value: number])[];
  /** Of budgets that are about these values. */
  readonly limits: readonly (readonly [name: string, value: number])[];
}

/** Bars, with a line for each percentile and each limit. */
export function histogramChart(histogram: Histogram): string {
  const values = withoutOutliers(histogram.values);
  const scale = axisScale(values, histogram.thousands);
  const shown = values.map(value => value / scale.divisor);
  const marks = [...percentileMarks(histogram, scale), ...limitMarks(histogram, scale)];
  const limits = marks.filter(mark => mark.kind === 'limit').map(mark => mark.value);
  const domain = domainFor(shown, limits);
  const bins = binned(shown, domain);

  const top = margin.top + 30 + marks.length * labelRowPx;
  const plot = { top, bottom: top + barsPx };
  const x = scaleLinear(domain, [left, right]);
  const y = scaleLinear([0, max(bins, own => own.length) ?? 1], [plot.bottom, plot.top]).nice(4);

  return chartSvg({
    height: plot.bottom + 56,
    title: histogram.title,
    facts: factsOf(histogram, scale.decimals),
    drawing: [
      ...countAxis(y, plot),
      ...bins.map(own => bar(own, x, y)),
      ...beyond(histogram.values.length - shown.length, plot),
      ...valueAxis(x, plot, `${histogram.what} [${scale.unit}], ${histogram.basis}`),
      ...marks.map((mark, row) => markLine(mark, row, { x, plot })),
      ...marks.map((mark, row) => markLabel(mark, row, x)),
    ],
  });
}

interface Plot {
  readonly top: number;
  readonly bottom: number;
}

interface Scale {
  readonly unit: string;
  readonly divisor: number;
  readonly decimals: number;
}

/** The unit the axis is best read in, the base units it holds, and as many decimals as show the spread. */
function axisScale(values: readonly number[], thousands: Histogram['thousands']): Scale {
  const [low = 0, most = 0] = extent(values);
  const power = most >= 1e6 ? 2 : most >= 1e3 ? 1 : 0;
  const divisor = 1000 ** power;
  const spread = (most - low) / divisor;
  const decimals = spread > 0 ? Math.ceil(-Math.log10(spread)) + 2 : 3;
  return { unit: thousands[power], divisor, decimals: Math.min(6, Math.max(1, decimals)) };
}

function factsOf({ values, mean, meanNote = '', unit, basis }: Histogram, decimals: number): string {
  const [min = 0, most = 0] = extent(values);
  const shown = (value: number) => figure(value, unit, decimals);
  const runs = `${grouped(values.length)} ${values.length === 1 ? 'inference' : 'inferences'}`;
  if (min === most) return `${runs}, ${values.length === 1 ? '' : 'all '}${shown(min)}${meanNote} · ${basis}`;
  return `${runs} · ${basis} · from ${shown(min)} to ${shown(most)}, mean ${shown(mean)}${meanNote}`;
}

/** A vertical line with words. `value` is in the axis's unit. */
interface Mark {
  readonly kind: 'percentile' | 'limit';
  readonly value: number;
  readonly text: string;
}

/** Those that are equal share a mark. */
function percentileMarks({ percentiles, unit }: Histogram, { divisor, decimals }: Scale): Mark[] {
  const named = new Map<number, string[]>();
  for (const [name, value] of percentiles) named.set(value, [...(named.get(value) ?? []), name]);
  return [...named].map(([value, names]) => {
    const text = `${names.join(' = ')}  ${figure(value, unit, decimals)}`;
    return { kind: 'percentile', value: value / divisor, text };
  });
}

function limitMarks({ limits, unit }: Histogram, { divisor, decimals }: Scale): Mark[] {
  return limits.map(([name, value]) => {
    const text = `${name} ≤ ${figure(value, unit, decimals)}`;
    return { kind: 'limit', value: value / divisor, text };
  });
}

/**
 * The values without those (one in twenty at most) that lie so far above the others that these would be one bar; all of them where none
 * does. The greatest is among the facts.
 */
function withoutOutliers(values: readonly number[]): readonly number[] {
  const sorted = Float64Array.from(values).sort();
  const [low, high] = [0, Math.floor((values.length - 1) * 0.95)].map(rank => sorted.at(rank) ?? 0);
  const end = high + 4 * (high - low);
  return high > low && (sorted.at(-1) ?? 0) > high + 20 * (high - low) ? values.filter(value => value <= end) : values;
}

function beyond(count: number, { top }: Plot): string[] {
  if (count === 0) return [];
  return [label({ x: right, y: top - 14, class: 'strong end halo' }, `${grouped(count)} far beyond this axis →`)];
}

/** The values' own range, widened to a budget that lies near: a far one would squeeze every bar into a line. */
function domainFor(values: readonly number[], limits: readonly number[]): [number, number] {
  const [low = 0, high = 0] = extent(values);
  const spread = high - low || Math.max(Math.abs(high) * 0.02, 1e-3);
  const near = limits.filter(limit => limit > low - 2 * spread && limit < high + 2 * spread);
  const [from = low, to = high] = extent([low, high, ...near]);
  return [from - spread * 0.06, to + spread * 0.06];
}

type Bin = ReturnType<typeof binned>[number];

function binned(values: readonly number[], domain: [number, number]) {
  const [low = 0, high = 0] = extent(values);
  const bars = Math.min(48, Math.max(8, Math.ceil(2 * Math.cbrt(values.length)))); // Rice's rule
  const width = (high - low || (domain[1] - domain[0]) / 12) / bars;
  const start = low === high ? low - (width * bars) / 2 : low;
  if (low === high)
    return bin()
      .domain([start, start + width * bars])
      .thresholds([])(values);
  return bin()
    .domain([start, high])
    .thresholds(Array.from({ length: bars - 1 }, (_, index) => start + width * (index + 1)))(values);
}

function bar(own: Bin, x: Axis, y: Axis): string {
  if (own.length === 0) return '';
  const start = x(own.x0 ?? 0) + 0.5;
  const width = Math.max(1.5, x(own.x1 ?? 0) - start - 0.5);
  return element('rect', { x: start, y: y(own.length), width, height: y(0) - y(own.length), rx: 1.5, class: 'bar' });
}

function countAxis(y: Axis, plot: Plot): string[] {
  const steps = y.ticks(4).filter(Number.isInteger);
  return [
    ...steps.flatMap(step => [
      element('line', { x1: left, x2: right, y1: y(step), y2: y(step), class: 'grid' }),
      label({ x: left - 8, y: y(step) + 4, class: 'muted end' }, grouped(step)),
    ]),
    label({ x: margin.left, y: plot.top - 14, class: 'muted' }, 'inferences'),
  ];
}

function valueAxis(x: Axis, { bottom }: Plot, caption: string): string[] {
  return [
    element('line', { x1: left, x2: right, y1: bottom, y2: bottom, class: 'axis' }),
    ...ticksThatFit(x, 6).flatMap(({ at, text }) => [
      element('line', { x1: at, x2: at, y1: bottom, y2: bottom + 5, class: 'axis' }),
      label({ x: at, y: bottom + 19, class: 'muted center' }, text),
    ]),
    label({ x: (left + right) / 2, y: bottom + 41, class: 'muted center' }, caption),
  ];
}

/** Each mark's words have a row of their own above the bars, so that marks close together stay legible. */
function rowY(row: number): number {
  return margin.top + 16 + row * labelRowPx;
}

function markLine({ kind, value }: Mark, row: number, { x, plot }: { x: Axis; plot: Plot }): string {
  const at = x(value);
  if (at < left || at > right) return '';
  return element('line', {
    x1: at,
    x2: at,
    y1: rowY(row) - 8,
    y2: plot.bottom,
    class: kind === 'limit' ? 'limit' : 'mark',
  });
}

/** Beside its line, on the side that has room; a budget far off the axis points to where it would be. */
function markLabel({ kind, value, text }: Mark, row: number, x: Axis): string {
  const style = kind === 'limit' ? 'bad strong halo' : 'halo';
  const at = x(value);
  if (at > right) return label({ x: right, y: rowY(row), class: `${style} end` }, `${text} →`);
  if (at < left) return label({ x: left, y: rowY(row), class: style }, `← ${text}`);
  const fits = at + 6 + widthOf(text, 12) < right;
  return label({ x: fits ? at + 6 : at - 6, y: rowY(row), class: fits ? style : `${style} end` }, text);
}
