import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { readRecording, readWire } from './read.ts';
import { createRecorder } from './recorder.ts';
import type { Manifest, Sample } from './recording.ts';

const manifest: Manifest = {
  tickmark: 1,
  suite: 'hum',
  target: 'rp2040js-pico',
  basis: 'modelled-cycles',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:01.000Z',
  outcome: { status: 'complete' },
  model: { sha256: 'ab', bytes: 2 },
  vectors: { count: 1, sha256: 'cd' },
};
const inference: Sample = { kind: 'inference', boot: 0, vector: 0, ticks: 1_000, output: 'AQI=' };

const home = mkdtempSync(join(tmpdir(), 'tickmark-recordings-'));
afterAll(() => rmSync(home, { recursive: true }));

function record(): string {
  const folder = join(mkdtempSync(join(home, 'run-')), 'hum@rp2040js-pico');
  let nowMs = 100;
  using recorder = createRecorder(folder, () => nowMs);
  recorder.manifest(manifest);
  nowMs = 112.3456;
  recorder.wire('rx', Uint8Array.of(1, 2, 3));
  recorder.sample(inference);
  return folder;
}

test('reads back what was recorded', () => {
  const folder = record();
  expect(readRecording(folder)).toEqual({ manifest, samples: [inference] });
  expect(readWire(folder)).toEqual([{ ms: 12.346, dir: 'rx', data: 'AQID' }]);
});

test('bytes that follow each other within two milliseconds are one line, and the other direction begins another', () => {
  const folder = join(mkdtempSync(join(home, 'run-')), 'hum@rp2040js-pico');
  let nowMs = 0;
  const recorder = createRecorder(folder, () => nowMs);
  const at = (ms: number, direction: 'rx' | 'tx', byte: number) => {
    nowMs = ms;
    recorder.wire(direction, Uint8Array.of(byte));
  };
  for (const [ms, byte] of [
    [1, 1],
    [2, 2],
    [3, 3],
    [3.5, 4],
  ] as const)
    at(ms, 'rx', byte);
  at(3.6, 'tx', 5);
  at(3.7, 'rx', 6);
  recorder[Symbol.dispose]();
  expect(readWire(folder)).toEqual([
    { ms: 1, dir: 'rx', data: 'AQID' },
    { ms: 3.5, dir: 'rx', data: 'BA==' },
    { ms: 3.6, dir: 'tx', data: 'BQ==' },
    { ms: 3.7, dir: 'rx', data: 'Bg==' },
  ]);
});

test('bytes are written two milliseconds later at the latest, whatever follows', () => {
  vi.useFakeTimers();
  const folder = join(mkdtempSync(join(home, 'run-')), 'hum@rp2040js-pico');
  using recorder = createRecorder(folder, () => 0);
  recorder.wire('rx', Uint8Array.of(1));
  expect(readWire(folder)).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(readWire(folder)).toEqual([{ ms: 0, dir: 'rx', data: 'AQ==' }]);
  vi.useRealTimers();
});

test('leaves out a last line that a killed run cut short', () => {
  const folder = record();
  appendFileSync(join(folder, 'samples.jsonl'), '{"kind":"infer');
  expect(readRecording(folder).samples).toEqual([inference]);
});

test('refuses a damaged line in the middle, naming the file and the line', () => {
  const folder = record();
  appendFileSync(join(folder, 'samples.jsonl'), 'noise\n{"kind":"memory"}\n');
  expect(() => readRecording(folder)).toThrow(/samples\.jsonl:2: is not JSON/);
});

test.each(['null', '{"kind":"inference","boot":0}', '{"kind":"toString"}'])(
  'refuses a line that is no sample: %s',
  line => {
    const folder = record();
    appendFileSync(join(folder, 'samples.jsonl'), `${line}\n`);
    expect(() => readRecording(folder)).toThrow(/samples\.jsonl:2: is no line of a recording/);
  },
);

test('refuses a recording of another format', () => {
  const folder = record();
  writeFileSync(join(folder, 'manifest.json'), '{"tickmark":2}');
  expect(() => readRecording(folder)).toThrow(/format 2/);
});

test('says where a recording was looked for', () => {
  expect(() => readRecording('/nowhere/hum@x')).toThrow(/\/nowhere\/hum@x: no recording lies here/);
});

test('starts afresh where an earlier recording lies', () => {
  const folder = record();
  createRecorder(folder, () => 0)[Symbol.dispose]();
  expect(() => readRecording(folder)).toThrow(/no recording/);
});
