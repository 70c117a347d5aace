import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { AnomalyMetrics, InputScore } from '../../verdict/result.ts';
import { figure, grouped } from '../figures.ts';
import { element } from '../markup.ts';
import { type Axis, plainNumber, ticksThatFit } from './axis.ts';
import { chartSvg, chartWidth, label, margin } from './svg.ts';

const [left, right] = [110, chartWidth - margin.right - 6];
const top = margin.top + 34;
const stripPx = 84;
const bottom = top + 2 * stripPx;
const strips = [
  { label: 0, name: 'normal', tone: 'good' },
  { label: 1, name: 'anomalous', tone: 'bad' },
] as const;

/** The score of each input, the normal ones above the anomalous: how far apart they are, and where the threshold cuts. */
export function scoresChart(anomaly: AnomalyMetrics): string {
  const { scores, threshold } = anomaly;
  const values = scores.flatMap(({ score }) => (score === null ? [] : [score]));
  const [low = 0, high = 0] = extent(threshold === undefined ? values : [...values, threshold]);
  const room = (high - low) * 0.04 || Math.abs(high) * 0.04 || 1;
  const x = scaleLinear([low - room, high + room], [left, right]);
  return chartSvg({
    height: bottom + 56,
    title: 'Anomaly scores',
    facts: factsOf(anomaly, values.length),
    drawing: [
      ...axis(x),
      ...strips.flatMap((strip, row) => stripOf(strip, scores, { x, y: top + row * stripPx })),
      ...(threshold === undefined ? [] : thresholdLine(threshold, x)),
    ],
  });
}

function factsOf({ inputs, scores }: AnomalyMetrics, finite: number): string {
  return [
    `${grouped(inputs)} ${inputs === 1 ? 'input' : 'inputs'} scored`,
    ...(scores.length < inputs ? [`${grouped(scores.length)} of them are drawn`] : []),
    ...(finite < scores.length ? [`${grouped(scores.length - finite)} without a finite score`] : []),
  ].join(' · ');
}

function axis(x: Axis): string[] {
  return [
    ...ticksThatFit(x, 7, plainNumber).flatMap(({ at, text }) => [
      element('line', { x1: at, x2: at, y1: top, y2: bottom, class: 'grid' }),
      label({ x: at, y: bottom + 19, class: 'muted center' }, text),
    ]),
    label({ x: (left + right) / 2, y: bottom + 41, class: 'muted center' }, 'score'),
  ];
}

function stripOf(
  { label: wanted, name, tone }: (typeof strips)[number],
  scores: readonly InputScore[],
  { x, y }: { readonly x: Axis; readonly y: number },
): string[] {
  const own = scores.flatMap(({ label: is, score }) => (is === wanted && score !== null ? [score] : []));
  return [
    label({ x: margin.left, y: y + stripPx / 2 - 3, class: 'strong' }, name),
    label({ x: margin.left, y: y + stripPx / 2 + 14, class: 'muted' }, grouped(own.length)),
    ...own.map((score, index) =>
      element('circle', { cx: x(score), cy: y + heightOf(index), r: 3, class: tone, 'fill-opacity': 0.55 }),
    ),
  ];
}

/** Spread over the strip so that equal scores do not hide one another: the golden ratio leaves the largest gaps. */
function heightOf(index: number): number {
  return 10 + ((index * 0.618034) % 1) * (stripPx - 20);
}

function thresholdLine(threshold: number, x: Axis): string[] {
  const at = x(threshold);
  const end = at > (left + right) / 2;
  return [
    element('line', { x1: at, x2: at, y1: top - 8, y2: bottom, class: 'bound' }),
    label(
      { x: end ? at - 6 : at + 6, y: top - 6, class: `strong halo${end ? ' end' : ''}` },
      `threshold ${figure(threshold, '1')}`,
    ),
  ];
}
