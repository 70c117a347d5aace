import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { NotInstalled, TargetError } from '../errors.ts';
import { frameParser } from '../protocol/frame.ts';
import { type MockOptions, mockTarget } from '../protocol/mock.ts';
import { tickmarkProtocol } from '../protocol/tickmark.ts';
import { readRecording, readWire } from '../recording/read.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { Sample } from '../recording/recording.ts';
import type { Suite } from '../suite/suite.ts';
import type { Link, Target } from '../target/port.ts';
import { type Job, measure, type Progress } from './session.ts';

const buildId = 'ab'.repeat(20);
const model = Uint8Array.from({ length: 64 }, (_, index) => index);
const image = { path: '/image.elf', file: 'image.elf', sha256: '00', flashBytes: 10, ramBytes: 20, buildId };
const inputs = [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8), Uint8Array.of(9, 10, 11, 12)];
const suite: Suite = {
  name: 'hum',
  file: '/suites/hum/suite.yaml',
  model: { file: '/suites/hum/hum.tflite' },
  firmware: {},
  vectors: { inputs: '/suites/hum/hum.bin', preprocess: [] },
  task: { kind: 'classification' },
  targets: ['mock'],
  measure: { warmup: 2, boots: 1, timeoutMs: 1_000, link: 'memory' },
  robustness: [],
  budgets: [],
  on: {},
};

