import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { InputError } from '../../errors.ts';
import type { Reading } from '../../recording/trace.ts';
import {
  bytesAt,
  type JlsFile,
  type JlsSignal,
  payloadAt,
  payloadHeaderBytes,
  readJls,
  spanOf,
  viewOf,
} from './jls-chunks.ts';
import { meters, mostMa } from './meters.ts';
import { factsOf, mostRateHz, type PowerFile, type PowerFileOptions } from './power-file.ts';

/** Reads a JLS v2 file of the Joulescope UI or its driver. Closes `handle` when disposed. Throws InputError where it has no current and no power. */
export async function openJls(
  { path, handle }: { readonly path: string; readonly handle: FileHandle },
  options: PowerFileOptions,
): Promise<PowerFile> {
  const file = await readJls(handle);
  const measured = measuredIn(file, path, options);
  const others = file.signals.filter(({ source }) => source === measured.source);
  const voltage = voltageOf(
    handle,
    others.find(({ units, name }) => units === 'V' && name === 'voltage'),
  );
  const inputs = others.filter(signal => isInput(signal, measured)).slice(0, 8);
  const source = file.sources.get(measured.source);
  const first = measured.pieces.first[0] ?? 0;
  const startedAt = measured.utc && measured.utc.ms + ((first - measured.utc.sample) / measured.rateHz) * 1000;
  const progress = { samples: 0 };
  return {
    facts: factsOf(
      { path, format: 'jls' },
      {
        quantity: measured.units === 'A' ? 'current' : 'energy',
        rateHz: measured.rateHz,
        meter: {
          ...meters.joulescope,
          ...(source?.model && { title: `Joulescope ${source.model}` }),
          ...(source?.serial && { serial: source.serial }),
          ...(source?.version && { firmware: source.version }),
          lines: inputs.map(({ name }) => name.replace(/^gpi\[(\d)\]$/, 'GPI$1')),
        },
        ...voltage,
        ...(startedAt !== undefined && isDate(startedAt) && { startedAt: new Date(startedAt).toISOString() }),
      },
      options,
    ),
    firstS: 0,
    readings: readingsOf(handle, { file, measured, inputs, path }, progress),
    progress: () => progress.samples / Math.max(1, lengthOf(measured)),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

function isDate(ms: number): boolean {
  return Math.abs(ms) < 8e15;
}

/** The current, else the power; of several devices the one that was named. */
function measuredIn(file: JlsFile, path: string, { columns = {} }: PowerFileOptions): JlsSignal {
  const wanted = (columns.current ?? columns.power)?.column;
  const of = (units: string) =>
    file.signals.filter(
      signal => signal.units === units && signal.pieces.first.length > 0 && signal.type.startsWith('f'),
    );
  const named = [...of('A'), ...of('W')].filter(signal => wanted === undefined || wanted === nameOf(file, signal));
  const found = named.filter(({ units }) => units === (columns.power ? 'W' : (named[0]?.units ?? 'A')));
  const [signal, second] = found;
  const names = file.signals.map(each => `"${nameOf(file, each)}"`).join(', ') || 'none';
  if (!signal) throw new InputError('has no current and no power with samples', path, `its signals are: ${names}`);
  if (second) {
    const fix = `name one: --column current=${nameOf(file, signal)}`;
    throw new InputError(`has several: ${found.map(each => nameOf(file, each)).join(', ')}`, path, fix);
  }
  if (signal.rateHz > 0 && signal.rateHz <= mostRateHz) return signal;
  throw new InputError(`its signal ${signal.name} has a rate of ${signal.rateHz} Hz`, path, 'record it again');
}

function nameOf(file: JlsFile, { source, name }: JlsSignal): string {
  return `${file.sources.get(source)?.name ?? source}.${name}`;
}

function lengthOf(signal: JlsSignal): number {
  return endOf(signal) - (signal.pieces.first[0] ?? 0);
}

function endOf({ pieces }: JlsSignal): number {
  return (pieces.first.at(-1) ?? 0) + (pieces.count.at(-1) ?? 0);
}

function isInput(signal: JlsSignal, measured: JlsSignal): boolean {
  return signal.type === 'u1' && signal.rateHz === measured.rateHz && signal.pieces.first.length > 0;
}

const voltageChunks = 32;

/** Of some stretches all over the file. */
function voltageOf(handle: FileHandle, signal: JlsSignal | undefined): { supplyMv?: number; supplySpreadMv?: number } {
  if (!signal) return {};
  const { at } = signal.pieces;
  const means = Array.from({ length: Math.min(voltageChunks, at.length) }, (_, index) => {
    const place = at[Math.floor((index * at.length) / Math.min(voltageChunks, at.length))] ?? 0;
    return meanOf(floatsOf(payloadAt(handle, place), signal.type));
  }).filter(mean => mean > 0);
  if (means.length === 0) return {};
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  const spread = Math.max(...means) - Math.min(...means);
  return { supplyMv: Number((mean * 1000).toPrecision(6)), supplySpreadMv: Number((spread * 1000).toPrecision(3)) };
}

/** Of those that are numbers. */
function meanOf(values: Iterable<number>): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** In the order of this machine, which is the file's: little-endian. */
function floatsOf(payload: Uint8Array | undefined, type: JlsSignal['type']): Float32Array | Float64Array {
  if (!payload) return new Float64Array();
  const Floats = type === 'f64' ? Float64Array : Float32Array;
  const data = payload.slice(payloadHeaderBytes);
  const count = Math.min(spanOf(payload).count, Math.floor(data.length / Floats.BYTES_PER_ELEMENT));
  return new Floats(data.buffer, 0, count);
}

interface Job {
  readonly file: JlsFile;
  readonly measured: JlsSignal;
  readonly inputs: readonly JlsSignal[];
  readonly path: string;
}

async function* readingsOf(
  handle: FileHandle,
  { file, measured, inputs, path }: Job,
  progress: { samples: number },
): AsyncGenerator<Reading> {
  const { pieces, type, rateHz } = measured;
  const levels = inputs.map(input => levelReader(handle, input));
  const scale = measured.units === 'A' ? 1e3 : 1e6 / rateHz; // W over one sample are so many µJ
  let next: number | undefined; // the sample after those that were read
  let samples = 0;
  for (const [index, first] of pieces.first.entries()) {
    const count = pieces.count[index] ?? 0;
    const values = floatsOf(payloadAt(handle, pieces.at[index] ?? 0), type);
    if (values.length < count) {
      yield { kind: 'note', text: 'a piece of its samples is damaged' };
      const isPlaced = first === next || (next === undefined && pieces.first[index + 1] === first + count);
      if (!isPlaced || count > measured.samplesPerData) continue; // so is its place, and the next one's tells what is missing
      yield { kind: 'gap', samples: count };
      next = first + count;
    } else if (next !== undefined && first < next) {
      throw new InputError(`has sample ${first} twice`, path, 'record it again');
    } else {
      if (next !== undefined && first > next) yield { kind: 'gap', samples: first - next };
      yield* soundOf(values, scale, levels.length > 0 ? levelsOf(levels, first, count) : undefined);
      samples += count;
      next = first + count;
    }
    progress.samples = (next ?? 0) - (pieces.first[0] ?? 0);
    await setImmediate(); // reads are synchronous here, and Ctrl-C must come through
  }
  if (next === undefined || samples === 0)
    throw new InputError('has no samples that can be read', path, 'record it again');
  if (file.cutAt !== undefined) {
    yield { kind: 'note', text: `cut short or damaged at byte ${file.cutAt}: read as far as that` };
  } else if (file.isOpen) yield { kind: 'note', text: 'was not closed by its writer: read as far as it goes' };
  for (const input of inputs) {
    if (endOf(input) < next)
      yield { kind: 'note', text: `the levels of ${input.name} end ${next - endOf(input)} samples earlier` };
  }
}

/** What is not a number, the Joulescope lost. */
function* soundOf(
  values: Float32Array | Float64Array,
  scale: number,
  levels: Uint8Array | undefined,
): Generator<Reading> {
  const scaled = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) scaled[index] = values[index] * scale;
  for (let from = 0, end = 0; from < scaled.length; from = end) {
    const kind = kindOf(scaled[from]);
    while (end < scaled.length && kindOf(scaled[end]) === kind) end++;
    const run = scaled.subarray(from, end);
    if (kind === 'gap') yield { kind, samples: run.length };
    else if (kind === 'impossible') yield { kind, samples: run.length, what: `a value of ${run[0]}` };
    else yield { kind, values: run, ...(levels && { levels: levels.subarray(from, end) }) };
  }
}

function kindOf(value: number): 'gap' | 'samples' | 'impossible' {
  if (Number.isNaN(value)) return 'gap';
  return Math.abs(value) <= mostMa.joulescope ? 'samples' : 'impossible';
}

/** Puts a digital input's level into samples that are asked for in order; where it has none, the last it had: that is no edge. */
type LevelReader = (first: number, into: Uint8Array, bit: number) => void;

function levelReader(handle: FileHandle, { pieces }: JlsSignal): LevelReader {
  let index = 0;
  let loaded = -1;
  let bits: Uint8Array | number = 0;
  let level = 0;
  const pieceEnd = (piece: number) => (pieces.first[piece] ?? 0) + (pieces.count[piece] ?? 0);

  return (first, into, bit) => {
    for (let at = 0; at < into.length; ) {
      const sample = first + at;
      while (index < pieces.first.length && pieceEnd(index) <= sample) index++;
      const begin = pieces.first[index] ?? Number.POSITIVE_INFINITY;
      if (sample < begin) {
        for (const end = Math.min(into.length, begin - first); at < end; at++) into[at] |= level << bit;
        continue;
      }
      if (loaded !== index) bits = loadBits(handle, pieces.at[index] ?? 0);
      loaded = index;
      const end = Math.min(into.length, pieceEnd(index) - first);
      for (; at < end; at++) {
        const place = first + at - begin;
        level = typeof bits === 'number' ? bits : (bits[payloadHeaderBytes + (place >> 3)] >> (place & 7)) & 1;
        into[at] |= level << bit;
      }
    }
  };
}

/** The packed bits of a piece with its payload's header, or the level of one that is constant. */
function loadBits(handle: FileHandle, at: number): Uint8Array | number {
  if (at < 0) return Math.round(viewOf(bytesAt(handle, -at, 4)).getFloat32(0, true)) & 1;
  return payloadAt(handle, at) ?? 0;
}

function levelsOf(readers: readonly LevelReader[], first: number, count: number): Uint8Array {
  const levels = new Uint8Array(count);
  for (const [bit, read] of readers.entries()) read(first, levels, bit);
  return levels;
}
