import { crc32, inflateSync } from 'node:zlib';
import type { Fail } from '../fail.ts';
import { type Numbers, samplesLimit, type Values } from './numbers.ts';
import { type PngLayout, passesOf, samplesOf } from './png-samples.ts';

/**
 * A PNG of any kind (W3C PNG, third edition; of an animation its still image): values [height, width, channels] with 1 (gray), 2 (gray,
 * alpha), 3 (RGB) or 4 channels (RGB, alpha). From 0 to 255, grays of 1, 2 and 4 bits spread over that range as libpng does, or with 16
 * bits to 65535. A transparent colour makes an alpha channel. Throws `fail(…)` for what is damaged or larger than it says.
 */
export function readPng(bytes: Uint8Array, fail: Fail): Numbers {
  const chunks = readChunks(bytes, fail);
  const layout = readHeader(chunks, fail);
  const samples = samplesOf(inflate(chunks, layout, fail), layout, fail);
  const { width, height, colour, depth } = layout;
  const values = colour === 3 ? fromPalette(samples, chunks, fail) : withKey(samples, chunks, layout);
  return { shape: [height, width, values.length / (width * height)], values, brightest: depth === 16 ? 65_535 : 255 };
}

type Chunks = ReadonlyMap<string, readonly Uint8Array[]>;

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const known = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/** The chunks that say what the pixels are, their checksums proved; others may be anything, and are not looked at. */
function readChunks(bytes: Uint8Array, fail: Fail): Chunks {
  const damaged = (what: string) => fail(`is a damaged PNG: ${what}`, 'save or copy it again');
  if (!signature.every((byte, index) => bytes[index] === byte)) throw fail('is no PNG file', 'save it as PNG or PGM');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks = new Map<string, Uint8Array[]>();
  for (let at = signature.length; !chunks.has('IEND'); ) {
    if (at + 12 > bytes.length) throw damaged('it is cut short');
    const length = view.getUint32(at);
    const name = Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1');
    if (length > bytes.length - at - 12) throw damaged('it is cut short');
    if (known.has(name)) {
      if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
        throw damaged(`the checksum of its chunk ${name} is wrong`);
      }
      const sameName = chunks.get(name) ?? [];
      sameName.push(bytes.subarray(at + 8, at + 8 + length));
      chunks.set(name, sameName);
    }
    at += 12 + length;
  }
  return chunks;
}

const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const depthsOf: Readonly<Record<number, readonly number[]>> = { 0: [1, 2, 4, 8, 16], 3: [1, 2, 4, 8] };

function readHeader(chunks: Chunks, fail: Fail): PngLayout {
  const [header, second] = chunks.get('IHDR') ?? [];
  if (header?.length !== 13 || second) throw fail('is a damaged PNG: it has no one header', 'save it again');
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, colour = 0, compression, filter, interlace = 0] = header.subarray(8);
  const channels = channelsOf[colour];
  if (!channels || !(depthsOf[colour] ?? [8, 16]).includes(depth) || compression || filter || interlace > 1) {
    throw fail(`is a PNG of unknown kind: colour type ${colour}, ${depth} bits`, 'save it again');
  }
  if (width * height === 0 || width * height * 4 > samplesLimit) {
    throw fail(`says it is ${width} × ${height} pixels`, 'give an image that a microcontroller might see');
  }
  return { width, height, depth, colour, channels, isInterlaced: interlace === 1 };
}

/** The filtered rows of all passes; what inflates beyond them is stopped there. */
function inflate(chunks: Chunks, layout: PngLayout, fail: Fail): Uint8Array {
  const expected = passesOf(layout).reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0);
  const rows = inflated(Buffer.concat(chunks.get('IDAT') ?? []), expected);
  if (rows?.length === expected) return rows;
  throw fail(`is a damaged PNG: its pixels do not inflate to ${expected} bytes`, 'save or copy it again');
}

function inflated(data: Uint8Array, expected: number): Uint8Array | undefined {
  try {
    return inflateSync(data, { maxOutputLength: expected });
  } catch {
    return undefined;
  }
}

function fromPalette(indexes: Values, chunks: Chunks, fail: Fail): Values {
  const palette = chunks.get('PLTE')?.[0] ?? new Uint8Array(0);
  const alphas = chunks.get('tRNS')?.[0] ?? new Uint8Array(0);
  const channels = alphas.length > 0 ? 4 : 3;
  const values = new Uint8Array(indexes.length * channels);
  for (const [pixel, index] of indexes.entries()) {
    if (3 * index + 3 > palette.length) throw fail(`uses colour ${index}, which its palette lacks`, 'save it again');
    values.set(palette.subarray(3 * index, 3 * index + 3), channels * pixel);
    if (channels === 4) values[channels * pixel + 3] = alphas[index] ?? 255;
  }
  return values;
}

/** Grays of fewer than 8 bits spread to 0…255; an image with the one colour that is transparent gets an alpha channel. */
function withKey(samples: Values, chunks: Chunks, { colour, channels, depth }: PngLayout): Values {
  const values = depth < 8 ? samples.map(sample => sample * (255 / (2 ** depth - 1))) : samples;
  const chunk = chunks.get('tRNS')?.[0];
  if ((colour !== 0 && colour !== 2) || chunk?.length !== 2 * channels) return values;

  const key = Buffer.from(chunk);
  const keyed = new (depth === 16 ? Uint16Array : Uint8Array)((values.length / channels) * (channels + 1));
  for (let pixel = 0; pixel < values.length / channels; pixel++) {
    const [from, to] = [pixel * channels, pixel * (channels + 1)];
    const isKey = samples.subarray(from, from + channels).every((sample, at) => sample === key.readUInt16BE(2 * at));
    keyed.set(values.subarray(from, from + channels), to);
    keyed[to + channels] = isKey ? 0 : 2 ** Math.max(8, depth) - 1;
  }
  return keyed;
}
