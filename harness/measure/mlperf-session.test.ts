import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { randomsFrom } from '../fixtures/random.ts';
import { aBoard, aSuite } from '../fixtures/recordings.ts';
import { readModel } from '../model/tflite.ts';
import { mockMeter } from '../power/mock.ts';
import { type FakeDutOptions, fakeDut, printUs } from '../protocol/fixtures/mlperf-dut.ts';
import { mlperfProtocol } from '../protocol/mlperf-tiny.ts';
import { readRecording } from '../recording/read.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { Budget, Suite } from '../suite/suite.ts';
import type { SerialTarget } from '../target/port.ts';
import { judgeCase } from '../verdict/judge.ts';
import { computeReference, openGolden } from '../verdict/reference.ts';
import type { CaseResult } from '../verdict/result.ts';
import { valuesOf } from '../verdict/tensor.ts';
import { measure } from './session.ts';

const file = new URL('../../suites/fashion/fashion_int8.tflite', import.meta.url).pathname;
const model = readFileSync(file);
const parsed = readModel(model, file);
const random = randomsFrom(11);
const inputs = Array.from({ length: 6 }, () => Uint8Array.from({ length: 784 }, () => random(256)));

const folders: string[] = [];
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The DUT of the suite's model: it prints what the golden says. */
function modelDut(): Required<Pick<FakeDutOptions, 'modelId' | 'inputBytes' | 'results'>> {
  const golden = openGolden(parsed, 'model');
  const [output] = golden.outputs;
  const results = (input: Uint8Array) =>
    output ? valuesOf(golden.infer(input), output).map(value => value.toFixed(3)) : [];
  return { modelId: 'fashion', inputBytes: 784, results };
}

const latency: Budget = {
  kind: 'latency',
  metric: 'p50',
  basis: 'silicon',
  budget: 'latency.silicon.p50',
  relation: '<=',
  limit: 2600,
  unit: 'µs',
  optional: false,
};
const golden: Budget = {
  kind: 'golden',
  budget: 'golden.maxDiffLsb',
  relation: '<=',
  limit: 0,
  unit: 'LSB',
  optional: false,
};
const top1: Budget = {
  kind: 'accuracy',
  metric: 'top1',
  budget: 'accuracy.top1',
  relation: '>=',
  limit: 90,
  unit: '%',
  optional: false,
};

interface Setup {
  readonly dut?: FakeDutOptions;
  readonly suite?: Partial<Suite>;
  readonly hasMeter?: boolean;
}

async function session({ dut = {}, suite: change, hasMeter = false }: Setup = {}) {
  const suite = aSuite({
    model: { file },
    task: { kind: 'classification' },
    firmware: { board: { modelId: 'fashion' } },
    budgets: [golden, top1, latency],
    measure: { warmup: 2, boots: 1, timeoutMs: 600_000, link: 'memory' },
    ...change,
  });
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-test-'));
  folders.push(folder);
  const fake = fakeDut({ ...modelDut(), ...dut });
  using recorder = createRecorder(folder, () => performance.now());
  const state = { isDone: false };
  const port = { id: 'usb-1-0', path: '/dev/ttyACM0' };
  const target: SerialTarget = {
    name: 'board',
    basis: 'silicon',
    find: async () => port,
    isPresent: async () => true,
    open: async () => fake.link,
  };
  const gear = { target, hasLines: false, rungs: [], bootMs: 1000, meter: { meter: mockMeter({ rateHz: 1000 }) } };
  const measuring = measure(
    {
      suite,
      target,
      ...(hasMeter && { rig: { gear, port } }),
      protocol: mlperfProtocol(),
      model,
      inputs,
      recorder,
      clock: { nowMs: () => performance.now(), nowIso: () => '2026-01-01T00:00:00.000Z' },
      onProgress: () => {},
    },
    new AbortController().signal,
  ).finally(() => (state.isDone = true));
  while (!state.isDone) await vi.advanceTimersToNextTimerAsync();
  await measuring;
  return { suite, fake, ...readRecording(folder) };
}

