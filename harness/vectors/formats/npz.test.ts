import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Fail } from '../fail.ts';
import { zip } from '../fixtures/zip.ts';
import { valuesOf, writeNpy } from './npy.ts';
import { readNpz } from './npz.ts';

const fail: Fail = (what, fix) => new Error(`${what}: ${fix}`);

const arraysIn = (archive: Uint8Array) => readNpz(archive, fail).filter(array => 'read' in array);

// np.savez and np.savez_compressed of x=np.arange(12, dtype=np.int8).reshape(3, 4), y=np.arange(3), numpy 2.4
const saved =
  'UEsDBBQAAAAAAAAAIQAnrsxKjAAAAIwAAAAFABQAeC5ucHkBABAAjAAAAAAAAACMAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3xpMScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCA0KSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAECAwQFBgcICQoLUEsDBBQAAAAAAAAAIQD3QBLqmAAAAJgAAAAFABQAeS5ucHkBABAAmAAAAAAAAACYAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxpOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAAAAABAAAAAAAAAAIAAAAAAAAAUEsBAhQDFAAAAAAAAAAhACeuzEqMAAAAjAAAAAUAAAAAAAAAAAAAAIABAAAAAHgubnB5UEsBAhQDFAAAAAAAAAAhAPdAEuqYAAAAmAAAAAUAAAAAAAAAAAAAAIABwwAAAHkubnB5UEsFBgAAAAACAAIAZgAAAJIBAAAAAA==';
const compressed =
  'UEsDBC0AAAAIAAAAIQAnrsxK//////////8FABQAeC5ucHkBABAAjAAAAAAAAABSAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF6Taaiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6CiaaOgq1CmQDLgZGJmYWVjZ2Dk4ubgBQSwMELQAAAAgAAAAhAPdAEur//////////wUAFAB5Lm5weQEAEACYAAAAAAAAAEwAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaxjqaOgq1ChQALgYoYITSTFAaAFBLAQItAy0AAAAIAAAAIQAnrsxKUgAAAIwAAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLAQItAy0AAAAIAAAAIQD3QBLqTAAAAJgAAAAFAAAAAAAAAAAAAACAAYkAAAB5Lm5weVBLBQYAAAAAAgACAGYAAAAMAQAAAAA=';

test.each([
  ['plain', saved],
  ['compressed', compressed],
])('a %s archive of numpy is read', (_, file) => {
  const arrays = arraysIn(Buffer.from(file, 'base64'));
  expect(arrays).toMatchObject([
    { name: 'x', dtype: 'int8', shape: [3, 4] },
    { name: 'y', dtype: 'int64', shape: [3] },
  ]);
  const values = arrays.map(array => [...valuesOf(array.read(1000, fail), fail)]);
  expect(values).toEqual([
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    [0, 1, 2],
  ]);
});

const npy = writeNpy({ dtype: 'int8', shape: [4], data: Uint8Array.from([1, 2, 3, 4]) });
function readFirst(archive: Uint8Array): unknown {
  const [first] = readNpz(archive, fail);
  if (first && 'unread' in first) throw first.unread(1 << 20, fail);
  return first?.read(1 << 20, fail);
}

test('arrays that are not read say why, files that are no arrays are left out', () => {
  const halves = Buffer.from(npy.map((byte, at) => (at === 22 ? 0x66 : at === 23 ? 0x32 : byte))); // |i1 becomes |f2
  const archive = zip([
    { name: 'readme.txt', stored: Buffer.from('hello') },
    { name: 'h.npy', stored: halves },
    { name: 'x.npy', stored: npy },
  ]);
  expect(readNpz(archive, fail)).toMatchObject([{ name: 'h', unread: expect.any(Function) }, { name: 'x' }]);
});

test('a long comment behind the archive does not hide its directory', () => {
  const archive = zip([{ name: 'x.npy', stored: npy }]);
  expect(readNpz(Buffer.concat([archive, Buffer.alloc(60_000, 0x20)]), fail)).toHaveLength(1);
});

const bomb = { name: 'x.npy', stored: deflateRawSync(Buffer.concat([npy, Buffer.alloc(64 << 20)])), method: 8 };

test.each<[string, () => unknown, RegExp]>([
  ['another file', () => readFirst(Buffer.from('not a zip')), /damaged archive: it has no directory/],
  ['nothing', () => readFirst(Buffer.alloc(0)), /no directory/],
  ['the first half', () => readFirst(Buffer.from(saved, 'base64').subarray(0, 300)), /no directory/],
  [
    'a flipped bit among its elements',
    () => {
      const archive = Buffer.from(saved, 'base64');
      archive[archive.indexOf('\n') + 3] ^= 4;
      return readFirst(archive);
    },
    /"x\.npy" is damaged: .* checksum/,
  ],
  [
    'a header that inflates to something else',
    () => {
      const archive = Buffer.from(compressed, 'base64');
      archive[60] ^= 0xff;
      return readFirst(archive);
    },
    /"x\.npy" is damaged: its bytes are not/,
  ],
  [
    'an array that does not inflate',
    () => {
      const archive = Buffer.from(compressed, 'base64');
      archive[55] = 0xff;
      return readFirst(archive);
    },
    /"x\.npy" is damaged: it does not inflate/,
  ],
  [
    'a bomb that says it is small',
    () => readFirst(zip([{ ...bomb, bytes: npy.length }])),
    /"x\.npy" is damaged: it does not inflate to 132 bytes/,
  ],
  [
    'a bomb that says what it is',
    () => readFirst(zip([{ ...bomb, bytes: npy.length + (64 << 20) }])),
    /"x\.npy" is larger than 1 MiB/,
  ],
  ['an unknown compression', () => readFirst(zip([{ ...bomb, method: 14 }])), /compressed by method 14/],
  ['a password', () => readFirst(zip([{ name: 'x.npy', stored: npy, flags: 1 }])), /"x\.npy" is encrypted/],
  [
    'a file beyond its end',
    () => readFirst(zip([{ name: 'x.npy', stored: npy, storedBytes: 5000 }])),
    /"x\.npy" is cut short/,
  ],
  [
    'a file somewhere else',
    () => readFirst(zip([{ name: 'x.npy', stored: npy, offset: 3 }])),
    /"x\.npy" is not where its directory says/,
  ],
  [
    'more files than its directory has',
    () => readFirst(zip([{ name: 'x.npy', stored: npy }], 9)),
    /directory is cut short/,
  ],
  [
    'thousands of files',
    () => readFirst(zip(Array.from({ length: 1001 }, () => ({ name: 'x.npy', stored: npy })))),
    /holds 1001 files/,
  ],
])('%s is refused by name', (_, reading, message) => {
  expect(reading).toThrow(message);
});
