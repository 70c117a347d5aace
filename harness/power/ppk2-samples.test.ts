import { expect, test } from 'vitest';
import { TargetError } from '../errors.ts';
import { randomsFrom } from '../fixtures/random.ts';
import type { Reading } from '../recording/trace.ts';
import { toldOf, wordOf, wordsOf } from './fixtures/ppk2-words.ts';
import type { Ppk2Current } from './ppk2-current.ts';
import { ppk2Samples } from './ppk2-samples.ts';

/** One mA a step; a range that is none has no current. */
function plain(
  of = (range: number, adc: number) => (range > 4 ? Number.NaN : adc / 100),
): Ppk2Current & { readonly restarts: number } {
  let restarts = 0;
  return {
    of,
    filtered: (_, ma) => ma,
    restart: () => void restarts++,
    get restarts() {
      return restarts;
    },
  };
}

/** What is read of these bytes when they come in pieces of `size`. */
function* readIn(size: number, bytes: readonly number[], current: Ppk2Current = plain()): Generator<Reading> {
  const samples = ppk2Samples(current, 'ppk2');
  for (let at = 0; at < bytes.length; at += size) yield* samples.read(Uint8Array.from(bytes.slice(at, at + size)));
  yield* samples.end();
}

function told(bytes: readonly number[], size = 4096): string[] {
  return toldOf(readIn(size, bytes));
}

test('every sample is read with its levels, wherever the bytes are cut', () => {
  const words = Array.from({ length: 500 }, (_, i) =>
    wordOf({ adc: 2000 + i, range: i % 5, counter: i, levels: i & 255 }),
  );
  for (const size of [1, 2, 3, 5, 47, 48, 49, 4096]) {
    const values: number[] = [];
    const levels: number[] = [];
    for (const reading of readIn(size, words.flat())) {
      if (reading.kind !== 'samples') throw new Error(reading.kind);
      values.push(...reading.values);
      levels.push(...(reading.levels ?? []));
    }
    expect(values).toEqual(words.map((_, i) => Math.fround((2000 + i) / 100)));
    expect(levels).toEqual(words.map((_, i) => i & 255));
  }
});

test('readings share their buffers', () => {
  const samples = ppk2Samples(plain(), 'ppk2');
  const buffers = [wordsOf(100), wordsOf(100, 100)].flatMap(words =>
    [...samples.read(Uint8Array.from(words))].map(reading => reading.kind === 'samples' && reading.values.buffer),
  );
  expect(buffers).toHaveLength(2);
  expect(new Set(buffers).size).toBe(1);
});

test('more samples than a reading has room for are several readings', () => {
  const lengths = [...readIn(1 << 20, wordsOf(40_000))].map(
    reading => reading.kind === 'samples' && reading.values.length,
  );
  expect(lengths).toEqual([16_384, 16_384, 40_000 - 2 * 16_384 - 1, 1]);
});

test.each([1, 5, 61, 62])('%i lost samples are a gap of them and of the two beside it', lost => {
  expect(told([...wordsOf(100), ...wordsOf(100, 100 + lost)])).toEqual(['samples 99', `gap ${lost + 2}`, 'samples 99']);
});

test('of a gap the counter tells the least', () => {
  const gaps = [...readIn(4096, [...wordsOf(100), ...wordsOf(100, 100 + 65)])].filter(({ kind }) => kind === 'gap');
  expect(gaps).toEqual([{ kind: 'gap', samples: 3, isLeast: true }]);
});

test('a block of 512 that is lost is nothing that the counter could show', () => {
  expect(told([...wordsOf(100), ...wordsOf(100, 100 + 512)])).toEqual(['samples 200']);
});

const levelOf = (sample: number): number => (sample & 1 ? 0xaa : 0x55);

/** The same stream without some of its bytes. */
function without(bytes: readonly number[], from: number, count: number): number[] {
  return [...bytes.slice(0, from), ...bytes.slice(from + count)];
}

test.each([1, 2, 3, 4, 5, 6, 7, 9, 13])(
  '%i bytes that are lost anywhere cost a gap, and no value or level is made up',
  count => {
    const words = Array.from({ length: 300 }, (_, i) => wordOf({ adc: 5000 + i, counter: i, levels: levelOf(i) }));
    for (let from = 400; from < 408; from++)
      for (const size of [7, 4096]) {
        let place = 0;
        const wrong: number[] = [];
        for (const reading of readIn(size, without(words.flat(), from, count))) {
          if (reading.kind === 'samples')
            for (const [index, value] of reading.values.entries()) {
              expect(value).toBe(Math.fround((5000 + place) / 100));
              expect(reading.levels?.[index]).toBe(place & 1 ? 0xaa : 0x55);
              place++;
            }
          else if (reading.kind === 'gap') place += reading.samples;
          else throw new Error(reading.kind);
        }
        expect([place, wrong]).toEqual([300, []]);
      }
  },
);

test('bytes that nobody sent are a gap too', () => {
  expect(told([...wordsOf(100), 0x17, ...wordsOf(100, 100)])).toEqual(['samples 99', 'gap 2', 'samples 99']);
});

