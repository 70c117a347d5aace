import { expect, test } from 'vitest';
import { decodeCobs, encodeCobs } from './cobs.ts';

const counting = (first: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => first + at);

// The examples of Cheshire and Baker's paper, and the lengths around a full block.
test.each([
  { plain: [], encoded: [1] },
  { plain: [0], encoded: [1, 1] },
  { plain: [0, 0], encoded: [1, 1, 1] },
  { plain: [0x11, 0x22, 0x00, 0x33], encoded: [3, 0x11, 0x22, 2, 0x33] },
  { plain: [0x11, 0, 0, 0], encoded: [2, 0x11, 1, 1, 1] },
  { plain: [...counting(1, 254)], encoded: [0xff, ...counting(1, 254)] },
  { plain: [0, ...counting(1, 254)], encoded: [1, 0xff, ...counting(1, 254)] },
  { plain: [...counting(1, 255)], encoded: [0xff, ...counting(1, 254), 2, 0xff] },
  { plain: [...counting(2, 254), 0], encoded: [0xff, ...counting(2, 254), 1, 1] },
])('encodes $plain.length bytes as the paper does', ({ plain, encoded }) => {
  expect([...encodeCobs(Uint8Array.from(plain))]).toEqual(encoded);
});

test('decodes what it encoded, without a zero in between, at every length up to three blocks', () => {
  for (let length = 0; length < 3 * 254; length++) {
    const plain = Uint8Array.from({ length }, (_, at) => (at * 7 + length) % (length % 2 ? 256 : 5));
    const encoded = encodeCobs(plain);
    expect(encoded.includes(0)).toBe(false);
    expect(encoded.length).toBeLessThanOrEqual(length + 1 + Math.floor(length / 254));
    expect(Buffer.compare(decodeCobs(encoded) ?? new Uint8Array(), plain)).toBe(0);
  }
});

test('refuses what ends within a block', () => {
  expect(decodeCobs(Uint8Array.of(3, 0x11))).toBeUndefined();
});
