import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { aWindow, someCurrent } from '../fixtures/current.ts';
import { aCase } from '../fixtures/results.ts';
import { traceFacts, traceOf } from '../fixtures/traces.ts';
import { allNamed, parseXml, textsOf } from '../fixtures/xml.ts';
import { traceFiles } from '../recording/trace.ts';
import { openTraceWriter } from '../recording/trace-writer.ts';
import type { CurrentEvidence } from '../trace/evidence.ts';
import { figuresOf } from '../trace/figures.ts';
import { keepWindows } from '../trace/kept-windows.ts';
import { attachmentsOf } from './attachments.ts';
import { tracePictures } from './trace-pictures.ts';

const home = mkdtempSync(join(tmpdir(), 'tickmark-pictures-'));
afterAll(() => rmSync(home, { recursive: true }));

/** Two seconds at 1 kHz: inferences of 10 ms at 5 mA every 200 ms, from 1 s on as a duty cycle; asleep at 10 µA else. */
const facts = { ...traceFacts, rateHz: 1000 };
const firsts = [200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800];
const values = Float32Array.from({ length: 2000 }, (_, sample) =>
  firsts.some(first => sample >= first && sample < first + 10) ? 5 + sample / 1e5 : 0.01,
);

function evidence(): CurrentEvidence {
  using trace = traceOf(facts, values);
  const [sleep, duty, ...windows] = figuresOf(trace, [
    { first: 20, end: 180 },
    { first: 1000, end: 1800 },
    ...firsts.map(first => ({ first, end: first + 10 })),
  ]);
  return someCurrent({
    facts,
    inferences: windows.map((window, vector) => aWindow({ vector, ...window, ticks: 640 + vector })),
    ...(sleep && { sleep }),
    ...(duty && { dutyCycle: { ...duty, periods: 4, periodUs: 200_000, uncertaintyUs: 100 } }),
    application: { first: 0, end: 2000, durationUs: 2e6, meanMa: 0.23, peakMa: 5.02 },
  });
}

function recorded(kept: CurrentEvidence | undefined = evidence()): string {
  const folder = mkdtempSync(join(home, 'run-'));
  using writer = openTraceWriter(folder, facts);
  writer.take({ kind: 'samples', values: values.subarray(0, 1990) });
  writer.take({ kind: 'gap', samples: 10 });
  if (kept) keepWindows(folder, kept);
  return folder;
}

const textsByName = (folder: string) =>
  new Map(tracePictures(folder).map(({ name, svg }) => [name, textsOf(parseXml(svg))]));

test('a trace is drawn at three scales, each with what its figures are of', () => {
  const texts = textsByName(recorded());
  expect([...texts.keys()]).toEqual(['Current', 'Current in some periods', 'Current in one inference']);
  expect(texts.get('Current')).toEqual(
    expect.arrayContaining([
      'PPK2, 3.3 V · 2 s at 1 kHz · mean 230 µA, peak 5.02 mA · 9 marked windows',
      'inferences',
      'sleep',
      'duty cycle',
      'application',
      'lost',
      'time since the first sample [s]',
    ]),
  );
  expect(texts.get('Current in some periods')?.join()).toMatch(/3 of 4 periods of 200 ms · mean \d+\.\d+ µA, peak 5/);
  expect(texts.get('Current in one inference')?.join()).toMatch(/vector 4 · 10 ms, by its ticks 10 ms · mean 5\.01 mA/);
});

test('some periods are the first three and a little around them', () => {
  const picture = tracePictures(recorded()).find(({ name }) => name === 'Current in some periods');
  const windows = allNamed(parseXml(picture?.svg ?? ''), 'rect').filter(node => node.attributes.class === 'window');
  expect(windows).toHaveLength(4); // at 1,000, 1,200, 1,400 and 1,600: the last begins the fourth
});

const pulses = Uint8Array.from(values, (_, sample) =>
  firsts.some(first => sample >= first && sample < first + 10) ? 1 : 0,
);
const ends = Uint8Array.from(values, (_, sample) =>
  firsts.some(first => sample === first || sample === first + 10) ? 1 : 0,
);

test.each([
  ['is active in windows', pulses, 'marker', 9],
  ['is low in windows', pulses.map(level => 1 - level), 'marker', 9],
  ['pulses at both ends of windows', ends, 'inferences', 2],
])('a marker that %s has what it marks shaded', (_what, levels, lane, count) => {
  const folder = mkdtempSync(join(home, 'run-'));
  using writer = openTraceWriter(folder, facts);
  writer.take({ kind: 'samples', values, levels });
  writer[Symbol.dispose]();
  keepWindows(folder, { ...evidence(), inferences: evidence().inferences.slice(0, 2) });
  const [whole] = tracePictures(folder);
  const chart = parseXml(whole?.svg ?? '');
  expect(textsOf(chart)).toContain(lane);
  expect(allNamed(chart, 'rect').filter(node => node.attributes.class === 'window')).toHaveLength(count);
});

test('without a duty cycle they are those of the first inferences', () => {
  const { dutyCycle: _none, ...others } = evidence();
  expect(textsByName(recorded(others)).get('Current in some periods')).toContain('the first 3 inferences');
});

test('a trace in which nothing was found is drawn as a whole', () => {
  const folder = mkdtempSync(join(home, 'run-'));
  using writer = openTraceWriter(folder, facts);
  writer.take({ kind: 'samples', values });
  writer[Symbol.dispose]();
  expect([...textsByName(folder).keys()]).toEqual(['Current']);
});

test('a recording without a trace has no pictures, and neither has a trace without a sample', () => {
  expect(tracePictures(mkdtempSync(join(home, 'run-')))).toEqual([]);
  const folder = mkdtempSync(join(home, 'run-'));
  openTraceWriter(folder, facts)[Symbol.dispose]();
  expect(tracePictures(folder)).toEqual([]);
});

const attached = (folder: string) =>
  attachmentsOf(aCase({ recording: folder.slice(home.length + 1) }), home).filter(({ name }) =>
    name.startsWith('Current'),
  );

test('each window is a row with its place, its figures and its ticks', () => {
  const table = attached(recorded()).find(({ extension }) => extension === 'csv');
  const [header = '', first = ''] = String(table?.content).split('\n');
  expect(table?.name).toBe('Current in each window');
  const row = Object.fromEntries(header.split(',').map((title, index) => [title, first.split(',')[index]]));
  expect(row).toMatchObject({ 'first sample': '200', 'end sample': '210', 'duration µs': '10000', ticks: '640' });
  expect(Number(row['charge µC'])).toBeCloseTo(50, 0);
  expect(Number(row['energy µJ'])).toBeCloseTo(165, 0);
});

const damages: readonly (readonly [string, (folder: string) => void])[] = [
  ['samples that are gone', folder => rmSync(join(folder, traceFiles.samples))],
  ['events that are none', folder => appendFileSync(join(folder, traceFiles.events), 'noise\n')],
  [
    'windows that are none',
    folder => writeFileSync(join(folder, 'trace-windows.json'), '{"tickmark":1,"inferences":[{}]}'),
  ],
  ['facts of another format', folder => writeFileSync(join(folder, traceFiles.facts), '{"tickmark":2}')],
];

test.each(damages)('%s cost the pictures, not the report', (_what, damage) => {
  const folder = recorded();
  damage(folder);
  const found = attached(folder);
  expect(found.map(({ name }) => name)).toEqual(['Current']);
  expect(String(found[0]?.content)).toMatch(/^The trace cannot be drawn: .+/);
});
