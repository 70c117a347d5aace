import { describe, expect, test } from 'vitest';
import type { Reading } from '../recording/trace.ts';
import type { Lpm01aItem } from './lpm01a-lines.ts';
import { type Lpm01aStream, lpm01aReader } from './lpm01a-readings.ts';

const energy: Lpm01aStream = {
  quantity: 'energy',
  rateHz: 1000,
  supplyMv: 3000,
  format: 'ascii_dec',
  isWhole: true,
};
const fast: Lpm01aStream = { ...energy, quantity: 'current', rateHz: 100_000, format: 'bin_hexa' };

const values = (count: number, value = 1e-6): Lpm01aItem => ({ kind: 'values', values: Array(count).fill(value) });
const time = (ms: number, bufferPercent = 0): Lpm01aItem => ({ kind: 'time', ms, bufferPercent });
const damaged: Lpm01aItem = { kind: 'discarded', bytes: new Uint8Array(3), isSample: true };

function readingsOf(items: readonly Lpm01aItem[], stream = energy): Reading[] {
  const reader = lpm01aReader(stream);
  return [...items.flatMap(item => [...reader.read(item)]), ...reader.finish()];
}

/** `s900`, `g100`, `edge`: what a trace's writer counts. */
function shortly(readings: readonly Reading[]): string[] {
  return readings
    .filter(({ kind }) => kind !== 'note')
    .map(reading => {
      if (reading.kind === 'samples') return `s${reading.values.length}`;
      return 'samples' in reading ? `${reading.kind[0]}${reading.samples}` : reading.kind;
    });
}

test('scales to mA and µJ', () => {
  const [first] = readingsOf([values(1, 640.9e-6)], { ...energy, quantity: 'current' });
  const [second] = readingsOf([values(1, 38.12e-6)]);
  expect(first).toEqual({ kind: 'samples', values: Float32Array.of(0.6409) });
  expect(second).toEqual({ kind: 'samples', values: Float32Array.of(38.12) });
});

test('an edge lies before the sample that follows it', () => {
  expect(shortly(readingsOf([values(3), { kind: 'event', number: 0 }, values(2)]))).toEqual(['s3', 'edge', 's2']);
});

test.each([
  ['none are missing', [time(0), values(1000), time(1000), values(5)], ['s1000', 's5']],
  ['some are missing', [time(0), values(990), time(1000), values(5)], ['s990', 'g10', 's5']],
  ['a damaged line was one of them', [time(0), values(500), damaged, values(499), time(1000)], ['s500', 'g1', 's499']],
  [
    'a damaged line was three of them',
    [time(0), values(500), damaged, values(497), time(1000)],
    ['s500', 'g1', 's497', 'g2'],
  ],
  ['the first timestamp is missing', [values(999), time(1000)], ['s999', 'g1']],
  ['a timestamp is missing with them', [time(0), values(1500), time(2000)], ['s1500', 'g500']],
  [
    'a line was cut in two',
    [time(0), values(500), damaged, damaged, values(499), time(1000), values(1000), time(2000)],
    ['s500', 'g1', 'g1', 's499', 's999'],
  ],
])('samples are counted against timestamps: %s', (_, items, expected) => {
  expect(shortly(readingsOf(items))).toEqual(expected);
});

test('seconds of three digits begin anew', () => {
  const reader = lpm01aReader({ ...energy, isWhole: false });
  const items = [time(999_000), values(998), time(0), values(4)];
  expect(shortly(items.flatMap(item => [...reader.read(item)]))).toEqual(['s998', 'g2', 's4']);
});

test('a timestamp that cannot be makes no gap', () => {
  const readings = readingsOf([time(0), values(1000), time(801_000), values(1000), time(2000)]);
  expect(shortly(readings)).toEqual(['s1000', 's1000']);
  expect(readings).toContainEqual({ kind: 'note', text: expect.stringContaining('801 s cannot be') });
});

test('a file may begin within an acquisition', () => {
  const items = [values(17), time(5000), values(1000), time(6000)];
  expect(shortly(readingsOf(items, { ...energy, isWhole: false }))).toEqual(['s17', 's1000']);
});

