import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../errors.ts';
import { randomsFrom } from '../../fixtures/random.ts';
import { readText } from './fixtures/read.ts';

const tries = 60;

/** Bytes flipped, cut out, doubled or put in, some at a time; each the same for the same seed. */
function damaged(bytes: Buffer, seed: number): Buffer {
  const random = randomsFrom(seed);
  let result = Buffer.from(bytes);
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(Math.max(1, result.length));
    const length = random(2) === 0 ? 1 : random(64);
    const piece = result.subarray(at, at + length);
    const noise = Buffer.from(Array.from({ length }, () => random(256)));
    const [before, after] = [result.subarray(0, at), result.subarray(at + length)];
    result = Buffer.concat(
      [[before, noise, after], [before, after], [before, piece, piece, after], [before]][random(4)] ?? [],
    );
  }
  return result;
}

test.each([
  'ppk2.csv',
  'session.ppk2',
  'joulescope-old.csv',
  'joulescope.csv',
  'otii.csv',
  'capture.jls',
  'lpm01a.txt',
  'lpm01a.bin',
  'trace1-energy.bin',
])('%s, however it is damaged, is read or refused', async name => {
  const whole = readFileSync(join(import.meta.dirname, 'fixtures', name));
  const refusals = new Set<string>();
  let read = 0;
  for (let seed = 1; seed <= tries; seed++) {
    try {
      const { values, facts } = await readText(damaged(whole, seed), {}, name);
      expect(facts.rateHz).toBeGreaterThan(0);
      expect(values.some(value => Math.abs(value) === Number.POSITIVE_INFINITY)).toBe(false);
      read++;
    } catch (error) {
      if (!(error instanceof InputError)) throw new Error(`seed ${seed}`, { cause: error });
      refusals.add(error.what);
    }
  }
  expect(read + refusals.size).toBeGreaterThan(0);
});
