import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { TargetError } from '../errors.ts';
import { aSuite } from '../fixtures/recordings.ts';
import { type MockOptions, mockTarget } from '../protocol/mock.ts';
import { tickmarkProtocol } from '../protocol/tickmark.ts';
import { readRecording, readWire } from '../recording/read.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { TrialSample } from '../recording/recording.ts';
import type { Injection, Trial } from '../suite/suite.ts';
import type { Target } from '../target/port.ts';
import { judgeTrials } from '../verdict/robustness.ts';
import { readSession } from '../verdict/session.ts';
import { type Job, measure } from './session.ts';

const buildId = 'ab'.repeat(20);
const model = Uint8Array.from({ length: 64 }, (_, index) => index);
const inputs = Array.from({ length: 12 }, (_, vector) => new Uint8Array(40).map((_zero, at) => vector * 7 + at));
const outputs = [{ name: 'out', type: 'int8', elements: 40, scale: 1, zeroPoint: 0 }] as const;
const image = { path: '/image.elf', file: 'image.elf', sha256: '00', flashBytes: 10, ramBytes: 20, buildId };

const drop: Injection = { kind: 'uart-drop', rate: 4e-3 };
const flip: Injection = { kind: 'uart-flip', rate: 4e-3 };
const delay: Injection = { kind: 'uart-delay', rate: 4e-3, byMs: 2 };
const cut: Injection = { kind: 'power-cycle', vector: 2 };
const bit: Injection = { kind: 'model-bit', bit: 100 };
/** The window that is timed, and the one that is cut off, take a while. */
const cuttable: MockOptions = { windowMs: inference => (inference === 3 || inference === 4 ? 410 : 0) };
const expectations = ['detected', 'recovered', 'same-output'] as const;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface Tried {
  readonly mock?: MockOptions;
  readonly target?: (target: Target) => Target;
  readonly timeoutMs?: number;
  readonly carriesModel?: boolean;
  readonly signal?: AbortSignal;
}

/** A whole session with a DUT in memory and one fault on demand in it; `judge` judges that. */
async function tried(injection: Injection, { mock = {}, target = same => same, ...rest }: Tried = {}) {
  const { timeoutMs = 20_000, carriesModel = false, signal = new AbortController().signal } = rest;
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-test-'));
  folders.push(folder);
  using recorder = createRecorder(folder, () => 0);
  const trial: Trial = {
    budget: 'robustness.it',
    injection,
    expect: 'detected',
    vectors: 8,
    timeoutMs,
    optional: false,
  };
  const job: Job = {
    suite: aSuite({ measure: { warmup: 0, boots: 1, timeoutMs: 60_000, link: 'memory' }, robustness: [trial] }),
    target: target(mockTarget({ buildId, inputBytes: 40, ...mock })),
    protocol: tickmarkProtocol({ readyMs: 20, retryMs: 20, inferRetryMs: 100 }),
    image: { ...image, ...(carriesModel && { carriesModel }) },
    model,
    inputs,
    recorder,
    clock: { nowMs: () => performance.now(), nowIso: () => '2026-01-01T00:00:00.000Z' },
    onProgress: () => {},
    proveModel: !carriesModel,
  };
  const { outcome, ...manifest } = await measure(job, signal);
  expect(outcome).toEqual({ status: 'complete' });
  const recording = readRecording(folder);
  const identity = { modelSha256: manifest.model?.sha256 ?? '', vectorsSha256: manifest.vectors?.sha256 ?? '' };
  const session = readSession(recording, { identity, outputs, boots: 1 });
  const [sample] = recording.samples.filter((each): each is TrialSample => each.kind === 'trial');
  const judge = (wanted: Trial['expect']) => {
    const [verdict] = judgeTrials([{ ...trial, expect: wanted }], session, outputs);
    if (!verdict) throw new TypeError('a fault on demand has a verdict');
    return verdict;
  };
  return { judge, session, sample, wire: readWire(folder), statuses: expectations.map(each => judge(each).status) };
}

const allPassed = ['passed', 'passed', 'passed'];
const allFailed = ['failed', 'failed', 'failed'];

