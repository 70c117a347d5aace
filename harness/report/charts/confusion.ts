import { sum } from 'd3-array';
import { scaleBand } from 'd3-scale';
import type { AccuracyMetrics } from '../../verdict/result.ts';
import { grouped } from '../figures.ts';
import { element } from '../markup.ts';
import { boldWidthOf, chartSvg, chartWidth, ellipsize, label, margin, widthOf } from './svg.ts';

const nameSpace = 150;

/** Actual classes down, predicted ones across; a cell's shade is its share of its row. Counts and names only where they are legible. */
export function confusionChart(accuracy: AccuracyMetrics): string {
  const { confusion } = accuracy;
  const count = confusion.length;
  const names = confusion.map((_, index) => accuracy.classes[index] ?? String(index));
  const cellPx = Math.min(46, Math.max(5, Math.floor(500 / count)));
  const place = { left: margin.left + nameSpace, top: margin.top + 32 + headerPx(cellPx, names), size: cellPx * count };
  const band = scaleBand(
    confusion.map((_, index) => index),
    [0, place.size],
  ).paddingInner(cellPx > 12 ? 0.06 : 0);
  const at = (index: number) => band(index) ?? 0;

  return chartSvg({
    height: place.top + place.size + 44,
    title: 'Confusion matrix',
    facts: factsOf(accuracy),
    drawing: [
      element('rect', { x: place.left, y: place.top, width: place.size, height: place.size, class: 'track' }),
      ...confusion.flatMap((row, actual) => cellsOf(row, actual, { place, band: at, size: band.bandwidth() })),
      ...axes(place, names, cellPx),
      ...(cellPx >= 16 ? recalls(confusion, place, cellPx) : []),
      ...(cellPx >= 42 ? precisions(confusion, place, cellPx) : []),
    ],
  });
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly size: number;
}

function factsOf({ of, top1, correct, judged, topK = {}, floatTop1 }: AccuracyMetrics): string {
  const further = Object.entries(topK).filter(([k]) => k !== '1');
  const shares = further.map(([, found]) => grouped(found, 2)).join(', ');
  const ks = further.length > 1 ? `2 to ${further.at(-1)?.[0] ?? ''}` : '2';
  return [
    `top-1 ${grouped(top1, 2)} %: ${grouped(correct)} of ${grouped(judged)}${of === 'inputs' ? ' inputs' : ''} right`,
    ...(shares ? [`top-${ks}: ${shares} %`] : []),
    ...(floatTop1 === undefined ? [] : [`float model ${grouped(floatTop1, 2)} % on the host`]),
  ].join(' · ');
}

const columnNamePx = 96;
/** What a line of text needs, at any slant, not to touch the next. */
const linePx = 12;

/** Names over wide columns are slanted; over narrow ones only upright ones do not touch. */
function slantOf(cellPx: number): number {
  return cellPx > 22 ? 40 : 90;
}

/** Every so many classes is named: all of them while the names have room. */
function namedEvery(cellPx: number): number {
  return Math.ceil(linePx / cellPx);
}

function headerPx(cellPx: number, names: readonly string[]): number {
  const longest = Math.max(...names.map(name => Math.min(columnNamePx, widthOf(name, 12))));
  return 12 + longest * Math.sin((slantOf(cellPx) * Math.PI) / 180);
}

function cellsOf(
  row: readonly number[],
  actual: number,
  { place, band, size }: { place: Place; band: (index: number) => number; size: number },
): string[] {
  const total = sum(row) || 1;
  return row.flatMap((cases, predicted) => {
    if (cases === 0) return [];
    const share = cases / total;
    const [x, y] = [place.left + band(predicted), place.top + band(actual)];
    const tone = actual === predicted ? 'good' : 'bad';
    const shade = element('rect', {
      x,
      y,
      width: size,
      height: size,
      class: tone,
      'fill-opacity': 0.16 + 0.84 * Math.sqrt(share),
    });
    const count = compact(cases);
    if (boldWidthOf(count, 12) > size - 2) return [shade];
    const style = `center ${share > 0.3 ? 'onbar strong' : ''}`;
    return [shade, label({ x: x + size / 2, y: y + size / 2 + 4, class: style }, count)];
  });
}

function compact(cases: number): string {
  return cases < 10_000 ? String(cases) : `${Math.round(cases / 1000)}k`;
}

function axes(place: Place, names: readonly string[], cellPx: number): string[] {
  const shown = names
    .map((name, index) => ({ name, middle: index * cellPx + cellPx / 2, index }))
    .filter(({ index }) => index % namedEvery(cellPx) === 0);
  const rows = shown.map(({ name, middle }) =>
    label({ x: place.left - 8, y: place.top + middle + 4, class: 'end' }, ellipsize(name, nameSpace - 16, 12)),
  );
  const columns = shown.map(({ name, middle }) => {
    const [x, y] = [place.left + middle + 4, place.top - 6];
    return label({ x, y, transform: `rotate(-${slantOf(cellPx)} ${x} ${y})` }, ellipsize(name, columnNamePx, 12));
  });
  return [
    ...rows,
    ...columns,
    label({ x: place.left, y: margin.top + 14, class: 'muted' }, 'predicted →'),
    label({ x: margin.left, y: place.top - 8, class: 'muted' }, 'actual ↓'),
  ];
}

/** Of the vectors that are of a class, the share found: beside its row. Its heading stands below, where no name leans over it. */
function recalls(confusion: AccuracyMetrics['confusion'], place: Place, cellPx: number): string[] {
  const x = Math.min(place.left + place.size + 62, chartWidth - 12);
  const rows = confusion.map((row, actual) =>
    label({ x, y: place.top + actual * cellPx + cellPx / 2 + 4, class: 'muted end' }, percentOf(row[actual], sum(row))),
  );
  return [...rows, label({ x, y: place.top + place.size + 36, class: 'muted end' }, 'recall ↑')];
}

/** Of the vectors taken for a class, the share that is of it: below its column. */
function precisions(confusion: AccuracyMetrics['confusion'], place: Place, cellPx: number): string[] {
  const y = place.top + place.size + 18;
  const columns = confusion.map((row, predicted) => {
    const x = place.left + predicted * cellPx + cellPx / 2;
    return label(
      { x, y, class: 'muted center' },
      percentOf(
        row[predicted],
        sum(confusion, each => each[predicted] ?? 0),
      ),
    );
  });
  return [...columns, label({ x: place.left - 8, y, class: 'muted end' }, 'precision →')];
}

function percentOf(right = 0, all: number): string {
  return all > 0 ? `${((right / all) * 100).toFixed(0)} %` : '–';
}
