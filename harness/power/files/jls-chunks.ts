// JLS v2, Jetperch's format (jls: include/jls/format.h): a file header, then chunks one after the other, each with a header of 32 bytes. All
// little-endian, each checked by CRC-32C.
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { crc32c } from './crc32c.ts';

/** What a file holds, as far as it goes. */
export interface JlsFile {
  readonly sources: ReadonlyMap<number, JlsSource>;
  readonly signals: readonly JlsSignal[];
  /** Where the walk ended before the file's own end; absent where it did not. */
  readonly cutAt?: number;
  /** Its writer did not close it. */
  readonly isOpen: boolean;
}

export interface JlsSource {
  readonly name: string;
  readonly vendor: string;
  readonly model: string;
  readonly version: string;
  readonly serial: string;
}

/** A signal of a fixed rate. */
export interface JlsSignal {
  readonly id: number;
  readonly source: number;
  readonly name: string;
  readonly units: string;
  readonly type: 'f32' | 'f64' | 'u1' | 'other';
  readonly rateHz: number;
  readonly samplesPerData: number;
  readonly samplesPerEntry: number;
  /** By sample. */
  readonly pieces: Pieces;
  /** When one of its samples was taken, in ms since 1970. */
  readonly utc?: { readonly sample: number; readonly ms: number };
}

/** Stretches of a signal, as numbers side by side: a file of 100 GB has millions. */
export interface Pieces {
  readonly first: number[];
  readonly count: number[];
  /** Of a piece with data: where its chunk is. Of one that was left out, being constant: minus where the summary of it is. */
  readonly at: number[];
}

export const identification = Buffer.from('jlsfmt\r\n \n \x1a  \xb2\x1c', 'latin1');

const fileHeaderBytes = 32;
export const chunkHeaderBytes = 32;
/** Of data, indices and summaries: the first sample, how many, bits of each. */
export const payloadHeaderBytes = 16;
/** More than any chunk that is read whole; what says more is damaged. */
const mostPayloadBytes = 1 << 26;

const tag = { source: 0x01, signal: 0x02, data: 0x22, index: 0x23, summary: 0x24, utc: 0x3a, end: 0xff } as const;

interface Chunk {
  readonly at: number;
  readonly tag: number;
  readonly meta: number;
  readonly bytes: number;
  readonly end: number;
}

/** Walks over the headers of all chunks. Data is not read. */
export async function readJls(handle: FileHandle): Promise<JlsFile> {
  const { size } = await handle.stat();
  const walk = walker();
  const fileHeader = bytesAt(handle, 0, fileHeaderBytes);
  let at = fileHeaderBytes;
  for (let count = 0; ; count++) {
    const chunk = chunkAt(handle, at, size);
    if (!chunk) break;
    at = chunk.end;
    if (chunk.tag === tag.end) break;
    walk.take(handle, chunk);
    if (count % yieldEvery === 0) await setImmediate();
  }
  const isOpen = viewOf(fileHeader).getBigUint64(16, true) === 0n;
  return { ...walk.found(), isOpen, ...(at < size && { cutAt: at }) };
}

const yieldEvery = 4096;

/** The payload of a chunk; undefined where it is not what its checksum says. */
export function payloadAt(handle: FileHandle, at: number): Uint8Array | undefined {
  const length = viewOf(bytesAt(handle, at, chunkHeaderBytes)).getUint32(20, true);
  if (length === 0 || length > mostPayloadBytes) return undefined;
  const stored = bytesAt(handle, at + chunkHeaderBytes, onDisk(length));
  const payload = stored.subarray(0, length);
  return crc32c(payload) === viewOf(stored).getUint32(stored.length - 4, true) ? payload : undefined;
}

export function bytesAt(handle: FileHandle, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0, got = -1; got !== 0 && done < length; done += got) {
    got = readSync(handle.fd, bytes, done, length - done, at + done);
  }
  return bytes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function chunkAt(handle: FileHandle, at: number, size: number): Chunk | undefined {
  if (at + chunkHeaderBytes > size) return undefined;
  const header = bytesAt(handle, at, chunkHeaderBytes);
  const view = viewOf(header);
  if (crc32c(header.subarray(0, 28)) !== view.getUint32(28, true)) return undefined;
  const bytes = view.getUint32(20, true);
  const end = at + chunkHeaderBytes + onDisk(bytes);
  if (end > size) return undefined;
  return { at, tag: view.getUint8(16), meta: view.getUint16(18, true), bytes, end };
}

/** With its padding and its sum. */
function onDisk(payloadBytes: number): number {
  return payloadBytes === 0 ? 0 : Math.ceil((payloadBytes + 4) / 8) * 8; // 4 GiB and more: no operator of 32 bits
}

