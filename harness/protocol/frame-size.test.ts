import { expect, test } from 'vitest';
import { frameSize } from './frame-size.ts';

const frameBytes = 40;

test('takes all the room while nothing is lost', () => {
  const size = frameSize();
  size.allow(1024);
  for (let frame = 0; frame < 1000; frame++) size.passed(frameBytes);
  expect([size.dataBytes, size.leastDataBytes]).toEqual([1024, 1024]);
});

// n² + 26 n = 26 / rate
test.each([
  { rate: 1e-2, best: 40 },
  { rate: 1e-3, best: 149 },
  { rate: 1e-4, best: 497 },
])('settles near the best size for $rate errors a byte: $best bytes', ({ rate, best }) => {
  const size = frameSize();
  size.allow(1024);
  const seen: number[] = [];
  let bytesToError = 1 / rate;
  for (let frame = 0; frame < 4000; frame++) {
    const length = size.dataBytes + 26;
    bytesToError -= length;
    if (bytesToError > 0) size.passed(length);
    else {
      size.lost(length);
      bytesToError = 1 / rate;
    }
    if (frame > 400) seen.push(size.dataBytes);
  }
  const mean = seen.reduce((sum, bytes) => sum + bytes, 0) / seen.length;
  expect(mean / best).toBeGreaterThan(0.7);
  expect(mean / best).toBeLessThan(1.4);
});

test('shrinks at the first loss, and never below 12 bytes', () => {
  const size = frameSize();
  size.allow(1024);
  size.lost(1050);
  expect(size.dataBytes).toBeLessThan(128);
  for (let frame = 0; frame < 200; frame++) size.lost(20);
  expect([size.dataBytes, size.leastDataBytes]).toEqual([12, 12]);
});

test('grows back a little with each good frame, and remembers how small it was', () => {
  const size = frameSize();
  size.allow(1024);
  for (let frame = 0; frame < 20; frame++) size.lost(20);
  let before = size.dataBytes;
  for (let frame = 0; frame < 1000; frame++) {
    size.passed(size.dataBytes + 26);
    expect(size.dataBytes).toBeGreaterThanOrEqual(before);
    expect(size.dataBytes).toBeLessThanOrEqual(before * 1.5 + 1);
    before = size.dataBytes;
  }
  expect([size.dataBytes, size.leastDataBytes]).toEqual([1024, 12]);
});
