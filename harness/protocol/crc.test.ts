import { expect, test } from 'vitest';
import { crc32, crc32c } from './crc.ts';

const check = Buffer.from('123456789');

test('gives the published check values', () => {
  expect(crc32(check)).toBe(0xcbf4_3926);
  expect(crc32c(check)).toBe(0xe306_9283);
});

test('gives the CRC-32C of RFC 3720, B.4', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a91_36aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8_ab43);
});

test('reads parts as one text', () => {
  expect(crc32c(check.subarray(0, 4), new Uint8Array(), check.subarray(4))).toBe(crc32c(check));
});

test('is zero for nothing', () => {
  expect(crc32()).toBe(0);
});
