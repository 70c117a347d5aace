import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { traceFacts } from '../fixtures/traces.ts';
import { openTrace } from './read-trace.ts';
import { type Reading, type TraceFacts, traceFiles } from './trace.ts';
import { openTraceWriter } from './trace-writer.ts';

const home = mkdtempSync(join(tmpdir(), 'tickmark-traces-'));
afterAll(() => rmSync(home, { recursive: true }));
afterEach(() => vi.useRealTimers());

const newFolder = () => mkdtempSync(join(home, 'run-'));
const values = (...given: number[]): Reading => ({ kind: 'samples', values: Float32Array.from(given) });
const marked = (...levels: number[]): Reading => ({
  kind: 'samples',
  values: new Float32Array(levels.length),
  levels: Uint8Array.from(levels),
});

function write(readings: readonly Reading[], facts: Partial<TraceFacts> = {}, nowMs?: () => number): string {
  const folder = newFolder();
  using writer = openTraceWriter(folder, { ...traceFacts, ...facts }, nowMs);
  for (const reading of readings) writer.take(reading);
  return folder;
}

function readBack(folder: string) {
  using trace = openTrace(folder);
  const into = new Float32Array(trace.samples);
  trace.read(0, into);
  return { facts: trace.facts, events: trace.events, values: Array.from(into) };
}

const eventsOf = (...readings: Reading[]) => readBack(write(readings)).events;

test('reads back what was written, with its facts', () => {
  const { facts, values: read, events } = readBack(write([values(1, 2.5), values(), values(-3e-5)]));
  expect(facts).toEqual(traceFacts);
  expect(read).toEqual([1, 2.5, Math.fround(-3e-5)]);
  expect(events).toEqual([]);
});

test('lost and impossible samples are NaN, and an event each however many readings tell of them', () => {
  const folder = write([
    values(1),
    { kind: 'gap', samples: 2 },
    { kind: 'gap', samples: 1, isLeast: true },
    { kind: 'impossible', samples: 1, what: '933 A' },
    { kind: 'impossible', samples: 1, what: '933 A' },
    { kind: 'impossible', samples: 1, what: 'a bad range' },
    values(2),
    { kind: 'gap', samples: 1 },
  ]);
  const { values: read, events } = readBack(folder);
  const lost = Number.NaN;
  expect(read).toEqual([1, lost, lost, lost, lost, lost, lost, 2, lost]);
  expect(events).toEqual([
    { kind: 'gap', sample: 1, samples: 3, isLeast: true },
    { kind: 'impossible', sample: 4, samples: 2, what: '933 A' },
    { kind: 'impossible', sample: 6, samples: 1, what: 'a bad range' },
    { kind: 'gap', sample: 8, samples: 1 },
  ]);
});

test('gaps of which it is only known how far back they were stay apart', () => {
  const gap = { kind: 'gap', samples: 1 } as const;
  expect(eventsOf(gap, { ...gap, within: 9 }, { ...gap, within: 9 }, gap)).toEqual([
    { ...gap, sample: 0 },
    { ...gap, sample: 1, within: 9 },
    { ...gap, sample: 2, within: 9 },
    { ...gap, sample: 3 },
  ]);
});

test('samples that are saturated are those just before, and one event as long as it lasts', () => {
  expect(
    eventsOf(values(1, 9, 9), { kind: 'saturated', samples: 2 }, values(9), { kind: 'saturated', samples: 1 }),
  ).toEqual([{ kind: 'saturated', sample: 1, samples: 3 }]);
});

test('levels are told at first and when the marker changes, whatever the lines do that nobody has wired', () => {
  expect(eventsOf(marked(0, 0, 1), marked(1, 3, 5), { kind: 'gap', samples: 1 }, marked(4))).toEqual([
    { kind: 'levels', sample: 0, levels: 0 },
    { kind: 'levels', sample: 2, levels: 1 },
    { kind: 'gap', sample: 6, samples: 1 },
    { kind: 'levels', sample: 7, levels: 0 },
  ]);
});