const folders: string[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface Setup extends Partial<Pick<Job, 'proveModel' | 'isRequired' | 'suite' | 'image'>> {
  readonly mock?: MockOptions;
  readonly target?: (target: Target) => Target;
  readonly signal?: AbortSignal;
  readonly inferRetryMs?: number;
}

async function session({
  mock,
  target = same => same,
  signal = new AbortController().signal,
  inferRetryMs,
  ...rest
}: Setup = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-test-'));
  folders.push(folder);
  using recorder = createRecorder(folder, () => 0);
  const progress: Progress[] = [];
  let nowMs = 0;
  const job: Job = {
    suite,
    target: target(mockTarget({ buildId, ...mock })),
    protocol: tickmarkProtocol({ retryMs: 100, ...(inferRetryMs && { inferRetryMs }) }),
    image,
    model,
    inputs,
    recorder,
    clock: { nowMs: () => (nowMs += 200), nowIso: () => '2026-01-01T00:00:00.000Z' },
    onProgress: each => progress.push(each),
    ...rest,
  };
  await measure(job, signal);
  return { ...readRecording(folder), wire: readWire(folder), progress };
}

/** The same target with one byte of the model flipped in its memory, right after it was written there. */
function withFlippedByte(target: Target): Target {
  return {
    ...target,
    async open(imagePath, signal) {
      const link = await target.open(imagePath, signal);
      return { ...link, memory: flipping(link) };
    },
  };
}

function flipping({ memory }: Link): NonNullable<Link['memory']> {
  if (!memory) throw new Error('the mock offers memory');
  return {
    ...memory,
    async write(address, bytes) {
      const flipped = bytes.length === model.length ? bytes.with(33, (bytes[33] ?? 0) ^ 0x10) : bytes;
      await memory.write(address, flipped);
    },
  };
}

test('records every vector in order, with its ticks and output', async () => {
  const { manifest, samples } = await session({
    mock: { ticks: ({ input, repeat }) => (input[0] ?? 0) * 100 * repeat },
  });
  expect(manifest.outcome).toEqual({ status: 'complete' });
  expect(samples.filter(sample => sample.kind === 'inference')).toEqual([
    { kind: 'inference', boot: 0, vector: 0, ticks: 100, output: 'BAMCAQ==' },
    { kind: 'inference', boot: 0, vector: 1, ticks: 500, output: 'CAcGBQ==' },
    { kind: 'inference', boot: 0, vector: 2, ticks: 900, output: 'DAsKCQ==' },
  ]);
});

test('records what the application sent of the vectors, and of nothing else', async () => {
  const { samples } = await session({ mock: { uplinkBytes: ([first = 0]) => first } });
  expect(samples.filter(sample => sample.kind === 'uplink')).toEqual([
    { kind: 'uplink', boot: 0, inputs: 3, messages: 3, bytes: 4 + 8 + 12 },
  ]);
});

test('records nothing of a telemetry channel that the firmware does not have', async () => {
  const { samples } = await session();
  expect(samples.map(({ kind }) => kind)).not.toContain('uplink');
});

test.each([
  [20_000, 1],
  [3_000, 4],
  [2, 455],
])(
  'inferences of %i ticks are checked in windows of %i, so that what a window costs by itself is lost in them',
  async (each, runs) => {
    const { samples } = await session({ mock: { ticks: ({ repeat }) => 20 + each * repeat } });
    const [ticks, doubledTicks] = [20 + each * runs, 20 + each * 2 * runs];
    expect(samples).toContainEqual({ kind: 'scaling', boot: 0, runs, ticks, doubledTicks });
  },
);

test('a slow timer is not waited for longer than a tenth of a second a window', async () => {
  const { samples } = await session({ mock: { tickHz: 1000, ticks: ({ repeat }) => 40 * repeat } });
  expect(samples).toContainEqual({ kind: 'scaling', boot: 0, runs: 3, ticks: 120, doubledTicks: 240 });
});

test('on silicon a window is long enough for a system that interrupts it now and then', async () => {
  const { samples } = await session({
    mock: { tickHz: 160e6, ticks: ({ repeat }) => 100_000 * repeat },
    target: mock => ({ ...mock, basis: 'silicon' }),
  });
  expect(samples).toContainEqual({ kind: 'scaling', boot: 0, runs: 80, ticks: 8e6, doubledTicks: 16e6 });
});

test('records one window and another of twice the inferences, the operators, and the memory used and reserved', async () => {
  const used = { arenaBytes: 512, stackBytes: 96 };
  const reserved = { arenaReservedBytes: 2048, stackReservedBytes: 1024 };
  const { samples } = await session({
    mock: { operatorTicks: [600, 400], stats: { ...used, ...reserved } },
  });
  expect(samples).toContainEqual({ kind: 'scaling', boot: 0, runs: 10, ticks: 10_000, doubledTicks: 20_000 });
  expect(samples).toContainEqual({ kind: 'operators', boot: 0, vector: 0, ticks: [600, 400] });
  expect(samples).toContainEqual({ kind: 'memory', boot: 0, ...used, ...reserved });
});

test.each([
  { isRequired: false, status: 'skipped' },
  { isRequired: true, status: 'broken' },
])('a target that is not installed is $status when isRequired is $isRequired', async ({ isRequired, status }) => {
  const missing = new NotInstalled('it is not installed', 'mock', 'install it');
  const { manifest, samples } = await session({
    isRequired,
    target: mock => ({ ...mock, open: () => Promise.reject(missing) }),
  });
  expect(manifest.outcome).toEqual({ status, reason: 'mock: it is not installed\n  → install it' });
  expect(samples).toEqual([]);
});

test('a model that the image carries is not loaded, and has to be proved all the same', async () => {
  const { manifest, samples } = await session({ image: { ...image, carriesModel: true } });
  expect(manifest.outcome).toMatchObject({ status: 'broken', reason: expect.stringContaining('in its image') });
  expect(samples.map(({ kind }) => kind)).toEqual(['link']);
});

test('measures every vector once a boot', async () => {
  const { samples } = await session({ suite: { ...suite, measure: { ...suite.measure, boots: 2 } } });
  const seen = samples.filter(sample => sample.kind === 'inference').map(({ boot, vector }) => `${boot}.${vector}`);
  expect(seen).toEqual(['0.0', '0.1', '0.2', '1.0', '1.1', '1.2']);
});

test('records what the link did, also when the session broke', async () => {
  const good = await session({ mock: { stats: { droppedFrames: 3 } } });
  expect(good.samples.at(-1)).toMatchObject({ kind: 'link', boot: 0, repeats: 0, damagedFrames: 0, droppedFrames: 3 });
  const bad = await session({ mock: { faults: { drop: [3], corrupt: [5], dieAtInference: 6 } } });
  expect(bad.manifest.outcome.status).toBe('broken');
  const [link] = bad.samples.filter(({ kind }) => kind === 'link');
  expect(link).toMatchObject({ repeats: 2, lostFrames: 1, damagedFrames: 1 });
  expect(link).not.toHaveProperty('droppedFrames');
});

test('records that a window was disturbed', async () => {
  const mock = { windowMs: (inference: number) => (inference === 7 ? 300 : 0) }; // of vector 1
  const { samples } = await session({ mock, inferRetryMs: 100 });
  expect(samples).toContainEqual(expect.objectContaining({ kind: 'inference', vector: 1, isDisturbed: true }));
});

test('keeps the raw bytes of both directions', async () => {
  const { wire } = await session();
  expect(wire.map(line => line.dir)).toContain('tx');
  expect(Buffer.from(wire.find(line => line.dir === 'tx')?.data ?? '', 'base64').includes('TKMK')).toBe(true);
});

test('says how far it is', async () => {
  const { progress } = await session();
  expect(progress.at(-1)).toEqual({ done: 3, total: 3 });
});

test('is broken when another build answers than the image is', async () => {
  const { manifest, samples } = await session({ mock: { buildId: 'cd'.repeat(20) } });
  expect(manifest.outcome).toMatchObject({ status: 'broken', reason: expect.stringMatching(/build cdcd.*build abab/) });
  expect(samples.map(({ kind }) => kind)).toEqual(['link']);
});

test('is broken when a byte of the model differs in the DUT, before anything is measured', async () => {
  const { manifest, samples } = await session({ target: withFlippedByte });
  expect(manifest.outcome).toMatchObject({
    status: 'broken',
    reason: expect.stringMatching(/not the suite's after it was loaded/),
  });
  expect(samples.map(({ kind }) => kind)).toEqual(['link']);
});

test('measures a changed model when the proof is switched off, which only tests do', async () => {
  const { manifest } = await session({ target: withFlippedByte, proveModel: false });
  expect(manifest.outcome.status).toBe('complete');
});

test('is broken, with the vectors before it kept, when the DUT is lost at an inference', async () => {
  const { manifest, samples } = await session({ mock: { faults: { dieAtInference: 8 } } }); // two warm-ups, three of the scaling check
  expect(manifest.outcome).toMatchObject({ status: 'broken', reason: expect.stringContaining('the DUT was lost') });
  expect(samples.filter(sample => sample.kind === 'inference')).toHaveLength(2);
});

test('asks what it can leave as evidence before the link is closed, and says whether the session completed', async () => {
  const kept: { folder: string; isComplete: boolean }[] = [];
  const target = (each: Target) => keepingEvidence(each, kept);
  await session({ target });
  await session({ target, mock: { faults: { dieAtInference: 8 } } });
  expect(kept.map(({ isComplete }) => isComplete)).toEqual([true, false]);
  expect(kept.map(({ folder }) => folder)).toEqual(folders);
});

/** The same target, with links that only note that they were asked. */
function keepingEvidence(target: Target, kept: { folder: string; isComplete: boolean }[]): Target {
  return {
    ...target,
    async open(imagePath, signal) {
      const link = await target.open(imagePath, signal);
      let isOpen = true;
      return {
        ...link,
        async keepEvidence(folder, { isComplete }) {
          if (isOpen) kept.push({ folder, isComplete });
        },
        async [Symbol.asyncDispose]() {
          isOpen = false;
          await link[Symbol.asyncDispose]();
        },
      };
    },
  };
}

test('is failed, as the fault is the firmware’s, when the core crashes in an inference', async () => {
  const { manifest } = await session({ mock: { faultAtInference: { inference: 5, text: 'HardFault pc=0x10000420' } } });
  expect(manifest.outcome).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('HardFault pc=0x10000420'),
  });
});

