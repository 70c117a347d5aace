import type { scaleLinear } from 'd3-scale';
import { chartWidth, widthOf } from './svg.ts';

export type Axis = ReturnType<typeof scaleLinear<number, number>>;

/** A place on an axis: where it is drawn [px], and what stands there. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** At most `count` round values along a horizontal axis, as many as leave room between their texts and inside the picture. */
export function ticksThatFit(
  axis: Axis,
  count: number,
  formatFor: (many: number) => (value: number) => string = many => axis.tickFormat(many, ',f'),
): Tick[] {
  const format = formatFor(count);
  const ticks = axis.ticks(count).map(value => ({ at: axis(value), text: format(value) }));
  return count <= 2 || haveRoom(ticks) ? ticks.filter(isInside) : ticksThatFit(axis, count - 1, formatFor);
}

/** Of ticks at places of their own, from left to right, every one, every other, every fourth, … that leave room between their texts. */
export function thinned(ticks: readonly Tick[]): readonly Tick[] {
  const inside = ticks.filter(isInside);
  return haveRoom(inside) ? inside : thinned(inside.filter((_, index) => index % 2 === 0));
}

const gapPx = 8;

function haveRoom(ticks: readonly Tick[]): boolean {
  return ticks.every((tick, index) => isInside(tick) && rightOf(ticks[index - 1]) + gapPx <= leftOf(tick));
}

function isInside(tick: Tick): boolean {
  return leftOf(tick) >= gapPx && rightOf(tick) <= chartWidth - gapPx;
}

function leftOf({ at, text }: Tick): number {
  return at - widthOf(text, 12) / 2;
}

function rightOf(tick: Tick | undefined): number {
  return tick ? tick.at + widthOf(tick.text, 12) / 2 : Number.NEGATIVE_INFINITY;
}

/** How a value of no unit in particular stands on an axis: as it is, or with an exponent where that would be long. */
export function plainNumber(): (value: number) => string {
  return value => {
    const rounded = Number(value.toPrecision(6));
    const size = Math.abs(rounded);
    return size === 0 || (size >= 1e-3 && size < 1e5) ? String(rounded).replace('-', '−') : rounded.toExponential();
  };
}
