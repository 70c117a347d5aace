import type { Trace } from '../recording/read-trace.ts';
import { blocksOf, type Stretch } from './blocks.ts';

/** A stretch of a trace in columns for drawing, in the trace's unit. A column whose samples were all lost has NaN. */
export interface Envelope extends Stretch {
  /** [columns]; the samples of column c begin at first + ⌊c × (end − first) / columns⌋. */
  readonly min: Float32Array;
  readonly max: Float32Array;
  readonly mean: Float64Array;
}

const blockSamples = 1 << 16;

/** At most as many columns as there are samples, in one pass of bounded memory. Throws InputError where the trace ends before the stretch. */
export function envelopeOf(trace: Trace, { first, end }: Stretch, columns: number): Envelope {
  const samples = Math.max(0, end - first);
  const count = Math.min(columns, samples);
  const endOf = (column: number) => first + Math.floor(((column + 1) * samples) / count);
  const drawn = Array.from({ length: count }, (): Column => ({ min: Infinity, max: -Infinity, sum: 0, count: 0 }));
  let column = 0;
  let at = first;
  for (const { values } of blocksOf(trace, { first, end }, new Float32Array(blockSamples))) {
    for (let from = 0; from < values.length; ) {
      const to = Math.min(values.length, from + endOf(column) - at);
      addTo(drawn[column], values.subarray(from, to));
      at += to - from;
      from = to;
      if (at === endOf(column)) column++;
    }
  }
  return {
    first,
    end,
    min: Float32Array.from(drawn, ({ min, count: own }) => (own > 0 ? min : Number.NaN)),
    max: Float32Array.from(drawn, ({ max, count: own }) => (own > 0 ? max : Number.NaN)),
    mean: Float64Array.from(drawn, ({ sum, count: own }) => sum / own),
  };
}

interface Column {
  min: number;
  max: number;
  sum: number;
  count: number;
}

function addTo(column: Column, values: Float32Array): void {
  let { min, max, sum, count } = column;
  for (const value of values) {
    if (value - value !== 0) continue; // lost, or endless
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  Object.assign(column, { min, max, sum, count });
}
