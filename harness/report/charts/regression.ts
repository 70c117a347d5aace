import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { ErrorMetrics, RegressionMetrics, RegressionPair } from '../../verdict/result.ts';
import { figure, grouped } from '../figures.ts';
import { element } from '../markup.ts';
import { type Axis, plainNumber, ticksThatFit } from './axis.ts';
import { chartSvg, chartWidth, ellipsize, label, margin } from './svg.ts';

const top = margin.top + 58;
const bottom = top + 280;
const scatter = { left: 84, right: 370 };
const residuals = { left: 470, right: chartWidth - margin.right - 6 };

/** What was predicted against what is true, and beside it how far off each is; the worst of all is marked. */
export function regressionChart(regression: RegressionMetrics): string {
  const pairs = [...regression.pairs, regression.worst];
  const unit = regression.unit ? ` [${ellipsize(regression.unit, 90, 12)}]` : '';
  const truth = widened(pairs.map(({ expected }) => expected));
  const values = widened(pairs.flatMap(({ expected, actual }) => [expected, actual]));
  const errors = widened([0, ...pairs.map(errorOf)]);
  const left = panel(scatter, { across: values, up: values }, { title: `predicted${unit}`, caption: `true${unit}` });
  const right = panel(residuals, { across: truth, up: errors }, { title: `error${unit}`, caption: `true${unit}` });
  return chartSvg({
    height: bottom + 58,
    title: 'Predicted against true',
    facts: factsOf(regression),
    drawing: [
      ...left.frame,
      diagonal(left),
      ...dots(regression, pair => [left.x(pair.expected), left.y(pair.actual)]),
      ...right.frame,
      element('line', {
        x1: right.x.range()[0],
        x2: right.x.range()[1],
        y1: right.y(0),
        y2: right.y(0),
        class: 'mark',
      }),
      ...dots(regression, pair => [right.x(pair.expected), right.y(errorOf(pair))]),
      label({ x: margin.left, y: margin.top + 14, class: 'muted' }, worstOf(regression)),
    ],
  });
}

function errorOf({ expected, actual }: RegressionPair): number {
  return actual - expected;
}

function factsOf({ mae, rmse, bias, judged, golden, float, unit = '' }: RegressionMetrics): string {
  const shown = (value: number) => `${figure(value, '1')} ${unit}`.trim();
  const host = (name: string, errors: ErrorMetrics | undefined) => (errors ? [`${name} MAE ${shown(errors.mae)}`] : []);
  return [
    `MAE ${shown(mae)}`,
    `RMSE ${shown(rmse)}`,
    `bias ${shown(bias)}`,
    `${grouped(judged)} judged`,
    ...host('golden', golden),
    ...host('float model', float),
  ].join(' · ');
}

function worstOf({ worst, pairs, judged, unit = '' }: RegressionMetrics): string {
  const shown = (value: number) => `${figure(value, '1')} ${unit}`.trim();
  const sample = pairs.length < judged ? ` · ${grouped(pairs.length)} of ${grouped(judged)} are drawn` : '';
  const place = `vector ${worst.vector}, element ${worst.element}`;
  const text = `red: the worst, ${place}: ${shown(worst.actual)}, true is ${shown(worst.expected)}${sample}`;
  return ellipsize(text, chartWidth - 48, 12);
}

interface Panel {
  readonly frame: readonly string[];
  readonly x: Axis;
  readonly y: Axis;
}

function panel(
  { left, right }: { readonly left: number; readonly right: number },
  { across, up }: { readonly across: readonly [number, number]; readonly up: readonly [number, number] },
  { title, caption }: { readonly title: string; readonly caption: string },
): Panel {
  const [x, y] = [scaleLinear(across, [left, right]), scaleLinear(up, [bottom, top])];
  const frame = [
    ...ticksThatFit(x, 5, plainNumber).flatMap(({ at, text }) => [
      element('line', { x1: at, x2: at, y1: top, y2: bottom, class: 'grid' }),
      label({ x: at, y: bottom + 19, class: 'muted center' }, text),
    ]),
    ...y
      .ticks(5)
      .flatMap(step => [
        element('line', { x1: left, x2: right, y1: y(step), y2: y(step), class: 'grid' }),
        label({ x: left - 8, y: y(step) + 4, class: 'muted end' }, plainNumber()(step)),
      ]),
    label({ x: left, y: top - 14, class: 'strong' }, title),
    label({ x: (left + right) / 2, y: bottom + 41, class: 'muted center' }, caption),
  ];
  return { frame, x, y };
}

/** Where a prediction is the truth. */
function diagonal({ x, y }: Panel): string {
  const [low = 0, high = 0] = x.domain();
  return element('line', { x1: x(low), y1: y(low), x2: x(high), y2: y(high), class: 'mark' });
}

function dots(regression: RegressionMetrics, at: (pair: RegressionPair) => readonly [number, number]): string[] {
  const dot = (pair: RegressionPair, style: object) => {
    const [cx, cy] = at(pair);
    return element('circle', { cx, cy, ...style });
  };
  const r = regression.pairs.length < 50 ? 4.5 : 3;
  return [
    ...regression.pairs.map(pair => dot(pair, { r, class: 'dot' })),
    dot(regression.worst, { r: 5, class: 'bad' }),
  ];
}

/** A range with a little room around it, also when all is one value. */
function widened(values: readonly number[]): [number, number] {
  const [low = 0, high = 0] = extent(values);
  const room = (high - low) * 0.05 || Math.abs(high) * 0.05 || 1;
  return [low - room, high + room];
}
