import type { Fail } from '../fail.ts';
import type { Numbers, Values } from './numbers.ts';

/**
 * A `.wav` of PCM (8, 16, 24 or 32 bits) or floats (32 or 64): values [frames, channels], integers divided by 2^(bits − 1), so that they
 * lie from −1 to 1. Microsoft, Multimedia Programming Interface 1.0 and WAVEFORMATEXTENSIBLE. Throws `fail(…)` for anything else.
 */
export function readWav(bytes: Uint8Array, fail: Fail): Numbers {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (nameAt(view, 0) !== 'RIFF' || nameAt(view, 8) !== 'WAVE') {
    throw fail('is no .wav file: it does not begin with RIFF and WAVE', 'export it as WAV, PCM 16 bit');
  }
  const { fmt, data } = findChunks(view, fail);
  const { encoding, channels, sampleHz, bits } = readFormat(fmt, fail);
  const frameBytes = (channels * bits) / 8;
  if (data.byteLength % frameBytes !== 0) {
    throw fail(`its ${data.byteLength} bytes of sound are no whole frames of ${frameBytes} bytes`, 'export it again');
  }
  if (data.byteLength === 0) throw fail('holds no sound', 'leave it out, or record it again');
  const shape = [data.byteLength / frameBytes, channels];
  return { shape, values: decode(data, encoding), sampleHz, stored: data.byteLength };
}

type Encoding = keyof typeof encodings;

interface Format {
  readonly encoding: Encoding;
  readonly channels: number;
  readonly sampleHz: number;
  readonly bits: number;
}

/** How a sample is read; float32 holds integers of up to 24 bits exactly. 8 bits are unsigned, all others signed. */
const encodings = {
  pcm8: { bits: 8, array: Float32Array, at: (view: DataView, at: number) => (view.getUint8(at) - 128) / 2 ** 7 },
  pcm16: { bits: 16, array: Float32Array, at: (view: DataView, at: number) => view.getInt16(at, true) / 2 ** 15 },
  pcm24: { bits: 24, array: Float32Array, at: (view: DataView, at: number) => int24(view, at) / 2 ** 23 },
  pcm32: { bits: 32, array: Float64Array, at: (view: DataView, at: number) => view.getInt32(at, true) / 2 ** 31 },
  float32: { bits: 32, array: Float32Array, at: (view: DataView, at: number) => view.getFloat32(at, true) },
  float64: { bits: 64, array: Float64Array, at: (view: DataView, at: number) => view.getFloat64(at, true) },
} as const;

/** The first `fmt ` and `data` chunks; a chunk of odd length is followed by one byte of padding. */
function findChunks(view: DataView, fail: Fail): { fmt: DataView; data: DataView } {
  const found = new Map<string, DataView>();
  for (let at = 12; at + 8 <= view.byteLength && !(found.has('fmt ') && found.has('data')); ) {
    const name = nameAt(view, at);
    const length = view.getUint32(at + 4, true);
    const left = view.byteLength - at - 8;
    if (length > left) {
      throw fail(
        `is cut short: its "${name}" chunk says ${length} bytes, and ${left} follow`,
        'copy or export it again (a stream that was never closed has no length)',
      );
    }
    if (!found.has(name)) found.set(name, new DataView(view.buffer, view.byteOffset + at + 8, length));
    at += 8 + length + (length % 2);
  }
  const fmt = found.get('fmt ');
  const data = found.get('data');
  if (!fmt || !data) throw fail(`has no "${fmt ? 'data' : 'fmt '}" chunk`, 'export it again as WAV, PCM 16 bit');
  return { fmt, data };
}

const extensible = 0xfffe;
const kinds: Readonly<Record<number, string>> = { 1: 'pcm', 3: 'float' };

function readFormat(fmt: DataView, fail: Fail): Format {
  if (fmt.byteLength < 16) throw fail(`its "fmt " chunk has ${fmt.byteLength} bytes of 16`, 'export it again');
  const tag = fmt.getUint16(0, true);
  // the sub-format's GUID begins with the tag that it stands for
  const kind = tag === extensible && fmt.byteLength >= 40 ? fmt.getUint16(24, true) : tag;
  const [channels, sampleHz, bits] = [fmt.getUint16(2, true), fmt.getUint32(4, true), fmt.getUint16(14, true)];
  const encoding = `${kinds[kind]}${bits}`;
  if (!isEncoding(encoding)) {
    throw fail(`its samples are of format ${kind} with ${bits} bits`, 'export it as PCM of 8 to 32 bits, or as floats');
  }
  if (channels === 0 || sampleHz === 0 || fmt.getUint16(12, true) !== (channels * bits) / 8) {
    throw fail(`its format contradicts itself: ${channels} channels, ${sampleHz} Hz, ${bits} bits`, 'export it again');
  }
  return { encoding, channels, sampleHz, bits };
}

function isEncoding(name: string): name is Encoding {
  return Object.hasOwn(encodings, name);
}

function decode(data: DataView, encoding: Encoding): Values {
  const { bits, array: Decoded, at } = encodings[encoding];
  const values = new Decoded((data.byteLength * 8) / bits);
  for (let sample = 0; sample < values.length; sample++) values[sample] = at(data, (sample * bits) / 8);
  return values;
}

function int24(view: DataView, at: number): number {
  return (view.getInt8(at + 2) << 16) | view.getUint16(at, true);
}

function nameAt(view: DataView, at: number): string {
  return at + 4 > view.byteLength ? '' : Buffer.from(view.buffer, view.byteOffset + at, 4).toString('latin1');
}
