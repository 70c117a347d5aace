import { expect, test } from 'vitest';
import { findingsIn, logOf, noPatterns } from './fixtures/read.ts';
import { logReader } from './log.ts';

/** What a receiver at some rate makes of bytes sent at a lower one: it samples each bit in the middle of its own. */
function receivedAt(sent: Uint8Array, timesFaster: number): Uint8Array {
  const line = [...sent].flatMap(byte => [0, ...Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1), 1]);
  const levels = line.flatMap(level => Array.from({ length: timesFaster }, () => level));
  const bytes: number[] = [];
  for (let at = 0; at < levels.length; ) {
    if (levels[at] !== 0) {
      at++;
      continue;
    }
    bytes.push(levels.slice(at + 1, at + 9).reduce((byte, level, bit) => byte | (level << bit), 0));
    at += 10;
    while (at < levels.length && levels[at] === 0) at++; // a break, until the line is idle
  }
  return Uint8Array.from(bytes);
}

function noiseOf(bytes: Uint8Array) {
  const reader = logReader(noPatterns);
  reader.push(bytes);
  reader.end();
  return reader.noise();
}

test.each([2, 3, 4, 6])('a sender that is %d times slower is told by its bits', timesFaster => {
  const sent = Buffer.from('[TINYML INSIGHT] Inference execution time: 41873 ticks.\r\n'.repeat(20));
  const noise = noiseOf(receivedAt(sent, timesFaster));
  expect(noise?.share).toBeGreaterThan(0.3);
  expect([timesFaster, 2 * timesFaster]).toContain(noise?.slower);
});

test('random bytes are noise of no rate', () => {
  let seed = 1;
  const random = Uint8Array.from({ length: 4000 }, () => (seed = (seed * 48_271) % 2_147_483_647) & 255);
  expect(noiseOf(random)).toEqual({ share: expect.closeTo(0.5, 1) });
  expect(findingsIn(random)).toEqual([]);
});

test('a log is no noise, colours and all', () => {
  expect(noiseOf(logOf('esp-idf-boot'))).toBeUndefined();
});