describe('a sound firmware', () => {
  test.each([drop, flip])('notices a line with $kind, and gives the same outputs', async injection => {
    const { judge, sample, statuses } = await tried(injection);
    expect(statuses).toEqual(allPassed);
    expect(judge('same-output')).toMatchObject({ measured: sample?.injected, unit: 'faults' });
    expect(judge('detected').reason).toMatch(/noticed: .*requests? sent again/);
    expect(sample?.injected).toBeGreaterThan(2);
    expect(sample?.bytes).toBeGreaterThan(1000);
  });

  test('gives the same outputs on a line with delays, and has nothing to notice', async () => {
    const { judge, sample } = await tried(delay);
    expect(judge('same-output').status).toBe('passed');
    expect(judge('same-output').reason).toMatch(/^\d of \d+ bytes came 2 ms late on the UART; nothing noticed it/);
    expect(sample?.injected).toBeGreaterThan(0);
  });

  test('notices that its power went in the middle of an inference, and gives the same outputs then', async () => {
    const { statuses, sample, session } = await tried(cut, { mock: cuttable });
    expect(statuses).toEqual(allPassed);
    expect(sample).toMatchObject({ injected: 1, signs: ['the firmware restarted'] });
    expect(session.trialInferences.map(({ vector }) => vector)).toEqual([0, 1, 0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('no longer proves a model of which a bit flipped, and gives the same outputs when it is loaded again', async () => {
    const { statuses, sample, session } = await tried(bit);
    expect(statuses).toEqual(allPassed);
    expect(sample?.signs).toEqual(["the DUT no longer proved the suite's model"]);
    expect(session.trialInferences).toHaveLength(8); // those before the proof were not taken for right
  });

  test('is measured as if there were no faults on demand, whose bytes are told apart', async () => {
    const { wire, session } = await tried(flip);
    expect(new Set(wire.map(({ trial }) => trial))).toEqual(new Set([undefined, 0]));
    expect(session.inferences).toHaveLength(12);
    expect(session.link).toEqual([expect.objectContaining({ repeats: 0, damagedFrames: 0, lostFrames: 0 })]);
  });

  test('has the same bytes befallen in two runs', async () => {
    const [one, two] = [await tried(flip), await tried(flip)];
    expect(one.sample?.injected).toBeGreaterThan(2);
    expect(two.sample).toEqual({ ...one.sample, durationMs: two.sample?.durationMs });
  });
});

describe('a firmware that', () => {
  test('lets a damaged frame spoil what it computes is recovered only', async () => {
    let isSpoilt = false;
    const infer = (input: Uint8Array) => (isSpoilt ? input.slice() : input.toReversed());
    const { judge, statuses } = await tried(flip, { mock: { infer, onDamage: () => (isSpoilt = true) } });
    expect(statuses).toEqual(['failed', 'passed', 'failed']);
    const wrong =
      /must be same-output, and is not: .*vector \d gave another output: element \d+ is -?\d+, -?\d+ undisturbed/;
    expect(judge('same-output').reason).toMatch(wrong);
  });

  test('takes damaged frames for whole is found out by the digests, and not recovered', async () => {
    const { judge, statuses } = await tried({ ...flip, rate: 2e-2 }, { mock: { trustsFrames: true } });
    expect(statuses).toEqual(['passed', 'failed', 'failed']);
    expect(judge('same-output').reason).toMatch(/, at vector \d of 8/);
  });

  test('proves its model from memory of it fails, whatever is expected', async () => {
    const { judge, statuses } = await tried(bit, { mock: { remembersModel: true } });
    expect(statuses).toEqual(allFailed);
    expect(judge('detected').reason).toContain("the DUT proves the suite's model, of which bit 100 is another");
  });

  test('stumbles over the flipped bit is detected, and recovered from another boot', async () => {
    let calls = 0; // one a boot, 16 in the measurement: the third of the model that was changed
    const infer = (input: Uint8Array) => {
      if (++calls === 1 + 16 + 1 + 3) throw new RangeError('no such tensor');
      return input.toReversed();
    };
    const { statuses, sample } = await tried(bit, { mock: { infer } });
    expect(sample?.signs).toEqual([expect.stringContaining('no such tensor')]);
    expect(statuses).toEqual(allPassed);
  });

  test('stumbles over the flipped bit where nothing can cut its power is detected, and not recovered', async () => {
    let calls = 0;
    const infer = (input: Uint8Array) => {
      if (++calls > 1 + 16 + 1 + 3) throw new RangeError('no such tensor');
      return input.toReversed();
    };
    const { statuses, sample } = await tried(bit, { mock: { infer, power: 'cannot be cut' } });
    expect(sample?.signs).toEqual([expect.stringContaining('no such tensor')]);
    expect(statuses).toEqual(['passed', 'failed', 'failed']);
  });

  test('stays dead when its power is back is not recovered, when its time is over', async () => {
    const { judge, statuses } = await tried(cut, { mock: { ...cuttable, power: 'stays dead' }, timeoutMs: 1500 });
    expect(statuses).toEqual(allFailed);
    expect(judge('recovered').reason).toMatch(
      /not: the power went while vector 2 was computed; nothing noticed it; it was not over within 1.5 s, waiting \d.\d s for INFER of vector 2/,
    );
  });
});

test('a fault that never was is inconclusive', async () => {
  const { judge } = await tried({ ...drop, rate: 1e-7 });
  expect(judge('same-output')).toMatchObject({
    status: 'inconclusive',
    reason: expect.stringMatching(/^it befell none of \d+ bytes at a rate of 1e-7: raise `rate`/),
  });
});

test.each<Tried & { injection: Injection; why: string }>([
  { injection: cut, mock: { power: 'cannot be cut' }, why: 'nothing can take the power of this target away' },
  { injection: bit, mock: { memory: false }, why: 'nothing reaches the memory of this target from outside' },
  { injection: bit, mock: { regionFlags: 1 }, why: 'has the model built in, and does not say where' },
  { injection: bit, carriesModel: true, why: 'has the model built in, and does not say where' },
])('is skipped where $why', async ({ injection, why, ...setup }) => {
  const { judge } = await tried(injection, setup);
  expect(judge('recovered')).toMatchObject({ status: 'skipped', reason: expect.stringContaining(why) });
});

/** The boot of the fault on demand is of another DUT than the measurement's. */
function thenOf(then: Pick<Target, 'open'>) {
  let opened = 0;
  return (mock: Target): Target => ({
    ...mock,
    open: (path, signal) => (opened++ > 0 ? then : mock).open(path, signal),
  });
}

test('a rig that is lost, or cannot do it in time, is broken', async () => {
  const lost = new TargetError('the emulator is gone', 'mock', 'start it again');
  const broken = await tried(flip, { target: thenOf({ open: () => Promise.reject(lost) }) });
  expect(broken.judge('detected')).toMatchObject({
    status: 'broken',
    reason: expect.stringContaining('tried uart-flip: mock: the emulator is gone'),
  });
  const { judge } = await tried(cut); // whose inferences take no time
  expect(judge('detected').reason).toContain('the inference was over before the power could go, 5 times');
});

test('a line that lost something before the fault is no sign of the fault', async () => {
  const lossy = mockTarget({ buildId, inputBytes: 40, faults: { drop: [3] } });
  const { sample } = await tried({ ...delay, byMs: 0 }, { target: thenOf(lossy) });
  expect(sample).toMatchObject({ end: { status: 'complete' }, signs: [] });
  expect(sample?.injected).toBeGreaterThan(0);
});

test('a DUT that cannot be brought up before the fault, and does not say why, is broken', async () => {
  const neverOpens: Pick<Target, 'open'> = {
    open: (_path, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  };
  expect((await tried(flip, { target: thenOf(neverOpens), timeoutMs: 50 })).judge('recovered')).toMatchObject({
    status: 'broken',
    reason: 'tried uart-flip: no fault was done within 0.05 s: raise `timeout`',
  });
  const silent = mockTarget({
    buildId,
    inputBytes: 40,
    faults: { drop: Array.from({ length: 999 }, (_, at) => at) },
  });
  expect((await tried(flip, { target: thenOf(silent) })).judge('recovered')).toMatchObject({
    status: 'broken',
    reason: expect.stringContaining('no answer to HELLO'),
  });
});

test('a DUT that crashes before the fault has failed', async () => {
  const faultAtInference = { inference: 1, text: 'HardFault' };
  const crashing = mockTarget({ buildId, inputBytes: 40, faultAtInference });
  expect((await tried(cut, { target: thenOf(crashing) })).judge('recovered')).toMatchObject({
    status: 'failed',
    reason: expect.stringMatching(/^it failed before any fault was done to it: the firmware faulted: HardFault/),
  });
});

test('what the case has no time left for is broken, with the reason that ended it', async () => {
  const abort = new AbortController();
  let opened = 0;
  const target = (mock: Target): Target => ({
    ...mock,
    open(path, signal) {
      if (opened++ > 0) abort.abort(new TargetError('took longer than its limit of 1 s', 'hum@mock', 'raise it'));
      return mock.open(path, signal);
    },
  });
  const { judge } = await tried(flip, { target, signal: abort.signal });
  expect(judge('recovered')).toMatchObject({ status: 'broken', reason: expect.stringContaining('its limit of 1 s') });
});
