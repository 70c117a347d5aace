import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { InputError } from '../errors.ts';
import { findModels, firstDifference } from '../model/embedded.ts';
import type { Model } from '../model/tflite.ts';
import type { Elf, ElfSegment } from '../target/elf.ts';

/** A `.tflite` that an image carries. */
export interface CarriedModel {
  /** Where the running firmware has it. */
  readonly address: number;
  /** The object it is, and its size, where a symbol says so: the format itself does not. */
  readonly symbol?: { readonly name: string; readonly bytes: number };
  /** The model; without a symbol, up to the end of what is loaded with it. */
  readonly bytes: Uint8Array;
  readonly model: Model;
}

/** A `.tflite` file. */
export interface ModelFile {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly model: Model;
}

/** Whether an image carries the suite's model; false when it carries none. Throws InputError when it carries another one only. */
export function carriesModel(elf: Elf, path: string, wanted: ModelFile): boolean {
  if (elf.segments.some(({ bytes }) => bufferOf(bytes).includes(bufferOf(wanted.bytes)))) return true;
  const [other] = modelsIn(elf);
  if (!other) return false;
  throw new InputError(
    `carries another model than the suite's: ${difference(other, wanted)}`,
    path,
    "build the suite's model into the firmware, or name the firmware's model in the suite",
  );
}

/** Every model that an image loads, in the order of its segments. */
export function modelsIn(elf: Elf): readonly CarriedModel[] {
  return elf.segments.flatMap(segment =>
    [...findModels(segment.bytes)].map(({ offset, bytes, model }) => carried(elf, segment, { offset, bytes, model })),
  );
}

/** Whether a carried model is, byte for byte, a file's. */
export function isModel({ bytes }: CarriedModel, { bytes: wanted }: ModelFile): boolean {
  return bufferOf(bytes).subarray(0, wanted.length).equals(wanted);
}

/** `g_model at 0x10008000 (2,920 bytes, SHA-256 1234…) is not kws.tflite (…); they differ from byte 1,024 on, in tensor 3 "weights"`. */
export function difference(other: CarriedModel, wanted: ModelFile): string {
  const { byte, tensor } = firstDifference(wanted, other.bytes);
  const place = tensor ? `, in tensor ${tensor.index} "${tensor.name}"` : '';
  const theirs = `${modelPlace(other)} (${sizeAndHash(other, wanted.bytes.length)})`;
  const ours = `${basename(wanted.file)} (${count(wanted.bytes.length)}, SHA-256 ${shortHash(wanted.bytes)})`;
  return `${theirs} is not ${ours}; they differ from byte ${byte.toLocaleString('en')} on${place}`;
}

/** `g_model at 0x10008000`. */
export function modelPlace({ symbol, address }: CarriedModel): string {
  return `${symbol?.name ?? 'the one'} at 0x${address.toString(16).padStart(8, '0')}`;
}

function carried(
  { symbols }: Elf,
  segment: ElfSegment,
  found: Pick<CarriedModel, 'bytes' | 'model'> & { offset: number },
) {
  const address = segment.virtualAddress + found.offset;
  const symbol = symbols.find(each => each.address === address && each.sizeBytes > 0);
  const isWhole = symbol !== undefined && symbol.sizeBytes <= found.bytes.length;
  return {
    address,
    model: found.model,
    bytes: isWhole ? found.bytes.subarray(0, symbol.sizeBytes) : found.bytes,
    ...(isWhole && { symbol: { name: symbol.name, bytes: symbol.sizeBytes } }),
  };
}

/** As much as can be said: a hash of the whole where a symbol says how long it is, else of as much as the other has. */
function sizeAndHash({ symbol, bytes }: CarriedModel, wantedBytes: number): string {
  if (symbol) return `${count(symbol.bytes)}, SHA-256 ${shortHash(bytes)}`;
  const compared = bytes.subarray(0, wantedBytes);
  return `SHA-256 of as many bytes ${shortHash(compared)}`;
}

function count(bytes: number): string {
  return `${bytes.toLocaleString('en')} bytes`;
}

function shortHash(bytes: Uint8Array): string {
  return `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}…`;
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