test('a buffer near its end is told once', () => {
  const readings = readingsOf([time(0, 79), time(0, 80), time(0, 95), time(0, 10), time(0, 99)]);
  expect(readings).toEqual([
    { kind: 'note', text: 'its buffer to this host was 80 % full: the host is too slow' },
    { kind: 'note', text: 'its buffer to this host was 99 % full: the host is too slow' },
  ]);
});

test('an overrun is a gap of unknown length, any other error a note', () => {
  const readings = readingsOf([values(1), { kind: 'error', text: 'buffer overflow' }, { kind: 'error', text: 'x' }]);
  expect(readings.filter(({ kind }) => kind !== 'samples')).toEqual([
    { kind: 'note', text: 'it says: error buffer overflow' },
    { kind: 'gap', samples: 1, isLeast: true },
    { kind: 'note', text: 'it says: error x' },
  ]);
});

describe('values out of range', () => {
  test('are saturated from 50 mA on, and impossible above 200 mA', () => {
    const items: Lpm01aItem[] = [{ kind: 'values', values: [0.0499, 0.05, 0.2, 0.2001, 9999e20, 0.001] }];
    const readings = readingsOf(items, { ...energy, quantity: 'current' });
    expect(shortly(readings)).toEqual(['s1', 's2', 's2', 'i2', 's1']);
    expect(readings[3]).toMatchObject({ kind: 'impossible', what: expect.stringContaining('mA') });
  });

  test('are told however many come at once', () => {
    const readings = readingsOf([values(300_000, 9)], { ...energy, quantity: 'current' });
    expect(readings).toEqual([{ kind: 'impossible', samples: 300_000, what: '9000 mA' }]);
  });

  // 50 mA at 3 V are 150 mW: 150 µJ in a millisecond
  test('are told in energies by what is supplied', () => {
    const items: Lpm01aItem[] = [{ kind: 'values', values: [149e-6, 150e-6, 599e-6, 601e-6] }];
    expect(shortly(readingsOf(items))).toEqual(['s1', 's2', 's2', 'i1']);
    const tenth = items.map(item => (item.kind === 'values' ? values(1, (item.values[0] ?? 0) / 10) : item));
    expect(shortly(readingsOf(tenth, { ...energy, rateHz: 10_000 }))).toEqual(['s1']);
    expect(shortly(readingsOf([values(1, 61e-6)], { ...energy, rateHz: 10_000 }))).toEqual(['i1']);
  });
});

describe('of binary data', () => {
  test('a block is passed on with its timestamp', () => {
    const reader = lpm01aReader(fast);
    expect([...reader.read(values(1000))]).toEqual([]);
    expect(shortly([...reader.read(time(10))])).toEqual(['s1000']);
  });

  test.each([
    ['with too few samples', [time(0), values(999), time(10), values(3)], ['g1000', 's3']],
    ['that went out of step', [time(0), values(400), damaged, values(600), time(10)], ['g1000']],
    ['whose timestamp is gone', [time(0), values(1700), time(20), values(1000), time(30)], ['g2000', 's1000']],
  ])('a block %s has no values', (_, items, expected) => {
    expect(shortly(readingsOf(items, fast))).toEqual(expected);
  });

  test('what no timestamp follows is kept for a minute of it, and then is a gap', () => {
    const reader = lpm01aReader(fast);
    const items = Array.from({ length: 700 }, () => values(10_000));
    const readings = items.flatMap(item => [...reader.read(item)]);
    expect(shortly(readings)).toEqual(['g6010000']);
    expect(readings).toContainEqual({
      kind: 'note',
      text: '6010000 samples came without a timestamp: nothing tells that they are sound',
    });
  });

  test('edges stand in a block without values', () => {
    const items: Lpm01aItem[] = [time(0), values(400), { kind: 'event', number: 0 }, damaged, time(10)];
    expect(shortly(readingsOf(items, fast))).toEqual(['g1000', 'edge']);
  });
});