/** Gathers what chunks tell, in the order of the file. */
function walker() {
  const sources = new Map<number, JlsSource>();
  const signals = new Map<number, Mutable>();
  let omitted: { readonly signal: Mutable; readonly firsts: readonly number[] } | undefined;

  return {
    take(handle: FileHandle, chunk: Chunk): void {
      const id = chunk.meta & 0xff;
      const isLowest = chunk.meta >> 12 === 1;
      if (chunk.tag === tag.source) sources.set(chunk.meta, sourceIn(payloadAt(handle, chunk.at)));
      if (chunk.tag === tag.signal) addSignal(signals, chunk.meta, payloadAt(handle, chunk.at));
      const signal = signals.get(id);
      if (!signal) return;
      if (chunk.tag === tag.data) addData(signal, handle, chunk);
      if (chunk.tag === tag.utc && signal.utc === undefined) signal.utc = utcIn(payloadAt(handle, chunk.at));
      if (signal.type !== 'u1' || !isLowest) return;
      if (chunk.tag === tag.index) omitted = { signal, firsts: omittedIn(payloadAt(handle, chunk.at), signal) };
      if (chunk.tag === tag.summary && omitted?.signal === signal) addOmitted(omitted, handle, chunk);
    },
    found() {
      return { sources, signals: [...signals.values()].map(signal => ({ ...signal, pieces: sorted(signal.pieces) })) };
    },
  };
}

type Mutable = { -readonly [Key in keyof JlsSignal]: JlsSignal[Key] };

function addSignal(signals: Map<number, Mutable>, id: number, payload: Uint8Array | undefined): void {
  if (!payload || payload.length < 128 || payload[2] !== 0) return; // of a variable rate
  const view = viewOf(payload);
  const [name = '', units = ''] = textsIn(payload.subarray(128));
  signals.set(id, {
    id,
    source: view.getUint16(0, true),
    type: types[view.getUint32(4, true) & 0xffff] ?? 'other',
    rateHz: view.getUint32(8, true),
    samplesPerData: view.getUint32(12, true),
    samplesPerEntry: view.getUint32(16, true),
    name,
    units,
    pieces: { first: [], count: [], at: [] },
  });
}

/** Base type and bits: JLS_DATATYPE_F32, F64, U1. */
const types: Readonly<Record<number, JlsSignal['type']>> = { 0x2004: 'f32', 0x4004: 'f64', 0x0103: 'u1' };

function sourceIn(payload: Uint8Array = new Uint8Array()): JlsSource {
  const [name = '', vendor = '', model = '', version = '', serial = ''] = textsIn(payload.subarray(64));
  return { name, vendor, model, version, serial };
}

/** Each ends with 00 1F. */
function textsIn(bytes: Uint8Array): readonly string[] {
  return Buffer.from(bytes)
    .toString('utf8')
    .split('\0')
    .map(text => text.replace('\x1f', ''));
}

function addData({ pieces }: Mutable, handle: FileHandle, chunk: Chunk): void {
  const { first, count } = spanOf(bytesAt(handle, chunk.at + chunkHeaderBytes, payloadHeaderBytes));
  pieces.first.push(first);
  pieces.count.push(count);
  pieces.at.push(chunk.at);
}

/** From the header of a payload; nothing where it has none. */
export function spanOf(payload: Uint8Array): { readonly first: number; readonly count: number } {
  if (payload.length < payloadHeaderBytes) return { first: 0, count: 0 };
  const view = viewOf(payload);
  return { first: Number(view.getBigInt64(0, true)), count: view.getUint32(8, true) };
}

/** The first samples of the data chunks that an index says were left out. */
function omittedIn(payload: Uint8Array | undefined, { samplesPerData }: Mutable): readonly number[] {
  if (!payload) return [];
  const { first, count } = spanOf(payload);
  const view = viewOf(payload);
  const firsts: number[] = [];
  for (let entry = 0; entry < count && payloadHeaderBytes + 8 * entry + 8 <= payload.length; entry++) {
    if (view.getBigUint64(payloadHeaderBytes + 8 * entry, true) === 0n) firsts.push(first + entry * samplesPerData);
  }
  return firsts;
}

const summaryEntryBytes = 16; // mean, deviation, least, most

function addOmitted(
  { signal, firsts }: { readonly signal: Mutable; readonly firsts: readonly number[] },
  handle: FileHandle,
  chunk: Chunk,
): void {
  const { first, count } = spanOf(bytesAt(handle, chunk.at + chunkHeaderBytes, payloadHeaderBytes));
  for (const piece of firsts) {
    const entry = Math.floor((piece - first) / signal.samplesPerEntry);
    if (!(entry >= 0 && entry < count)) continue;
    signal.pieces.first.push(piece);
    signal.pieces.count.push(signal.samplesPerData);
    signal.pieces.at.push(-(chunk.at + chunkHeaderBytes + payloadHeaderBytes + entry * summaryEntryBytes));
  }
}

/** Times are in 2^-30 s since 2018. */
function utcIn(payload: Uint8Array | undefined): JlsSignal['utc'] {
  if (!payload || payload.length < payloadHeaderBytes + 8) return undefined;
  const since2018 = Number(viewOf(payload).getBigInt64(payloadHeaderBytes, true)) / 2 ** 30;
  return { sample: spanOf(payload).first, ms: Date.UTC(2018, 0, 1) + since2018 * 1000 };
}

function sorted(pieces: Pieces): Pieces {
  const { first, count, at } = pieces;
  if (first.every((each, index) => index === 0 || (first[index - 1] ?? 0) <= each)) return pieces;
  const order = first.map((_, index) => index).sort((a, b) => (first[a] ?? 0) - (first[b] ?? 0));
  const by = (values: readonly number[]) => order.map(index => values[index] ?? 0);
  return { first: by(first), count: by(count), at: by(at) };
}
