import { extent } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import type { Envelope } from '../../trace/envelope.ts';
import { formatQuantity } from '../../units.ts';

/** What is drawn of a trace; `factor`: what a value of the envelope is in `unit`. */
export interface DrawnValues {
  readonly envelope: Envelope;
  readonly factor: number;
  readonly unit: 'mA' | 'µW';
}

interface Place {
  readonly top: number;
  readonly bottom: number;
}

/** Where a value is drawn, and what stands beside it. */
export interface ValueScale {
  readonly caption: string;
  /** [px]; what lies outside is at the edge. */
  readonly at: (value: number) => number;
  readonly ticks: readonly { readonly y: number; readonly text: string }[];
}

/** Sleep and an inference lie decades apart: then by magnitude, as long as nearly every column has a mean above zero. A DUT without supply is at the bottom. */
export function valueScale({ envelope, factor, unit }: DrawnValues, place: Place): ValueScale {
  const means = Array.from(envelope.mean, mean => mean * factor).filter(Number.isFinite);
  const most = factor * (extent(Array.from(envelope.max).filter(Number.isFinite))[1] ?? 0);
  const low = factor * (extent(Array.from(envelope.min).filter(Number.isFinite))[0] ?? 0);
  const positive = means.filter(mean => mean > 0);
  const [least = 0] = extent(positive);
  const quantity = unit === 'mA' ? 'current' : 'power';
  if (least > 0 && most > 30 * least && positive.length > 0.95 * means.length)
    return byMagnitude({ quantity, unit }, [Math.max(least / 2, most * 1e-6), most * 1.3], place);
  return byValue({ quantity, unit }, [Math.min(0, low), most], place);
}

interface Named {
  readonly quantity: string;
  readonly unit: DrawnValues['unit'];
}

function byMagnitude({ quantity, unit }: Named, [from, to]: readonly [number, number], place: Place): ValueScale {
  const y = scaleLog([from, to], [place.bottom, place.top]).clamp(true);
  const isWide = to / from > 1000;
  const marks = Array.from({ length: 30 }, (_, index) => index - 15)
    .flatMap(exponent => (isWide ? [1] : [1, 2, 5]).map(digit => Number(`${digit}e${exponent}`)))
    .filter(at => at >= from && at <= to);
  return {
    caption: `${quantity}, logarithmic`,
    at: value => y(Math.max(value, from)),
    ticks: marks.map(at => ({ y: y(at), text: formatQuantity(at, unit) })),
  };
}

function byValue({ quantity, unit }: Named, domain: readonly [number, number], place: Place): ValueScale {
  const [low, high] = domain[0] === domain[1] ? [domain[0], domain[0] + 1e-6] : domain;
  const { symbol, size } = unitFor(Math.max(-low, high), unit);
  const y = scaleLinear([low / size, high / size], [place.bottom, place.top]).nice(5);
  const format = y.tickFormat(5, ',~f');
  return {
    caption: `${quantity} [${symbol}]`,
    at: value => y(value / size),
    ticks: y.ticks(5).map(at => ({ y: y(at), text: format(at).replace('-', '−') })),
  };
}

const units = {
  mA: [
    { symbol: 'nA', size: 1e-6 },
    { symbol: 'µA', size: 1e-3 },
    { symbol: 'mA', size: 1 },
    { symbol: 'A', size: 1e3 },
  ],
  µW: [
    { symbol: 'µW', size: 1 },
    { symbol: 'mW', size: 1e3 },
    { symbol: 'W', size: 1e6 },
  ],
} as const;

function unitFor(most: number, unit: DrawnValues['unit']): { readonly symbol: string; readonly size: number } {
  return units[unit].findLast(({ size }) => most >= size) ?? units[unit][0];
}