function judge({ suite, manifest, samples }: Awaited<ReturnType<typeof session>>): CaseResult {
  const reference = computeReference(parsed, undefined, inputs);
  const labels = reference.golden.map(codes => new Int8Array(codes).indexOf(Math.max(...new Int8Array(codes))));
  return judgeCase({
    suite,
    board: aBoard({ name: 'board', basis: 'silicon' }),
    recording: { manifest, samples },
    recordingFolder: null,
    identity: { modelSha256: manifest.model?.sha256 ?? '', vectorsSha256: manifest.vectors?.sha256 ?? '' },
    reference,
    truth: { labels },
    inputs,
  });
}

function verdict(result: CaseResult, budget: string) {
  return result.verdicts.find(each => each.budget === budget);
}

test('every vector is inferred once, and then five windows are timed on five inputs, each as long as MLPerf Tiny wants', async () => {
  const { manifest, samples } = await session();
  expect(manifest.outcome).toEqual({ status: 'complete' });
  expect(samples.filter(({ kind }) => kind === 'printed')).toHaveLength(6);
  const windows = samples.filter(sample => sample.kind === 'window' && sample.purpose === 'measured');
  expect(windows).toMatchObject([0, 1, 2, 3, 4].map(vector => ({ vector, warmups: 2 })));
  for (const window of windows) {
    if (window.kind !== 'window') throw new Error('no window');
    expect((window.lap1Us - window.lap0Us + 2 ** 32) % 2 ** 32).toBeGreaterThan(10_000_000);
    expect(window.iterations).toBeGreaterThan(10);
  }
});

test('a window that ends early, since the DUT got faster, is taken again and longer', async () => {
  const { samples } = await session({ dut: { inferUs: commands => (commands < 240 ? 2500 : 2000) } });
  const windows = samples.filter(sample => sample.kind === 'window' && sample.purpose === 'measured');
  expect(windows).toHaveLength(5);
  for (const window of windows) {
    if (window.kind !== 'window') throw new Error('no window');
    expect((window.lap1Us - window.lap0Us + 2 ** 32) % 2 ** 32).toBeGreaterThan(10_000_000);
  }
});

test('the golden is judged to the byte from printed values, and says so', async () => {
  const result = judge(await session());
  expect(result.status).toBe('passed');
  expect(verdict(result, 'golden.maxDiffLsb')).toMatchObject({
    status: 'passed',
    measured: 0,
    reason: expect.stringContaining('the codes were read from printed values'),
  });
  expect(verdict(result, 'accuracy.top1')).toMatchObject({ status: 'passed', measured: 100 });
});

test('latency is the median of the windows, as they were printed, with what is printing in it beside', async () => {
  const result = judge(await session());
  const judged = verdict(result, 'latency.silicon.p50');
  expect(judged).toMatchObject({ status: 'passed', basis: 'silicon' });
  expect(judged?.reason).toMatch(
    /^p50 2\.5 ms \(of 5 windows; [\d.]+ ms of each is printing: 2\.5\d* ms with it, 2\.(4|5)\d* ms without\)/,
  );
  expect(result.metrics.windows?.printUs).toBeGreaterThan(printUs - 1100); // fake timers have milliseconds
  expect(result.metrics.windows?.printUs).toBeLessThan(printUs + 1100);
  expect(result.metrics.windows?.medianThroughput).toBeCloseTo(399.9, 0);
  expect(result.warnings.join()).not.toContain('smoke run');
});

test('shorter windows are a smoke run, and the result says so', async () => {
  const measured = { warmup: 0, boots: 1, timeoutMs: 60_000, link: 'memory', windowMs: 200 } as const;
  const result = judge(await session({ suite: { measure: measured } }));
  expect(result.status).toBe('passed');
  expect(result.warnings).toContainEqual(expect.stringMatching(/^a smoke run: the shortest window took 20\d/));
});

