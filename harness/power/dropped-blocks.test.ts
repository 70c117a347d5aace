import { expect, test } from 'vitest';
import { randomsFrom } from '../fixtures/random.ts';
import { type DroppedBlocks, watchBlocks } from './dropped-blocks.ts';

interface Stream {
  readonly seconds: number;
  /** When blocks are dropped, in ms since the first. */
  readonly drops?: readonly number[];
  /** How fast the host's clock runs against the meter's. */
  readonly ppm?: number;
  /** How late an arrival is; of those that are ready at `ms`. */
  readonly lateMs?: (ms: number) => number;
}

/** What is found in a stream of blocks of 512 at 100 kHz, that arrives every 20 ms. */
function foundIn({ seconds, drops = [], ppm = 0, lateMs = () => 0 }: Stream): {
  found: DroppedBlocks[];
  atMs: number[];
} {
  const watch = watchBlocks({ rateHz: 100_000, blockSamples: 512 });
  const found: DroppedBlocks[] = [];
  const atMs: number[] = [];
  let arrived = 0;
  for (let ms = 20; ms < seconds * 1000; ms += 20) {
    const dropped = drops.filter(drop => drop < ms).length;
    const made = (Math.floor(ms / 5.12) - dropped) * 512;
    const told = watch.take(made - arrived, ms * (1 + ppm / 1e6) + lateMs(ms));
    arrived = made;
    if (!told) continue;
    found.push(told);
    atMs.push(ms);
  }
  const last = watch.end();
  return { found: last ? [...found, last] : found, atMs };
}

test('a stream that is whole loses nothing, whichever clock is faster', () => {
  for (const ppm of [-400, -50, 0, 50, 400]) expect(foundIn({ seconds: 600, ppm }).found).toEqual([]);
});

test('one block that was dropped is found within some seconds, and how far back it may be is told', () => {
  const { found, atMs } = foundIn({ seconds: 30, drops: [12_345] });
  expect(found).toMatchObject([{ samples: 512 }]);
  const [at = 0] = atMs;
  expect(at).toBeLessThan(12_345 + 4500);
  expect(at - (found[0]?.within ?? 0) / 100).toBeLessThan(12_345);
  expect(found[0]?.within).toBeLessThan(650_000);
});

test('all of many are found, scattered or in a row', () => {
  const scattered = Array.from({ length: 20 }, (_, i) => 5000 + 1700 * i);
  const inARow = Array.from({ length: 20 }, (_, i) => 5000 + 5 * i);
  for (const drops of [scattered, inARow]) {
    const { found } = foundIn({ seconds: 60, drops, ppm: 50 });
    expect(found.reduce((sum, { samples }) => sum + samples, 0)).toBe(20 * 512);
  }
});

test('of two that are dropped one after the other neither hides the other', () => {
  for (let apartMs = 500; apartMs < 9000; apartMs += 250) {
    const { found } = foundIn({ seconds: 40, drops: [10_000, 10_000 + apartMs] });
    expect(found.reduce((sum, { samples }) => sum + samples, 0)).toBe(2 * 512);
  }
});

test('one that is dropped in a short run is found at its end', () => {
  expect(foundIn({ seconds: 5, drops: [2300] }).found).toMatchObject([{ samples: 512 }]);
});

test('a host that is busy for seconds is no loss', () => {
  const random = randomsFrom(3);
  const lateMs = (ms: number) => (ms > 5000 && ms < 20_000 ? (random(1000) / 1000) * 60 : random(3));
  expect(foundIn({ seconds: 40, lateMs }).found).toEqual([]);
});

test('a host that stands still takes what has waited, and that is no loss', () => {
  const found = foundIn({ seconds: 30, lateMs: ms => (ms >= 5000 && ms < 12_000 ? 12_000 - ms : 0) });
  expect(found).toEqual({ found: [], atMs: [] });
});
