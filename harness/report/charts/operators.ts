import { max, sum } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { LatencyMetrics, OperatorMetrics } from '../../verdict/result.ts';
import { figure, grouped } from '../figures.ts';
import { element } from '../markup.ts';
import { chartSvg, chartWidth, ellipsize, label, margin } from './svg.ts';

const shownOperators = 24;
const rowPx = 26;
const top = margin.top + 30;
const barLeft = 270;
const barRight = chartWidth - 270;

/** Where the time goes: a bar an operator, the longest first, with its share. Beyond 24 the shortest are one bar. */
export function operatorsChart(operators: readonly OperatorMetrics[], latency: LatencyMetrics | undefined): string {
  const total = sum(operators, operator => operator.ticks);
  const rows = rowsOf(operators);
  const x = scaleLinear([0, max(rows, row => row.ticks) || 1], [barLeft, barRight]);
  return chartSvg({
    height: top + rows.length * rowPx + 16,
    title: 'Ticks by operator',
    facts: factsOf(operators, total, latency),
    drawing: [...header(), ...rows.map((row, index) => rowOf(row, top + index * rowPx, { x, total }))],
  });
}

interface Row {
  readonly order: string;
  readonly name: string;
  readonly ticks: number;
  readonly macs?: number | undefined;
}

function rowsOf(operators: readonly OperatorMetrics[]): Row[] {
  const sorted = operators
    .map(({ index, name, ticks, macs }) => ({ order: `#${index}`, name, ticks, macs }))
    .sort((a, b) => b.ticks - a.ticks);
  if (sorted.length <= shownOperators) return sorted;
  const others = sorted.slice(shownOperators - 1);
  const name = `${others.length} shorter ones`;
  return [...sorted.slice(0, shownOperators - 1), { order: '', name, ticks: sum(others, other => other.ticks) }];
}

function factsOf(operators: readonly OperatorMetrics[], total: number, latency: LatencyMetrics | undefined): string {
  const count = `${operators.length} ${operators.length === 1 ? 'operator' : 'operators'}`;
  const ticks = `${grouped(total)} ticks together`;
  return [count, ticks, latency && `${latency.basis}, p50 of a whole inference ${figure(latency.p50, latency.unit)}`]
    .filter(Boolean)
    .join(' · ');
}

function header(): string[] {
  const y = top - 8;
  return [
    label({ x: barRight + 66, y, class: 'muted end' }, 'share'),
    label({ x: barRight + 150, y, class: 'muted end' }, 'ticks'),
    label({ x: chartWidth - margin.right, y, class: 'muted end' }, 'ticks per MAC'),
  ];
}

function rowOf(row: Row, y: number, { x, total }: { x: (ticks: number) => number; total: number }): string {
  const middle = y + rowPx / 2;
  const share = total > 0 ? `${((row.ticks / total) * 100).toFixed(1)} %` : '–';
  const width = Math.max(1.5, x(row.ticks) - barLeft);
  return [
    label({ x: margin.left + 22, y: middle + 4, class: 'muted end' }, row.order),
    label({ x: margin.left + 32, y: middle + 4 }, ellipsize(row.name, barLeft - margin.left - 42, 12)),
    element('rect', { x: barLeft, y: y + 4, width: barRight - barLeft, height: rowPx - 8, rx: 3, class: 'track' }),
    element('rect', { x: barLeft, y: y + 4, width, height: rowPx - 8, rx: 3, class: row.order ? 'bar' : 'soft' }),
    label({ x: barRight + 66, y: middle + 4, class: 'strong end' }, share),
    label({ x: barRight + 150, y: middle + 4, class: 'muted end' }, countOf(row.ticks)),
    label(
      { x: chartWidth - margin.right, y: middle + 4, class: 'muted end' },
      row.macs ? ratioOf(row.ticks / row.macs) : '–',
    ),
  ].join('');
}

/** Whole where its column has room. */
function countOf(ticks: number): string {
  return ticks < 1e9 ? grouped(ticks) : `${grouped(ticks / 1e9, 1)} G`;
}

function ratioOf(ticksPerMac: number): string {
  return ticksPerMac < 1e5 ? ticksPerMac.toFixed(2) : ticksPerMac.toExponential(1);
}
