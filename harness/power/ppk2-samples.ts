import { TargetError } from '../errors.ts';
import type { Reading } from '../recording/trace.ts';
import type { Ppk2Current } from './ppk2-current.ts';

/** From the bytes of a PPK2 that measures to readings. What a reading carries is overwritten after the next. */
export interface Ppk2Samples {
  /** Throws TargetError when the bytes have long been no samples. */
  read(bytes: Uint8Array): Iterable<Reading>;
  /** The last sample, which was kept for the one after it; a gap where the last bytes were none that could be told. */
  end(): Iterable<Reading>;
}

/** What it is made for, and what it can have meant: its converter's end comes to ten amperes and more. */
export const mostMa = { measured: 1000, meant: 2000 } as const;

/** Little-endian: 14 bits of the converter, 3 of the range, one unused, 6 of a counter, 8 digital inputs. */
const sampleBytes = 4;
const counts = 64;
/** So many samples that count on are no accident: of bytes that are out of step, inputs and currents would have to count. */
const proofBytes = 12 * sampleBytes;
/** 2.6 s of a stream. */
const mostGarbageBytes = 1 << 20;

/**
 * A sample is taken when the next one counts on. Where none does, samples or bytes are missing: the stream goes on where the counter does again, and
 * all between is a gap, with the sample at either edge, which may be made of halves of two. The counter has 6 bits, and the meter drops blocks of 512
 * that its host was too slow for: it tells the least of a gap, and nothing of one of 64 or a multiple. That shows in the rate by the host's clock alone.
 */
export function ppk2Samples(current: Ppk2Current, where: string): Ppk2Samples {
  const out = outbox(current);
  let held: Uint8Array = new Uint8Array();
  let counter: number | undefined; // of the last sample that was taken
  let isInStep = false;
  let skipped = 0; // bytes since it was not

  function* read(chunk: Uint8Array): Generator<Reading> {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    while (at < bytes.length) {
      if (!isInStep) {
        const step = stepFrom(bytes, at);
        skipped += step.at - at;
        at = step.at;
        if (skipped > mostGarbageBytes) throw garbage(skipped, where);
        if (!step.isFound) break;
        isInStep = true;
        if (skipped > 0) {
          skipped += sampleBytes;
          at += sampleBytes;
        }
        if (counter !== undefined) yield* out.gap(missing(counter, counterAt(bytes, at), skipped));
      }
      const end = runEnd(bytes, at, bytes.length);
      yield* out.take(bytes, at, end);
      if (end > at) counter = counterAt(bytes, end - sampleBytes);
      at = end;
      if (end + 2 * sampleBytes > bytes.length) break;
      isInStep = false;
      skipped = 0;
    }
    held = bytes.subarray(at);
    yield* out.flush();
  }
  return {
    read,
    *end() {
      const left = Math.floor((skipped + held.length) / sampleBytes);
      if (isInStep && held.length >= sampleBytes) yield* out.take(held, 0, sampleBytes);
      if (!isInStep && left > 0 && counter !== undefined) yield* out.gap(left);
      yield* out.flush();
    },
  };
}

/** Where the stream counts on, or how far these bytes tell that it does not. */
function stepFrom(bytes: Uint8Array, from: number): { readonly at: number; readonly isFound: boolean } {
  const last = bytes.length - proofBytes;
  let at = from;
  while (at <= last && runEnd(bytes, at, at + proofBytes) < at + proofBytes - sampleBytes) at++;
  return { at, isFound: at <= last };
}

function counterAt(bytes: Uint8Array, at: number): number {
  return (bytes[at + 2] ?? 0) >> 2;
}

/** The first sample from here that is not followed by one that counts on, be it because there is none. */
function runEnd(bytes: Uint8Array, from: number, end: number): number {
  const last = end - 2 * sampleBytes;
  let at = from;
  while (at <= last && counterAt(bytes, at + sampleBytes) === (counterAt(bytes, at) + 1) % counts) at += sampleBytes;
  return at;
}

/** The least that fits the counters and the bytes that went by. */
function missing(before: number, after: number, bytes: number): number {
  const seen = Math.floor(bytes / sampleBytes);
  return seen + ((((after - before - 1 - seen) % counts) + counts) % counts);
}

/** What a sample is besides a current: nothing, `saturated`, or why it is impossible. */
type Mark = string;
const saturated = 'saturated';
const roomSamples = 1 << 14;

/** Puts samples into readings, all of one mark in each. */
function outbox(current: Ppk2Current) {
  const values = new Float32Array(roomSamples);
  const levels = new Uint8Array(roomSamples);
  let filled = 0;
  let mark: Mark = '';

  function* flush(): Generator<Reading> {
    const samples = filled;
    filled = 0;
    if (samples === 0) return;
    if (isPossible(mark))
      yield { kind: 'samples', values: values.subarray(0, samples), levels: levels.subarray(0, samples) };
    if (mark === saturated) yield { kind: 'saturated', samples };
    if (!isPossible(mark)) yield { kind: 'impossible', samples, what: mark };
  }
  return {
    flush,
    *take(bytes: Uint8Array, from: number, end: number): Generator<Reading> {
      for (let at = from; at < end; at += sampleBytes) {
        const high = bytes[at + 1] ?? 0;
        const adc = (bytes[at] ?? 0) | ((high & 0x3f) << 8);
        const range = (high >> 6) | (((bytes[at + 2] ?? 0) & 1) << 2);
        const ma = current.of(range, adc);
        const its = markOf(range, adc, ma);
        if (its !== mark || filled === roomSamples) {
          yield* flush();
          mark = its;
        }
        if (isPossible(its)) values[filled] = current.filtered(range, ma);
        else current.restart();
        levels[filled++] = bytes[at + 3] ?? 0;
      }
    },
    *gap(samples: number): Generator<Reading> {
      yield* flush();
      current.restart();
      yield { kind: 'gap', samples, isLeast: true };
    },
  };
}

function isPossible(mark: Mark): boolean {
  return mark === '' || mark === saturated;
}

function markOf(range: number, adc: number, ma: number): Mark {
  if (range > 4) return `range ${range}, which it does not have`;
  if (Math.abs(ma) > mostMa.meant) return `more than ${mostMa.meant / 1000} A`;
  return adc === 0x3fff || ma >= mostMa.measured ? saturated : '';
}

function garbage(bytes: number, where: string): TargetError {
  const fix =
    'plug the meter in again, without hubs; where that does not help, update its firmware with Power Profiler';
  return new TargetError(`${bytes} bytes in a row are no samples of a PPK2`, where, fix);
}