test('bytes that are lost within the last samples are a gap too', () => {
  const words = wordsOf(100);
  for (const size of [1, 7, 4096])
    for (let from = 4 * 90; from < 4 * 97; from++) {
      const readings = told(without(words, from, 1), size);
      const [, before = '', gap = ''] = /^samples (\d+),gap (\d+)$/.exec(readings.join()) ?? [];
      expect(Number(before)).toBeLessThanOrEqual(from / 4);
      expect(Number(before) + Number(gap)).toBe(99);
    }
});

test('of noise nothing is thrown but that it is no stream, and no more samples come than there are bytes for', () => {
  const random = randomsFrom(3);
  for (let seed = 0; seed < 200; seed++) {
    const bytes = Array.from({ length: 40 }, (): number[] =>
      random(2) === 0 ? wordsOf(random(40), random(64)) : Array.from({ length: random(60) }, () => random(256)),
    ).flat();
    let samples = 0;
    for (const reading of readIn(1 + random(90), bytes))
      if (reading.kind === 'samples') samples += reading.values.length;
    expect(samples).toBeLessThanOrEqual(bytes.length / 4);
  }
});

test('a stretch of garbage is a gap, at least as long as its bytes', () => {
  const random = randomsFrom(5);
  const garbage = Array.from({ length: 4 * 300 }, () => random(256));
  const [before, gap = '', after] = told([...wordsOf(100), ...garbage, ...wordsOf(100, 400)]);
  expect([before, after]).toEqual(['samples 99', 'samples 99']);
  expect(gap).toBe('gap 302');
});

test('what an earlier run has left at the begin is passed over', () => {
  expect(told([0x12, 0xf0, ...wordsOf(100, 7)])).toEqual(['samples 99']);
});

test('a stream that never counts is none', () => {
  const samples = ppk2Samples(plain(), 'board/meter');
  const same = Uint8Array.from({ length: 1 << 16 }, () => 0x41);
  const readAll = () => {
    for (let i = 0; i < 17; i++) expect([...samples.read(same)]).toEqual([]);
  };
  expect(readAll).toThrow(TargetError);
  expect(readAll).toThrow(/^board\/meter: \d{7} bytes in a row are no samples of a PPK2\n/);
});

test('a range that it does not have, and a current that it cannot mean, are impossible and have no value', () => {
  const words = [...wordsOf(50), ...wordsOf(3, 50, { range: 6 }), ...wordsOf(2, 53, { range: 5 }), ...wordsOf(50, 55)];
  expect(told(words)).toEqual(['samples 50', 'impossible 3', 'impossible 2', 'samples 50']);
  const huge = plain((range, adc) => (range === 4 ? 933_333_333 : adc / 100));
  const readings = [...readIn(4096, [...wordsOf(50), ...wordsOf(50, 50, { range: 4 })], huge)];
  expect(readings.filter(({ kind }) => kind === 'impossible')).toEqual([
    { kind: 'impossible', samples: 49, what: 'more than 2 A' },
    { kind: 'impossible', samples: 1, what: 'more than 2 A' },
  ]);
});

test('a current that it cannot mean is none in either direction', () => {
  const backwards = plain((range, adc) => (range === 4 ? -2001 : adc / 100));
  const readings = [...readIn(4096, [...wordsOf(50), ...wordsOf(2, 50, { range: 4 }), ...wordsOf(50, 52)], backwards)];
  expect(readings).toContainEqual({ kind: 'impossible', samples: 2, what: 'more than 2 A' });
});

test('no average goes across a gap or what is impossible', () => {
  const current = plain();
  for (const _ of readIn(
    4096,
    [...wordsOf(50), ...wordsOf(50, 60), ...wordsOf(1, 110, { range: 7 }), ...wordsOf(50, 111)],
    current,
  ));
  expect(current.restarts).toBe(2);
});

test('the converter at its end, and more than it is made for, are saturated, and their values stand', () => {
  const current = plain((range, adc) => (range === 4 ? 1200 : adc / 100));
  const readings: string[] = [];
  const words = [
    ...wordsOf(20),
    ...wordsOf(4, 20, { adc: 16_383 }),
    ...wordsOf(5, 24),
    ...wordsOf(2, 29, { range: 4 }),
    ...wordsOf(20, 31),
  ];
  for (const reading of readIn(4096, words, current))
    readings.push(
      reading.kind === 'samples'
        ? `${reading.values.length} of ${reading.values[0]}`
        : `${reading.kind} ${'samples' in reading ? reading.samples : ''}`,
    );
  expect(readings).toEqual([
    '20 of 10',
    `4 of ${Math.fround(163.83)}`,
    'saturated 4',
    '5 of 10',
    '2 of 1200',
    'saturated 2',
    '19 of 10',
    '1 of 10',
  ]);
});

test('what is below zero within the noise is kept', () => {
  const current = plain((_, adc) => -adc / 1000);
  const [reading] = readIn(4096, wordsOf(20), current);
  expect(reading?.kind === 'samples' && reading.values[0]).toBe(-1);
});