test('one output that is off by one step fails the golden, and names where', async () => {
  const { results, ...rest } = modelDut();
  const off = (input: Uint8Array) =>
    input === inputs[3] || Buffer.compare(input, inputs[3] ?? input) === 0
      ? results(input).map((text, index) => (index === 4 ? (Number(text) + 1 / 256).toFixed(3) : text))
      : results(input);
  const result = judge(await session({ dut: { ...rest, results: off } }));
  expect(verdict(result, 'golden.maxDiffLsb')).toMatchObject({
    status: 'failed',
    measured: 1,
    reason: expect.stringContaining('in vector 3, element 4, by 1 LSB'),
  });
});

test('values that are none of the output codes leave the golden out, with the reason, and judge accuracy all the same', async () => {
  const { results, ...rest } = modelDut();
  const result = judge(
    await session({ dut: { ...rest, results: input => results(input).map(text => Number(text).toFixed(2)) } }),
  );
  expect(verdict(result, 'golden.maxDiffLsb')).toMatchObject({
    status: 'skipped',
    reason: expect.stringContaining("it prints steps of 0.01, and the codes of the model's output are 0.00391 apart"),
  });
  expect(result.metrics).not.toHaveProperty('golden');
  expect(verdict(result, 'accuracy.top1')).toMatchObject({ status: 'passed' });
});

test('a clock that stands still is broken, and no latency is judged by it', async () => {
  const result = judge(await session({ dut: { clockRate: 0 } }));
  expect(result.status).toBe('broken');
  expect(verdict(result, 'rig.tickCounter')?.reason).toMatch(
    /the tick counter stands still: \d+ inferences? took 0 µs/,
  );
  expect(verdict(result, 'latency.silicon.p50')).toMatchObject({ status: 'skipped' });
});

test('a clock whose µs are none is broken', async () => {
  const result = judge(await session({ dut: { clockRate: 0.8 } }));
  expect(verdict(result, 'rig.tickCounter')).toMatchObject({ status: 'broken', measured: 20 });
  expect(verdict(result, 'latency.silicon.p50')).toMatchObject({ status: 'skipped' });
});

test('a build for energy is broken where the suite bounds latency, with both, before anything is measured', async () => {
  const { manifest, samples, fake } = await session({ dut: { build: 'energy' } });
  expect(manifest.outcome).toMatchObject({
    status: 'broken',
    reason: expect.stringMatching(
      /is a build for energy .* and the suite bounds latency, which takes one for performance/,
    ),
  });
  expect(samples.map(({ kind }) => kind)).toEqual(['link']);
  expect(fake.commands.some(command => command.startsWith('db') || command.startsWith('infer'))).toBe(false);
});

const metered: Partial<Suite> = {
  budgets: [golden, top1],
  measure: {
    warmup: 10,
    boots: 1,
    timeoutMs: 600_000,
    link: 'uart',
    current: { idleMs: 0, periods: 0, agreementPercent: 5, cells: {} },
  },
};

test('windows of a build for energy are as long as wanted, on five inputs, after its warm-ups, and marked', async () => {
  const { manifest, samples, fake } = await session({ dut: { build: 'energy' }, suite: metered, hasMeter: true });
  expect(manifest.outcome).toEqual({ status: 'complete' });
  const marks = samples.filter(sample => sample.kind === 'mark');
  const windows = marks.filter(({ purpose }) => purpose === 'window');
  expect(windows.map(({ vector }) => vector)).toEqual([0, 1, 2, 3, 4]);
  for (const { runs, warmups, sentMs, heardMs, isPulse } of windows) {
    expect(runs * 2500).toBeGreaterThan(10_000_000); // the firmware takes 2.5 ms
    expect(runs * 2500).toBeLessThan(11_000_000);
    expect(fake.commands).toContain(`infer ${runs} 10`);
    expect([warmups, isPulse]).toEqual([10, undefined]);
    expect(heardMs - sentMs).toBeGreaterThan((runs + 10) * 2.5);
  }
  expect(windows).toEqual(marks);
  expect(samples.filter(({ kind }) => kind === 'window')).toEqual([]);
});