const functionAt = (address: number) => (address === 0x1000_0420 ? 'invoke+0x12' : undefined);

test('says in which function the core crashed, where the image has symbols', async () => {
  const faultAtInference = { inference: 5, text: 'HardFault pc=0x10000420' };
  const { manifest } = await session({ mock: { faultAtInference }, image: { ...image, functionAt } });
  expect(manifest.outcome).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('HardFault pc=0x10000420 in invoke+0x12\n'),
  });
});

test('is failed when the runtime refuses the model, in its own words', async () => {
  const refuse = { prepare: { code: 7, text: 'no kernel for TANH int16' } } as const;
  const { manifest } = await session({ mock: { refuse } });
  expect(manifest.outcome).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('no kernel for TANH int16'),
  });
});

/** Windows that the host disturbs by asking again, each for 500 ticks. */
function disturbedWindows(from: number, to: number): MockOptions {
  const isDisturbed = (inference: number): boolean => inference >= from && inference <= to;
  return {
    windowMs: inference => (isDisturbed(inference) ? 300 : 0),
    ticks: ({ inference, repeat }) => 1000 * repeat + (isDisturbed(inference) ? 500 : 0),
  };
}

test('the windows of the counter check are taken again when they were disturbed, and marked when that did not help', async () => {
  const scaling = { kind: 'scaling', boot: 0, runs: 10, ticks: 10_000 };
  const once = await session({ mock: disturbedWindows(5, 5), inferRetryMs: 50 }); // after two warm-ups, the one inference, the first window
  expect(once.samples).toContainEqual({ ...scaling, doubledTicks: 20_000 });
  const always = await session({ mock: disturbedWindows(5, 7), inferRetryMs: 50 });
  expect(always.samples).toContainEqual({ ...scaling, doubledTicks: 20_500, isDisturbed: true });
});

