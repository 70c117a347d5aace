import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Fail } from './fail.ts';
import { zip } from './fixtures/zip.ts';
import { readNetpbm } from './formats/netpbm.ts';
import { readNpy, valuesOf, writeNpy } from './formats/npy.ts';
import { readNpz } from './formats/npz.ts';
import { readPng } from './formats/png.ts';
import { readTable } from './formats/table.ts';
import { readWav } from './formats/wav.ts';

/** What a reader says is wrong; anything else that is thrown is a defect of the reader. */
class Refusal extends Error {}
const fail: Fail = what => new Refusal(what);

const npy = writeNpy({ dtype: 'int16', shape: [2, 3], data: new Uint8Array(12) });
const npz = zip([{ name: 'x.npy', stored: npy }]);
// an interlaced gray of 4 bits, and a palette with alpha
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACBAAAAAEK6ORRAAAAA3RFWHRhAGLcSaI7AAAAB0lEQVR4nGNgYPzAcnvO7wAAAApJREFUFMBs9RkACGoCdMYyv88AAAAASUVORK5CYII=',
  'base64',
);
const palette = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAQAAAABAgMAAACEUudeAAAACVBMVEX/AAAA/wAJCAdZJAYjAAAAAnRSTlMAgJsrThgAAAAKSURBVHicY5AEAAAbABou0o2tAAAAAElFTkSuQmCC',
  'base64',
);
const wav = Buffer.from(
  '524946462a00000057415645666d74201000000001000100401f0000803e000002001000646174610600000001000200ffff',
  'hex',
);

const readers: readonly [string, Uint8Array, (bytes: Uint8Array) => unknown][] = [
  ['npy', npy, bytes => valuesOf(readNpy(bytes, fail), fail)],
  ['npz', npz, bytes => readNpz(bytes, fail).map(array => ('read' in array ? array.read(1 << 20, fail) : array))],
  ['png', png, bytes => readPng(bytes, fail)],
  ['png whose checksums hold', png, bytes => readPng(checked(bytes), fail)],
  ['palette whose checksums hold', palette, bytes => readPng(checked(bytes), fail)],
  ['wav', wav, bytes => readWav(bytes, fail)],
  ['pgm', Buffer.from('P5\n# c\n3 2\n255\nabcdef'), bytes => readNetpbm(bytes, fail)],
  ['ppm', Buffer.from('P3 1 1 15 1 2 3'), bytes => readNetpbm(bytes, fail)],
  ['csv', Buffer.from('a,"b"\r\n1,2.5\n-3,4e1\n'), bytes => [...readTable(bytes, undefined, fail).rows]],
];

test.each(readers)('a damaged %s is read or refused, and nothing else', (_, whole, read) => {
  expect(() => read(whole)).not.toThrow();
  const random = generator(1);
  const defects = Array.from({ length: 4000 }, () => defectOf(damaged(whole, random), read)).filter(Boolean);
  expect(defects).toEqual([]);
});

function defectOf(bytes: Uint8Array, read: (bytes: Uint8Array) => unknown): string | undefined {
  try {
    read(bytes);
    return undefined;
  } catch (error) {
    return error instanceof Refusal ? undefined : `${String(error)} of ${Buffer.from(bytes).toString('hex')}`;
  }
}

/** A PNG with the checksums of what its chunks now hold, so that damage gets past them. */
function checked(bytes: Uint8Array): Uint8Array {
  const made = Buffer.from(bytes);
  for (let at = 8; at + 12 <= made.length; at += 12 + made.readUInt32BE(at)) {
    const end = at + 8 + made.readUInt32BE(at);
    if (end + 4 <= made.length) made.writeUInt32BE(crc32(made.subarray(at + 4, end)), end);
  }
  return made;
}

/** A few bytes changed, and sometimes a piece cut out or off. */
function damaged(whole: Uint8Array, random: (below: number) => number): Uint8Array {
  const bytes = Uint8Array.from(whole);
  const changes = 1 + random(4);
  for (let change = 0; change < changes; change++)
    bytes[random(bytes.length)] = likely[random(likely.length)] ?? random(256);
  if (random(3) > 0) return bytes;
  const from = random(bytes.length);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + random(20))]);
}

const likely = [0, 1, 0x7f, 0x80, 0xff, undefined, undefined, undefined];

/** Numbers that look random, the same in every run (xorshift32). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