test('without a marker the levels of all lines are told', () => {
  const { marker: _marker, ...facts } = traceFacts;
  const folder = newFolder();
  using writer = openTraceWriter(folder, facts);
  writer.take(marked(0x80, 0x81));
  writer[Symbol.dispose]();
  expect(readBack(folder).events.map(event => event.kind === 'levels' && event.levels)).toEqual([0x80, 0x81]);
});

test('edges, notes and the supply stand where they came', () => {
  const folder = newFolder();
  using writer = openTraceWriter(folder, traceFacts);
  writer.supply(true);
  for (const reading of [values(1, 2), { kind: 'edge', line: 'D7' }, { kind: 'note', text: 'overheated' }] as const)
    writer.take(reading);
  writer[Symbol.dispose]();
  expect(readBack(folder).events).toEqual([
    { kind: 'supply', sample: 0, isOn: true },
    { kind: 'edge', sample: 2, line: 'D7' },
    { kind: 'note', sample: 2, text: 'overheated' },
  ]);
});

test('the host notes ten times a second how many samples it has got', () => {
  let nowMs = 17.0004;
  const folder = newFolder();
  using writer = openTraceWriter(folder, traceFacts, () => nowMs);
  for (let reading = 0; reading < 100; reading++, nowMs += 10) writer.take(values(1, 2, 3));
  writer[Symbol.dispose]();
  const anchors = readBack(folder).events.filter(event => event.kind === 'anchor');
  expect(anchors).toHaveLength(10);
  expect(anchors.slice(0, 2)).toEqual([
    { kind: 'anchor', sample: 3, hostMs: 17 },
    { kind: 'anchor', sample: 33, hostMs: 117 },
  ]);
});

test('what a stalled meter gave is on disk a quarter of a second later', () => {
  vi.useFakeTimers();
  const folder = newFolder();
  using writer = openTraceWriter(folder, traceFacts);
  writer.take(marked(1));
  expect(readBack(folder).values).toEqual([]);
  vi.advanceTimersByTime(250);
  expect(readBack(folder)).toMatchObject({ values: [0], events: [{ kind: 'levels', sample: 0, levels: 1 }] });
});