test('a profile whose window stays disturbed is marked', async () => {
  const { samples } = await session({
    mock: { windowMs: inference => (inference > 8 ? 150 : 0), operatorTicks: [600, 400] },
    inferRetryMs: 50,
  });
  expect(samples).toContainEqual({ kind: 'operators', boot: 0, vector: 0, ticks: [600, 400], isDisturbed: true });
});

test('a counter that stands still is found out by three inferences', async () => {
  const { samples } = await session({ mock: { ticks: () => 0 } });
  expect(samples).toContainEqual({ kind: 'scaling', boot: 0, runs: 1, ticks: 0, doubledTicks: 0 });
});

test('an abort says what the DUT still owed an answer to', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const abort = new AbortController();
  let ended: ReturnType<typeof session> | undefined;
  await new Promise<void>(isHanging => {
    const hang = (inference: number): number => (inference < 7 ? 0 : (isHanging(), 60_000));
    ended = session({ mock: { windowMs: hang }, signal: abort.signal });
  });
  await vi.advanceTimersByTimeAsync(9_800);
  abort.abort(new TargetError('took longer than its limit of 10 s', 'hum@mock', 'raise it'));
  expect((await ended)?.manifest.outcome).toEqual({
    status: 'broken',
    reason:
      'hum@mock: took longer than its limit of 10 s, waiting 9.8 s for INFER of vector 1, sent once\n  → raise it',
  });
});

test('is broken with the first reason when it is aborted', async () => {
  const abort = new AbortController();
  const mock: MockOptions = {
    infer: input => {
      abort.abort(new TargetError('took longer than its limit of 1 s', 'hum@mock', 'raise it'));
      return input;
    },
  };
  const { manifest } = await session({ mock, signal: abort.signal });
  expect(manifest.outcome).toMatchObject({ status: 'broken', reason: expect.stringContaining('limit of 1 s') });
});

test('measured for its outputs alone, a DUT is fed while it computes, and no ticks are recorded', async () => {
  const outputsOnly: Suite = { ...suite, measure: { ...suite.measure, only: 'accuracy' } };
  const fed = { memory: false, windowBytes: 500 };
  const { manifest, samples, wire } = await session({ suite: outputsOnly, mock: fed });
  const timed = await session({ mock: fed });
  expect(manifest.outcome).toEqual({ status: 'complete' });
  expect(samples.map(({ kind }) => kind)).toEqual(['inference', 'inference', 'inference', 'memory', 'link']);
  expect(JSON.stringify(samples)).not.toContain('icks');
  expect(outputsIn(samples)).toEqual(outputsIn(timed.samples));
  const sent = wire.filter(({ dir }) => dir === 'tx').map(({ data }) => Buffer.from(data, 'base64'));
  expect(sent.some(bytes => [...frameParser()(bytes)].length === inputs.length)).toBe(true); // without waiting in between
});

function outputsIn(samples: readonly Sample[]): string[] {
  return samples.flatMap(sample => (sample.kind === 'inference' ? sample.output : []));
}
