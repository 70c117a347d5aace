import type { Reading } from '../recording/trace.ts';
import type { Lpm01aFormat, Lpm01aItem } from './lpm01a-lines.ts';

/** What the values are of. */
export interface Lpm01aStream {
  readonly quantity: 'current' | 'energy';
  readonly rateHz: number;
  /** What the meter supplies: the bounds of an energy follow from it. */
  readonly supplyMv: number;
  readonly format: Lpm01aFormat;
  /** Whether the acquisition is heard from its first sample on. A captured file may begin anywhere. */
  readonly isWhole: boolean;
}

/** From what the meter says to readings in mA, or µJ a sample. One acquisition; `finish` at its end. */
export interface Lpm01aReader {
  read(item: Lpm01aItem): Generator<Reading>;
  finish(): Generator<Reading>;
}

/** UM2243 Rev 2, 10: 50 mA; and 9: no mode measures more than 200 mA. */
export const mostMa = 50;
const nothingAboveMa = 200;

/** A timestamp comes after so many samples. */
const blockSamples = 1000;
/** Its seconds have three digits. */
const wrapMs = 1_000_000;
/** A buffer this full is about to overflow, and then the meter stops. */
const fullPercent = 80;
/** A timestamp that is further from the one before has a digit wrong. */
const longestGapMs = 60_000;

/** The name of its input for edges, as a board file has it. */
export const eventLine = 'D7';

/**
 * Counts samples against the timestamps between them: what is missing is a gap. A damaged line is at least one sample, and its place is known; the place of
 * others lies within the block, before the timestamp. Of binary data nothing is known of a block in which bytes are missing: none of it is a value.
 */
export function lpm01aReader(stream: Lpm01aStream): Lpm01aReader {
  const mostHeld = (longestGapMs * stream.rateHz) / 1000 + 2 * blockSamples;
  const block = stream.format === 'bin_hexa' ? heldBlock(mostHeld) : passedBlock();
  const readingsOf = classifier(stream);
  let lastMs: number | undefined = stream.isWhole ? 0 : undefined;
  let count = 0;
  /** Samples that were counted twice: a line that was cut in two. As many are left out of what follows. */
  let surplus = 0;
  let isFull = false;

  const kept = (values: readonly number[]): readonly number[] => {
    const out = Math.min(surplus, values.length);
    surplus -= out;
    return out === 0 ? values : values.slice(out);
  };
  const missingSince = (ms: number): number | undefined => {
    if (lastMs === undefined) return 0;
    const passedMs = (ms - lastMs + wrapMs) % wrapMs;
    if (passedMs > longestGapMs + (2 * blockSamples * 1000) / stream.rateHz) return undefined;
    return blockSamples * Math.round((passedMs * stream.rateHz) / (1000 * blockSamples)) - count;
  };
  const timestamp = function* (ms: number): Generator<Reading> {
    const missing = missingSince(ms);
    if (missing === undefined) {
      yield* note(`a timestamp of ${ms / 1000} s cannot be: a digit of it is wrong`);
      return;
    }
    yield* block.end(missing);
    if (missing > 0) yield* note(`${missing} samples before ${ms / 1000} s did not arrive`);
    surplus = stream.format === 'ascii_dec' ? Math.max(-missing, 0) : 0;
    lastMs = ms;
    count = surplus;
  };
  const pass = function* (readings: Iterable<Reading>, samples: number): Generator<Reading> {
    count += samples;
    yield* block.take(readings);
  };

  return {
    *read(item) {
      switch (item.kind) {
        case 'values': {
          const values = kept(item.values);
          yield* pass(readingsOf(values), values.length);
          break;
        }
        case 'event':
          yield* pass([{ kind: 'edge', line: eventLine }], 0);
          break;
        case 'discarded':
          block.spoil();
          if (item.isSample && stream.format === 'ascii_dec') yield* pass([{ kind: 'gap', samples: 1 }], 1);
          break;
        case 'time':
          yield* timestamp(item.ms);
          if (item.bufferPercent >= fullPercent && !isFull)
            yield* note(`its buffer to this host was ${item.bufferPercent} % full: the host is too slow`);
          isFull = item.bufferPercent >= fullPercent;
          break;
        case 'error':
          yield* note(`it says: error ${item.text}`);
          if (isOverrun(item.text)) yield* pass([{ kind: 'gap', samples: 1, isLeast: true }], 1);
          break;
        case 'overcurrent':
          yield* note('the DUT draws more than it can supply');
          break;
        default: // what belongs to commands
      }
    },
    *finish() {
      yield* block.end(0);
    },
  };
}

