import { InputError } from '../errors.ts';
import type { Trace } from '../recording/read-trace.ts';
import type { CurrentFigures } from './evidence.ts';
import type { Block } from './tally-long.ts';

/** Samples from `first` on, those before `end`. */
export type Stretch = Pick<CurrentFigures, 'first' | 'end'>;

/** A stretch of any length, as much at a time as `room` holds. Throws InputError where the trace ends before it. */
export function* blocksOf(trace: Trace, { first, end }: Stretch, room: Float32Array): Generator<Block> {
  for (let from = first; from < end; from += room.length) {
    const values = room.subarray(0, end - from);
    readWhole(trace, from, values);
    yield { values, bits: new Int32Array(room.buffer, room.byteOffset, values.length) };
  }
}

/** Fills `into`. Throws InputError where the trace ends before. */
export function readWhole(trace: Trace, first: number, into: Float32Array): void {
  const count = first < 0 ? 0 : trace.read(first, into);
  if (count === into.length) return;
  const where = `samples ${first} to ${first + into.length}`;
  throw new InputError(`the trace has ${trace.samples} samples`, where, 'name a window that lies in it');
}