test('a build for energy without a meter has no windows', async () => {
  const { samples, fake } = await session({ dut: { build: 'energy' }, suite: metered });
  expect(samples.filter(({ kind }) => kind === 'mark')).toEqual([]);
  expect(fake.commands.filter(command => command.startsWith('infer'))).toHaveLength(6);
});

test('a build for performance that a meter watches has its windows marked as well', async () => {
  const { samples } = await session({ suite: metered, hasMeter: true });
  const windows = samples.filter(sample => sample.kind === 'window').filter(({ purpose }) => purpose === 'measured');
  const marks = samples.filter(sample => sample.kind === 'mark');
  expect(marks.map(({ purpose, vector, runs }) => [purpose, vector, runs])).toEqual(
    windows.map(({ vector, iterations }) => ['window', vector, iterations]),
  );
});

test('firmware of a build for energy that does not infer as often as it is asked to breaks', async () => {
  const { manifest } = await session({ dut: { build: 'energy', inferUs: 0 }, suite: metered, hasMeter: true });
  expect(manifest.outcome).toMatchObject({
    status: 'broken',
    reason: expect.stringContaining('twice as many inferences took no longer'),
  });
});

test('a build for energy is measured where only its outputs are judged', async () => {
  const result = judge(await session({ dut: { build: 'energy' }, suite: { budgets: [golden, top1] } }));
  expect(result.status).toBe('passed');
  expect(result.metrics).not.toHaveProperty('latency');
});

test.each([
  [
    'another id than the suite names',
    'ic01',
    { board: { modelId: 'fashion' } },
    `the firmware's model is "ic01", the suite wants "fashion"`,
  ],
  [
    'an id of MLPerf Tiny that does not fit',
    'kws01',
    {},
    `the firmware's model is "kws01" (490 input bytes, 12 results), the suite's has 784 input bytes, 10 results`,
  ],
  [
    'an id that nobody knows',
    'mine',
    {},
    `the firmware's model is "mine", which is none of ad01, ic01, ic02, kws01, vww01`,
  ],
])('%s is broken, before anything is sent', async (_what, modelId, firmware, reason) => {
  const { manifest, fake } = await session({ dut: { modelId }, suite: { firmware } });
  expect(manifest.outcome).toMatchObject({ status: 'broken', reason: expect.stringContaining(reason) });
  expect(fake.commands.some(command => command.startsWith('db'))).toBe(false);
});

test('a DUT that resets mid-run has failed, and what was measured before stands', async () => {
  const result = judge(await session({ dut: { restartsAt: 100 } }));
  expect(result.verdicts[0]).toMatchObject({
    budget: 'firmware.session',
    status: 'failed',
    reason: expect.stringMatching(
      /^DUT, vector ([1-5]): restarted while it was asked .*; \1 of 6 inferences measured/s,
    ),
  });
});

test('what the link lost is told, and no verdict is another', async () => {
  const result = judge(await session({ dut: { oneLostOf: 1000 } }));
  expect(result.status).toBe('passed');
  expect(result.metrics.link?.lostFrames).toBeGreaterThan(0);
  expect(result.warnings.join()).toContain('the link is bad');
});

test('what firmware of MLPerf Tiny cannot tell is not measured, and is said', async () => {
  const arena: Budget = {
    kind: 'memory',
    metric: 'arena',
    budget: 'memory.arena',
    relation: '<=',
    limit: 1,
    unit: 'B',
    optional: false,
  };
  const result = judge(await session({ suite: { budgets: [arena] } }));
  expect(verdict(result, 'memory.arena')).toMatchObject({
    status: 'skipped',
    reason: 'not measured: firmware of MLPerf Tiny does not tell its arena',
  });
});

test('flash and RAM are those of the image that the suite names, which has the model in it', async () => {
  const measured = await session();
  const image = { file: 'app.elf', sha256: 'c'.repeat(64), flashBytes: 40_000, ramBytes: 30_000 };
  const { metrics } = judge({ ...measured, manifest: { ...measured.manifest, image } });
  expect(metrics.memory).toMatchObject({ flashBytes: 40_000, ramBytes: 30_000 });
});