function* note(text: string): Generator<Reading> {
  yield { kind: 'note', text };
}

/** No document has the words of the message. */
function isOverrun(text: string): boolean {
  return /over ?(run|load|flow)|buffer|lost/i.test(text);
}

/** Readings since the last timestamp. */
interface Block {
  take(readings: Iterable<Reading>): Iterable<Reading>;
  /** Something in it was no data. */
  spoil(): void;
  end(missing: number): Iterable<Reading>;
}

function passedBlock(): Block {
  return {
    take: readings => readings,
    spoil() {},
    end: missing => (missing > 0 ? [{ kind: 'gap', samples: missing }] : []),
  };
}

/**
 * A byte that is lost puts all after it out of step, and what they make then are numbers like others. So many samples without a timestamp that
 * could tell are lost too: no more of them are kept.
 */
function heldBlock(mostSamples: number): Block {
  let held: Reading[] = [];
  let samples = 0;
  let isSpoilt = false;

  return {
    *take(readings) {
      for (const reading of readings) {
        held.push(reading);
        samples += samplesIn(reading);
      }
      if (samples <= mostSamples) return;
      yield* note(`${samples} samples came without a timestamp: nothing tells that they are sound`);
      yield { kind: 'gap', samples, isLeast: true };
      yield* held.filter(isMark);
      [held, samples] = [[], 0];
    },
    spoil() {
      isSpoilt = true;
    },
    end(missing) {
      const [readings, isBad, lost] = [held, isSpoilt || missing !== 0, samples + missing];
      [held, samples, isSpoilt] = [[], 0, false];
      if (!isBad) return readings;
      const others = readings.filter(isMark);
      return lost > 0 ? [{ kind: 'gap', samples: lost }, ...others] : others;
    },
  };
}

/** What stands though the samples around it do not. */
function isMark({ kind }: Reading): boolean {
  return kind === 'edge' || kind === 'note';
}

function samplesIn(reading: Reading): number {
  if (reading.kind === 'samples') return reading.values.length;
  return reading.kind === 'gap' || reading.kind === 'impossible' ? reading.samples : 0;
}

/** From A to mA, or from J to µJ, and what no DUT can have drawn set apart. */
function classifier({ quantity, rateHz, supplyMv }: Lpm01aStream): (values: readonly number[]) => Generator<Reading> {
  const [scale, unit] = quantity === 'current' ? [1e3, 'mA'] : [1e6, 'µJ'];
  const perMa = quantity === 'current' ? 1 : supplyMv / rateHz;
  const [most, impossible] = [mostMa * perMa, nothingAboveMa * perMa];
  const kindOf = (value: number): 'sound' | 'saturated' | 'impossible' =>
    value > impossible ? 'impossible' : value >= most ? 'saturated' : 'sound';

  return function* classify(values) {
    const scaled = values.map(value => value * scale);
    for (let from = 0; from < scaled.length; ) {
      const kind = kindOf(scaled[from] ?? 0);
      let end = from + 1;
      while (end < scaled.length && kindOf(scaled[end] ?? 0) === kind) end++;
      const run = scaled.slice(from, end);
      const samples = run.length;
      if (kind === 'impossible') yield { kind, samples, what: `${highestOf(run).toPrecision(4)} ${unit}` };
      else yield { kind: 'samples', values: Float32Array.from(run) };
      if (kind === 'saturated') yield { kind, samples };
      from = end;
    }
  };
}

/** Not by spreading them: a run is as long as what came at once. */
function highestOf(values: readonly number[]): number {
  return values.reduce((highest, value) => Math.max(highest, value), Number.NEGATIVE_INFINITY);
}
