import { bin, extent, max } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { LatencyMetrics, Verdict } from '../../verdict/result.ts';
import { figure, grouped } from '../figures.ts';
import { element } from '../markup.ts';
import { chartSvg, chartWidth, label, margin, widthOf } from './svg.ts';

const height = 360;
const plot = { left: 64, right: chartWidth - margin.right, top: 148, bottom: height - 56 };

/** Base units of the latency a tick stands for; from the greatest, which is known in both. */
export function unitPerTick(latency: LatencyMetrics): number {
  const most = max(latency.ticks) ?? 0;
  return most > 0 ? latency.max / most : 1;
}

/** How the inferences' latencies spread: bars, p50, p90 and p99, and the latency budgets of the same basis. */
export function histogramChart(latency: LatencyMetrics, verdicts: readonly Verdict[]): string {
  const scale = axisScale(latency);
  const factor = unitPerTick(latency) / scale.divisor;
  const values = latency.ticks.map(ticks => ticks * factor);
  const limits = limitsFor(latency, verdicts);
  const domain = domainFor(
    values,
    limits.map(limit => limit.value / scale.divisor),
  );
  const x = scaleLinear(domain, [plot.left, plot.right]);
  const bins = binned(values, domain);
  const y = scaleLinear([0, max(bins, own => own.length) ?? 1], [plot.bottom, plot.top]).nice(4);
  const place = (value: number) => x(value / scale.divisor);

  return chartSvg({
    height,
    title: 'Latency',
    facts: factsOf(latency, scale.decimals),
    drawing: [
      ...countAxis(y),
      ...bins.map(own => bar(own, x, y)),
      ...valueAxis(x, scale.unit, latency.basis),
      ...percentiles(latency, scale.decimals).map((mark, row) => percentileMark(mark, place(mark.value), row)),
      ...limits.map((limit, row) => limitMark(limit, place(limit.value), row)),
    ],
  });
}

/** The unit the axis is best read in, the base units it holds, and as many decimals as show the spread. */
function axisScale({ min, max: most, unit }: LatencyMetrics): { unit: string; divisor: number; decimals: number } {
  const thousands = unit === 'µs' ? ['µs', 'ms', 's'] : [unit, `k${unit}`, `M${unit}`];
  const power = most >= 1e6 ? 2 : most >= 1e3 ? 1 : 0;
  const divisor = 1000 ** power;
  const spread = (most - min) / divisor;
  const decimals = spread > 0 ? Math.ceil(-Math.log10(spread)) + 2 : 3;
  return { unit: thousands[power] ?? unit, divisor, decimals: Math.min(6, Math.max(1, decimals)) };
}

function factsOf(latency: LatencyMetrics, decimals: number): string {
  const { count, min, max: most, mean } = latency;
  const shown = (value: number) => figure(value, latency.unit, decimals);
  const runs = `${grouped(count)} ${count === 1 ? 'inference' : 'inferences'}`;
  if (min === most) return `${runs}, ${count === 1 ? '' : 'all '}${shown(min)} · ${latency.basis}`;
  return `${runs} · ${latency.basis} · from ${shown(min)} to ${shown(most)}, mean ${shown(mean)}`;
}

interface Limit {
  readonly name: string;
  readonly value: number;
  readonly text: string;
}

function limitsFor(latency: LatencyMetrics, verdicts: readonly Verdict[]): Limit[] {
  return verdicts.flatMap(({ budget, basis, limit, unit }) => {
    if (!budget.startsWith('latency.') || basis !== latency.basis || unit !== latency.unit || limit === null) return [];
    return [{ name: budget.slice(budget.lastIndexOf('.') + 1), value: limit, text: figure(limit, unit) }];
  });
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

function bar(own: Bin, x: (value: number) => number, y: (value: number) => number): string {
  if (own.length === 0) return '';
  const left = x(own.x0 ?? 0) + 0.5;
  const width = Math.max(1.5, x(own.x1 ?? 0) - left - 0.5);
  return element('rect', {
    x: left,
    y: y(own.length),
    width,
    height: plot.bottom - y(own.length),
    rx: 1.5,
    class: 'bar',
  });
}

function countAxis(y: ReturnType<typeof scaleLinear<number, number>>): string[] {
  const steps = y.ticks(4).filter(Number.isInteger);
  return [
    ...steps.flatMap(step => [
      element('line', { x1: plot.left, x2: plot.right, y1: y(step), y2: y(step), class: 'grid' }),
      label({ x: plot.left - 8, y: y(step) + 4, class: 'muted end' }, grouped(step)),
    ]),
    label({ x: margin.left - 8, y: plot.top - 12, class: 'muted' }, 'inferences'),
  ];
}

function valueAxis(x: ReturnType<typeof scaleLinear<number, number>>, unit: string, basis: string): string[] {
  const steps = x.ticks(6);
  const format = x.tickFormat(6, ',');
  return [
    element('line', { x1: plot.left, x2: plot.right, y1: plot.bottom, y2: plot.bottom, class: 'axis' }),
    ...steps.flatMap(step => [
      element('line', { x1: x(step), x2: x(step), y1: plot.bottom, y2: plot.bottom + 5, class: 'axis' }),
      label({ x: x(step), y: plot.bottom + 19, class: 'muted center' }, format(step)),
    ]),
    label(
      { x: (plot.left + plot.right) / 2, y: plot.bottom + 41, class: 'muted center' },
      `latency per inference [${unit}], ${basis}`,
    ),
  ];
}

interface Mark {
  readonly name: string;
  readonly value: number;
  readonly text: string;
}

/** p50, p90 and p99; those that are equal share a mark. */
function percentiles(latency: LatencyMetrics, decimals: number): Mark[] {
  const marks = new Map<number, string[]>();
  for (const name of ['p50', 'p90', 'p99'] as const)
    marks.set(latency[name], [...(marks.get(latency[name]) ?? []), name]);
  return [...marks].map(([value, names]) => ({
    name: names.join(' = '),
    value,
    text: figure(value, latency.unit, decimals),
  }));
}

/** Each mark's words have a row of their own, so that marks close together stay legible. */
function percentileMark(mark: Mark, x: number, row: number): string {
  const y = margin.top + 14 + row * 17;
  const line = element('line', { x1: x, x2: x, y1: y + 5, y2: plot.bottom, class: 'mark' });
  return line + besideLine(`${mark.name}  ${mark.text}`, x, y, 'halo');
}

function limitMark(limit: Limit, x: number, row: number): string {
  const y = plot.top + 4 + row * 17;
  if (x > plot.right)
    return label({ x: plot.right, y, class: 'bad strong halo end' }, `budget ${limit.name} ≤ ${limit.text} →`);
  if (x < plot.left)
    return label({ x: plot.left + 6, y, class: 'bad strong halo' }, `← budget ${limit.name} ≤ ${limit.text}`);
  const line = element('line', { x1: x, x2: x, y1: plot.top - 12, y2: plot.bottom, class: 'limit' });
  return line + besideLine(`budget ${limit.name} ≤ ${limit.text}`, x, y, 'bad strong halo');
}

function besideLine(text: string, x: number, y: number, style: string): string {
  const fits = x + 6 + widthOf(text, 12) < plot.right;
  return fits ? label({ x: x + 5, y, class: style }, text) : label({ x: x - 5, y, class: `${style} end` }, text);
}