test('a reading longer than what is held in memory is written as it comes', () => {
  const folder = newFolder();
  using writer = openTraceWriter(folder, { ...traceFacts, rateHz: 100 });
  const long = Float32Array.from({ length: 1037 }, (_, index) => index);
  writer.take({ kind: 'samples', values: long, levels: Uint8Array.from(long, value => Math.floor(value / 100) % 2) });
  expect(readBack(folder).values).toHaveLength(1025);
  writer[Symbol.dispose]();
  const { values: read, events } = readBack(folder);
  expect(read).toEqual(Array.from(long));
  expect(events.map(({ sample }) => sample)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
});

test('a marker that changes with every sample is kept 4,000 times a second, the rest is counted, and its levels are known again after', () => {
  const chatter = Array.from({ length: 99_999 }, (_, index) => (index + 1) % 2);
  const { events } = readBack(write([marked(...chatter), marked(1, 1), marked(...chatter.map(() => 0), 1)]));
  expect(events.slice(3998)).toEqual([
    { kind: 'levels', sample: 3998, levels: 1 },
    { kind: 'levels', sample: 3999, levels: 0 },
    { kind: 'crowded', sample: 4000, samples: 96_000, events: 95_999 },
    { kind: 'levels', sample: 100_000, levels: 1 },
    { kind: 'levels', sample: 100_001, levels: 0 },
    { kind: 'levels', sample: 200_000, levels: 1 },
  ]);
});

test('a gap of more than an hour is refused, since it would fill the disk', () => {
  const folder = newFolder();
  using writer = openTraceWriter(folder, { ...traceFacts, rateHz: 10 });
  writer.take({ kind: 'gap', samples: 36_000 });
  expect(() => writer.take({ kind: 'gap', samples: 36_001 })).toThrow(/trace\.f32, sample 36000: 36001 samples/);
});

test('half a sample, half a line and events of samples that never came are what a kill leaves: they are left out', () => {
  const folder = write([marked(0, 1, 1, 0), { kind: 'gap', samples: 4 }, marked(1)]);
  truncateSync(join(folder, traceFiles.samples), 6 * 4 + 3);
  appendFileSync(join(folder, traceFiles.events), '{"kind":"lev');
  const { values: read, events } = readBack(folder);
  expect(read).toHaveLength(6);
  expect(events).toEqual([
    { kind: 'levels', sample: 0, levels: 0 },
    { kind: 'levels', sample: 1, levels: 1 },
    { kind: 'levels', sample: 3, levels: 0 },
    { kind: 'gap', sample: 4, samples: 2 },
  ]);
});

test('reads from any place, as much as there is', () => {
  using trace = openTrace(write([values(1, 2, 3, 4)]));
  const into = new Float32Array(3);
  expect(trace.read(2, into.subarray(1))).toBe(2);
  expect(Array.from(into)).toEqual([0, 3, 4]);
  expect(trace.read(9, into)).toBe(0);
});

const lineFaults: readonly (readonly [string, RegExp])[] = [
  ['noise', /:2: is not JSON/],
  ['null', /:2: is no event/],
  ['{"kind":"toString","sample":0}', /:2: is no event/],
  ['{"kind":"levels","sample":0}', /:2: is no event/],
  ['{"kind":"levels","sample":-1,"levels":0}', /:2: is no event/],
  ['{"kind":"gap","sample":0,"samples":1.5}', /:2: is no event/],
];

test.each(lineFaults)('refuses an event that is none: %s', (line, message) => {
  const folder = write([marked(0)]);
  appendFileSync(join(folder, traceFiles.events), `${line}\n`);
  expect(() => openTrace(folder)).toThrow(message);
});

test('refuses a line that has no end', () => {
  const folder = write([marked(0)]);
  appendFileSync(join(folder, traceFiles.events), ' '.repeat(1 << 17));
  expect(() => openTrace(folder)).toThrow(/events\.jsonl: has a line of more than 65536 B/);
});

const factFaults: readonly (readonly [unknown, RegExp])[] = [
  ['{', /trace\.json: is not JSON/],
  [null, /has format undefined/],
  [{ ...traceFacts, tickmark: 2 }, /has format 2, this version reads 1/],
  [{ ...traceFacts, rateHz: 0 }, /has no rateHz/],
  [{ ...traceFacts, unit: 'A' }, /has no unit/],
  [{ ...traceFacts, meter: { ...traceFacts.meter, lines: [1] } }, /has no meter\.lines/],
  [{ ...traceFacts, meter: { ...traceFacts.meter, accuracy: { percent: '5' } } }, /has no meter\.accuracy\.percent/],
];

test.each(factFaults)('refuses facts that cannot be: %s %s', (facts, message) => {
  const folder = write([]);
  writeFileSync(join(folder, traceFiles.facts), typeof facts === 'string' ? facts : JSON.stringify(facts));
  expect(() => openTrace(folder)).toThrow(message);
});

test('says where a trace was looked for, and refuses a folder in its place', () => {
  const folder = newFolder();
  expect(() => openTrace(folder)).toThrow(/trace\.json: no trace lies here/);
  writeFileSync(join(folder, traceFiles.facts), readFileSync(join(write([]), traceFiles.facts)));
  expect(() => openTrace(folder)).toThrow(/trace\.f32: cannot be read \(ENOENT\)/);
  mkdirSync(join(folder, traceFiles.samples));
  expect(() => openTrace(folder)).toThrow(/trace\.f32: is no file/);
});
