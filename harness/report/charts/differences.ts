import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { GoldenDifference, GoldenMetrics } from '../../verdict/result.ts';
import { grouped } from '../figures.ts';
import { element } from '../markup.ts';
import { type Axis, ticksThatFit } from './axis.ts';
import { chartSvg, chartWidth, label, margin } from './svg.ts';

const rowPx = 26;
const left = 268;
const right = chartWidth - 170;

/** The first vectors whose outputs are not the golden's: expected (ring) and actual (dot) at the worst element of each. */
export function differencesChart(golden: GoldenMetrics): string {
  const { differences, differingVectors, maxDiffLsb } = golden;
  const values = differences.flatMap(({ expected, actual }) => [expected, actual].filter(value => value !== null));
  const isFloat = !values.every(Number.isInteger);
  const unit = isFloat ? 'ulp' : 'LSB'; // of a float, units in the last place
  const x = scaleLinear(domainFor(values, isFloat), [left, right]);
  const bottom = margin.top + 34 + differences.length * rowPx;
  return chartSvg({
    height: bottom + 52,
    title: 'First differing vectors',
    facts: `${grouped(differingVectors)} ${differingVectors === 1 ? 'vector differs' : 'vectors differ'} from the golden, at most ${grouped(maxDiffLsb)} ${unit} · ○ expected  ● actual`,
    drawing: [
      ...(values.length > 0 ? axis(x, bottom, isFloat) : []),
      ...differences.map((difference, index) => rowOf(difference, margin.top + 44 + index * rowPx, { x, unit })),
      label({ x: chartWidth - margin.right, y: margin.top + 18, class: 'muted end' }, 'difference'),
    ],
  });
}

function domainFor(values: readonly number[], isFloat: boolean): [number, number] {
  const [low = 0, high = 0] = extent(values);
  const least = isFloat ? Math.max(Math.abs(low), Math.abs(high)) * 1e-6 : 2;
  const room = Math.max(least, (high - low) * 0.05);
  return [low - room, high + room];
}

function axis(x: Axis, bottom: number, isFloat: boolean): string[] {
  const ticks = ticksThatFit(x, 8).filter(({ text }) => isFloat || !text.includes('.'));
  const caption = `output value of the worst element${isFloat ? '' : ' [LSB]'}`;
  return [
    ...ticks.flatMap(({ at, text }) => [
      element('line', { x1: at, x2: at, y1: margin.top + 26, y2: bottom, class: 'grid' }),
      label({ x: at, y: bottom + 18, class: 'muted center' }, text),
    ]),
    label({ x: (left + right) / 2, y: bottom + 38, class: 'muted center' }, caption),
  ];
}

function rowOf(difference: GoldenDifference, y: number, { x, unit }: { x: Axis; unit: string }): string {
  const { vector, element: index, expected, actual } = difference;
  const both = expected !== null && actual !== null;
  return [
    label({ x: margin.left, y: y + 4 }, `vector ${vector}`),
    label({ x: left - 22, y: y + 4, class: 'muted end' }, `element ${index}`),
    both ? element('line', { x1: x(expected), x2: x(actual), y1: y, y2: y, class: 'link' }) : '',
    expected === null ? '' : element('circle', { cx: x(expected), cy: y, r: 6, class: 'hollow' }),
    actual === null ? '' : element('circle', { cx: x(actual), cy: y, r: 5, class: 'bad' }),
    label({ x: chartWidth - margin.right, y: y + 4, class: 'strong end' }, distanceOf(difference, unit)),
  ].join('');
}

function distanceOf({ expected, actual, diffLsb }: GoldenDifference, unit: string): string {
  if (actual === null) return 'not a finite number';
  if (expected === null) return 'golden not finite';
  return `${actual < expected ? '−' : '+'}${grouped(diffLsb)} ${unit}`;
}
