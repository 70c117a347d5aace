import { scaleLinear } from 'd3-scale';
import type { RocMetrics, RocPoint } from '../../verdict/result.ts';
import { figure, grouped } from '../figures.ts';
import { element } from '../markup.ts';
import type { Axis } from './axis.ts';
import { chartSvg, label, margin } from './svg.ts';

const plot = { left: 76, top: margin.top + 14, size: 340 };
const beside = plot.left + plot.size + 36;

/** How many positives are found against how many negatives are taken for one, over every threshold; the suite's own is marked. */
export function rocChart(roc: RocMetrics): string {
  const x = scaleLinear([0, 1], [plot.left, plot.left + plot.size]);
  const y = scaleLinear([0, 1], [plot.top + plot.size, plot.top]);
  return chartSvg({
    height: plot.top + plot.size + 58,
    title: 'ROC curve',
    facts: factsOf(roc),
    drawing: [
      ...axes(x, y),
      element('line', { x1: x(0), y1: y(0), x2: x(1), y2: y(1), class: 'mark' }),
      curve(roc.points, x, y),
      ...(roc.atThreshold ? threshold(roc.atThreshold, x, y) : []),
      label({ x: beside, y: plot.top + plot.size - 4, class: 'muted' }, 'dotted: what guessing gives'),
    ],
  });
}

function factsOf({ auc, goldenAuc, floatAuc, positives, negatives }: RocMetrics): string {
  return [
    `AUC ${figure(auc, '1')}`,
    ...(goldenAuc === undefined ? [] : [`golden ${figure(goldenAuc, '1')}`]),
    ...(floatAuc === undefined ? [] : [`float model ${figure(floatAuc, '1')} on the host`]),
    `${grouped(positives)} positive, ${grouped(negatives)} negative`,
  ].join(' · ');
}

function curve(points: readonly RocPoint[], x: Axis, y: Axis): string {
  const at = points.map(point => `${round(x(point.falsePositiveRate))},${round(y(point.truePositiveRate))}`);
  return element('polyline', { points: at.join(' '), class: 'curve' });
}

function threshold({ score, falsePositiveRate, truePositiveRate }: RocPoint, x: Axis, y: Axis): string[] {
  const lines = [
    score === null ? 'at the threshold' : `at the threshold, from ${figure(score, '1')}`,
    `${share(truePositiveRate)} of the positives found`,
    `${share(falsePositiveRate)} of the negatives taken for one`,
  ];
  const dot = { cx: x(falsePositiveRate), cy: y(truePositiveRate), r: 6, class: 'bad' };
  return [
    element('circle', dot),
    element('circle', { ...dot, cx: beside + 6, cy: plot.top + 8 }),
    ...lines.map((text, row) => label({ x: beside + (row === 0 ? 20 : 0), y: plot.top + 12 + row * 20 }, text)),
  ];
}

function axes(x: Axis, y: Axis): string[] {
  const [bottom, right] = [y(0), x(1)];
  const steps = [0, 0.2, 0.4, 0.6, 0.8, 1];
  return [
    ...steps.flatMap(step => [
      element('line', { x1: x(step), x2: x(step), y1: y(1), y2: bottom, class: 'grid' }),
      element('line', { x1: x(0), x2: right, y1: y(step), y2: y(step), class: 'grid' }),
      label({ x: x(step), y: bottom + 19, class: 'muted center' }, String(step)),
      label({ x: x(0) - 8, y: y(step) + 4, class: 'muted end' }, String(step)),
    ]),
    label({ x: (x(0) + right) / 2, y: bottom + 41, class: 'muted center' }, 'false positive rate'),
    label(
      { x: margin.left + 10, y: (y(0) + y(1)) / 2, class: 'muted center', transform: turned((y(0) + y(1)) / 2) },
      'true positive rate',
    ),
  ];
}

function turned(y: number): string {
  return `rotate(-90 ${margin.left + 10} ${y})`;
}

function share(rate: number): string {
  return `${grouped(rate * 100, 1)} %`;
}

function round(px: number): number {
  return Math.round(px * 100) / 100;
}
