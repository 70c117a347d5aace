import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { GoldenDifference, GoldenMetrics } from '../../verdict/result.ts';
import { grouped } from '../figures.ts';
import { element } from '../markup.ts';
import { chartSvg, chartWidth, label, margin } from './svg.ts';

const rowPx = 26;
const left = 210;
const right = chartWidth - 170;

/** The first vectors whose outputs are not the golden's: expected (ring) and actual (dot) at the worst element of each. */
export function differencesChart(golden: GoldenMetrics): string {
  const { differences, differingVectors, maxDiffLsb } = golden;
  const [low = 0, high = 0] = extent(
    differences.flatMap(({ expected, actual }) => [expected, actual].filter(value => value !== null)),
  );
  const room = Math.max(2, (high - low) * 0.05);
  const x = scaleLinear([low - room, high + room], [left, right]);
  const bottom = margin.top + 34 + differences.length * rowPx;
  return chartSvg({
    height: bottom + 52,
    title: 'First differing vectors',
    facts: `${grouped(differingVectors)} ${differingVectors === 1 ? 'vector differs' : 'vectors differ'} from the golden, at most ${grouped(maxDiffLsb)} LSB · ○ expected  ● actual`,
    drawing: [
      ...axis(x, bottom),
      ...differences.map((difference, index) => rowOf(difference, margin.top + 44 + index * rowPx, x)),
      label({ x: chartWidth - margin.right, y: margin.top + 18, class: 'muted end' }, 'difference'),
    ],
  });
}

function axis(x: ReturnType<typeof scaleLinear<number, number>>, bottom: number): string[] {
  const steps = x.ticks(8).filter(Number.isInteger);
  return [
    ...steps.flatMap(step => [
      element('line', { x1: x(step), x2: x(step), y1: margin.top + 26, y2: bottom, class: 'grid' }),
      label({ x: x(step), y: bottom + 18, class: 'muted center' }, grouped(step)),
    ]),
    label({ x: (left + right) / 2, y: bottom + 38, class: 'muted center' }, 'output value of the worst element [LSB]'),
  ];
}

function rowOf(difference: GoldenDifference, y: number, x: (value: number) => number): string {
  const { vector, element: index, expected, actual } = difference;
  const both = expected !== null && actual !== null;
  return [
    label({ x: margin.left, y: y + 4 }, `vector ${vector}`),
    label({ x: left - 22, y: y + 4, class: 'muted end' }, `element ${index}`),
    both ? element('line', { x1: x(expected), x2: x(actual), y1: y, y2: y, class: 'link' }) : '',
    expected === null ? '' : element('circle', { cx: x(expected), cy: y, r: 6, class: 'hollow' }),
    actual === null ? '' : element('circle', { cx: x(actual), cy: y, r: 5, class: 'bad' }),
    label({ x: chartWidth - margin.right, y: y + 4, class: 'strong end' }, distanceOf(difference)),
  ].join('');
}

function distanceOf({ expected, actual, diffLsb }: GoldenDifference): string {
  if (actual === null) return 'not a finite number';
  if (expected === null) return 'golden not finite';
  return `${actual < expected ? '−' : '+'}${grouped(diffLsb)} LSB`;
}
