import { expect, test } from 'vitest';
import type { Fail } from '../fail.ts';
import { readWav } from './wav.ts';

const fail: Fail = (what, fix) => new Error(`${what}: ${fix}`);

interface Format {
  readonly tag?: number;
  readonly channels?: number;
  readonly sampleHz?: number;
  readonly bits?: number;
  readonly align?: number;
  /** Behind the first 16 bytes. */
  readonly more?: readonly number[];
}

function chunk(name: string, data: Uint8Array, length = data.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

function fmt({ tag = 1, channels = 1, sampleHz = 16_000, bits = 16, align, more = [] }: Format): Buffer {
  const data = Buffer.alloc(16 + more.length);
  data.writeUInt16LE(tag);
  data.writeUInt16LE(channels, 2);
  data.writeUInt32LE(sampleHz, 4);
  data.writeUInt16LE(align ?? (channels * bits) / 8, 12);
  data.writeUInt16LE(bits, 14);
  data.set(more, 16);
  return chunk('fmt ', data);
}

const riff = (...chunks: readonly Buffer[]) =>
  Buffer.concat([Buffer.from('RIFF'), Buffer.alloc(4), Buffer.from('WAVE'), ...chunks]);
const wav = (format: Format, data: Uint8Array) => riff(fmt(format), chunk('data', data));
const bytesOf = ({ buffer }: { buffer: ArrayBuffer }) => new Uint8Array(buffer);

test.each<[string, Buffer, readonly number[]]>([
  ['8 bits, unsigned', wav({ bits: 8 }, Uint8Array.from([0, 128, 192, 255])), [-1, 0, 0.5, 127 / 128]],
  ['16 bits', wav({}, bytesOf(Int16Array.from([-32_768, 0, 16_384, 32_767]))), [-1, 0, 0.5, 32_767 / 32_768]],
  [
    '24 bits',
    wav({ bits: 24 }, Uint8Array.from([0, 0, 0x80, 0xff, 0xff, 0xff, 1, 0, 0x40])),
    [-1, -1 / 2 ** 23, 0.5 + 1 / 2 ** 23],
  ],
  ['32 bits', wav({ bits: 32 }, bytesOf(Int32Array.from([-(2 ** 31), 1, 2 ** 31 - 1]))), [-1, 2 ** -31, 1 - 2 ** -31]],
  ['float32', wav({ tag: 3, bits: 32 }, bytesOf(Float32Array.from([-1.5, 0.25]))), [-1.5, 0.25]],
  ['float64', wav({ tag: 3, bits: 64 }, bytesOf(Float64Array.from([0.1, -2]))), [0.1, -2]],
])('%s become values from −1 to 1', (_, file, values) => {
  const sound = readWav(file, fail);
  expect([...sound.values]).toEqual(values);
  expect(sound).toMatchObject({ shape: [values.length, 1], sampleHz: 16_000 });
});

test('channels come last', () => {
  const sound = readWav(wav({ channels: 2, bits: 8, sampleHz: 44_100 }, Uint8Array.from([0, 128, 128, 0])), fail);
  expect(sound).toMatchObject({ shape: [2, 2], sampleHz: 44_100, stored: 4 });
  expect([...sound.values]).toEqual([-1, 0, 0, -1]);
});

test('an extensible format is what its sub-format says', () => {
  const more = [22, 0, 24, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
  const sound = readWav(wav({ tag: 0xfffe, bits: 24, more }, Uint8Array.from([0, 0, 0xc0])), fail);
  expect([...sound.values]).toEqual([-0.5]);
});

test('other chunks are passed over, those of odd length with their padding', () => {
  const list = chunk('LIST', Uint8Array.from([1, 2, 3]));
  const sound = readWav(riff(list, fmt({ bits: 8 }), list, chunk('data', Uint8Array.from([0])), list), fail);
  expect([...sound.values]).toEqual([-1]);
});

test.each<[string, () => Buffer, RegExp]>([
  ['another file', () => Buffer.from('OggS............'), /no \.wav file/],
  ['nothing', () => Buffer.alloc(0), /no \.wav file/],
  ['a WAV of big-endian numbers', () => Buffer.from('RIFX....WAVE'), /no \.wav file/],
  ['no sound', () => wav({}, new Uint8Array(0)), /holds no sound/],
  ['no format', () => riff(chunk('data', new Uint8Array(2))), /has no "fmt " chunk/],
  ['no data', () => riff(fmt({})), /has no "data" chunk/],
  [
    'less sound than it says',
    () => riff(fmt({}), chunk('data', new Uint8Array(4), 100)),
    /cut short: its "data" chunk says 100 bytes, and 4 follow/,
  ],
  [
    'a stream that was never closed',
    () => riff(fmt({}), chunk('data', new Uint8Array(4), 0xffff_ffff)),
    /says 4294967295 bytes.*a stream that was never closed/,
  ],
  ['a frame and a half', () => wav({ channels: 2 }, new Uint8Array(6)), /6 bytes of sound are no whole frames of 4/],
  ['compressed samples', () => wav({ tag: 2, bits: 4 }, new Uint8Array(4)), /format 2 with 4 bits: export it as PCM/],
  ['12 bits', () => wav({ bits: 12, align: 2 }, new Uint8Array(4)), /format 1 with 12 bits/],
  ['no channel', () => wav({ channels: 0 }, new Uint8Array(4)), /contradicts itself: 0 channels/],
  ['frames of another size', () => wav({ align: 3 }, new Uint8Array(6)), /contradicts itself/],
  [
    'a format cut short',
    () => riff(chunk('fmt ', new Uint8Array(10)), chunk('data', new Uint8Array(2))),
    /10 bytes of 16/,
  ],
])('%s is refused by name', (_, file, message) => {
  expect(() => readWav(file(), fail)).toThrow(message);
});
