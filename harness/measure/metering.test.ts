import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PortAbsent, TargetError } from '../errors.ts';
import { aSuite } from '../fixtures/recordings.ts';
import type { Flasher, PowerSwitch } from '../flash/port.ts';
import { type MockMeterOptions, mockMeter } from '../power/mock.ts';
import type { PowerMeter } from '../power/port.ts';
import { frameParser } from '../protocol/frame.ts';
import { type MockOptions, mockTarget } from '../protocol/mock.ts';
import { tickmarkProtocol } from '../protocol/tickmark.ts';
import { kinds } from '../protocol/wire.ts';
import { readRecording, readWire } from '../recording/read.ts';
import { hasTrace, openTrace } from '../recording/read-trace.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { MarkSample } from '../recording/recording.ts';
import type { MeasureCurrent, Suite } from '../suite/suite.ts';
import type { SerialTarget } from '../target/port.ts';
import type { Gear, MeterGear, Rig } from './rig.ts';
import { type Job, measure, type Progress } from './session.ts';

const buildId = 'ab'.repeat(20);
const image = { path: '/app.elf', file: 'app.elf', sha256: '5a', flashBytes: 10, ramBytes: 20, buildId };
const inputs = Array.from({ length: 12 }, (_, vector) => Uint8Array.of(vector, 1, 2, 3));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickmark-test-'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** An inference takes 50 ms by a clock of 1 MHz, and the link 2 ms more for each window. */
const firmware: MockOptions = {
  buildId,
  memory: false,
  windowMs: (_, repeat) => 50 * repeat + 2,
  ticks: ({ repeat }) => 50_000 * repeat,
};

const current: MeasureCurrent = { idleMs: 1000, periods: 3, agreementPercent: 2, cells: {} };

function suiteWith(asked: Partial<MeasureCurrent> | undefined, more: Partial<Suite['measure']> = {}): Suite {
  const plain = { warmup: 1, boots: 1, timeoutMs: 60_000, link: 'uart', ...more } as const;
  return aSuite({ measure: asked ? { ...plain, current: { ...current, ...asked } } : plain });
}

/** What was done on the desk, in its order. */
let done: string[] = [];
beforeEach(() => void (done = []));

function targetOf(options: () => MockOptions): SerialTarget {
  return {
    name: 'nucleo',
    basis: 'silicon',
    isPresent: async () => true,
    find: async () => ({ id: 'usb-1-0', path: '/dev/ttyACM0' }),
    async open(path, signal) {
      done.push('open');
      return mockTarget({ ...firmware, ...options() }).open(path, signal);
    },
  };
}

function switched(isOn: boolean): void {
  done.push(isOn ? 'supply on' : 'supply off');
}

function meterGear(options: MockMeterOptions = {}, more: Partial<MeterGear> = {}): MeterGear {
  const meter = mockMeter({ onSupply: switched, ...options });
  return { meter: { ...meter, open: signal => (done.push('meter'), meter.open(signal)) }, ...more };
}

interface Setup {
  /** What is there when its port is opened. */
  readonly mock?: () => MockOptions;
  readonly meter?: MeterGear;
  readonly gear?: Partial<Gear>;
  readonly rig?: Partial<Rig>;
  readonly suite?: Suite;
  readonly signal?: AbortSignal;
  readonly isRequired?: boolean;
}

/** A case on a board, however long that takes by the fake clock. */
async function measured({ mock = () => ({}), meter, gear, rig: held, signal, ...rest }: Setup = {}) {
  const target = targetOf(mock);
  const rig: Rig = {
    gear: {
      target,
      hasLines: false,
      rungs: ['soft', 'probe', 'power'],
      bootMs: 1000,
      ...(meter && { meter }),
      ...gear,
    },
    port: { id: 'usb-1-0', path: '/dev/ttyACM0' },
    ...held,
  };
  const progress: Progress[] = [];
  using recorder = createRecorder(folder, () => performance.now());
  const job: Job = {
    suite: suiteWith({}),
    target,
    protocol: tickmarkProtocol({ readyMs: 10, retryMs: 100 }),
    image,
    model: new Uint8Array(8),
    inputs,
    recorder,
    clock: { nowMs: () => performance.now(), nowIso: () => '2026-01-01T00:00:00.000Z' },
    onProgress: each => progress.push(each),
    rig,
    ...rest,
  };
  const state = { isOver: false };
  const measuring = measure(job, signal ?? new AbortController().signal).finally(() => (state.isOver = true));
  while (!state.isOver) await vi.advanceTimersByTimeAsync(10);
  const { outcome } = await measuring;
  const { samples } = readRecording(folder);
  const marks = samples.filter(sample => sample.kind === 'mark');
  const steps = samples.filter(sample => sample.kind === 'rig');
  return {
    outcome,
    samples,
    marks,
    progress,
    steps,
    did: steps.map(({ step, worked }) => (worked ? step : `no ${step}`)),
  };
}

const of = (marks: readonly MarkSample[], purpose: MarkSample['purpose']) =>
  marks.filter(mark => mark.purpose === purpose);

test('every request for a window is marked, with the DUT left alone before and after, and the trace holds all of it', async () => {
  const { outcome, marks } = await measured({ meter: meterGear({ rateHz: 100_000 }, { marker: 'D0' }) });
  expect(outcome).toEqual({ status: 'complete' });
  const purposes = marks.map(({ purpose }) => purpose);
  const each = Array<string>(12).fill('inference');
  expect(purposes).toEqual(['warmup', 'scaling', 'scaling', 'idle', ...each, 'profile', 'idle']);
  for (const { sentMs, heardMs, runs } of marks) expect(heardMs - sentMs).toBeCloseTo(runs ? 50 * runs + 2 : 1000, 1);
  for (const [index, { sentMs }] of marks.slice(1).entries())
    expect(sentMs).toBeGreaterThanOrEqual(marks[index]?.heardMs ?? 0);

  using trace = openTrace(folder);
  expect(trace.facts).toMatchObject({ rateHz: 100_000, supplyMv: 3300, marker: 'D0', meter: { kind: 'mock' } });
  const { startMs = Number.NaN } = trace.facts;
  expect(startMs).toBeLessThanOrEqual(marks[0]?.sentMs ?? -1);
  expect(startMs + trace.samples / 100).toBeGreaterThanOrEqual((marks.at(-1)?.heardMs ?? 0) - 10);
});

test('what no other sample tells of a window is in its mark', async () => {
  const { marks } = await measured({ meter: meterGear(), suite: suiteWith({ periodMs: 500, periods: 1 }) });
  expect(of(marks, 'inference')[0]).not.toHaveProperty('ticks');
  expect(of(marks, 'inference').map(({ vector }) => vector)).toEqual(inputs.map((_, vector) => vector));
  expect(of(marks, 'scaling').map(({ runs, ticks }) => [runs, ticks])).toEqual([
    [1, 50_000],
    [2, 100_000],
  ]);
  expect(of(marks, 'period')[0]).toMatchObject({ ticks: 50_000, output: 'AwIBAA==', isPulse: true });
});

test('without a meter, and without a wish for current, a recording is what it always was', async () => {
  const plain = await measured({ suite: suiteWith(undefined) });
  const files = ['wire.jsonl', 'samples.jsonl'] as const;
  const [wire] = files.map(file => readFileSync(join(folder, file), 'utf8'));
  const unasked = await measured({ suite: suiteWith(undefined), meter: meterGear() });
  expect(unasked.samples).toEqual(plain.samples);
  expect(readFileSync(join(folder, 'wire.jsonl'), 'utf8')).toHaveLength(wire?.length ?? 0);
  expect(hasTrace(folder)).toBe(false);
  const unmetered = await measured();
  expect(unmetered.samples).toEqual(plain.samples);
  expect(hasTrace(folder)).toBe(false);
});

test('single inferences that the meter tells apart are enough; where it cannot, ten windows of many are taken', async () => {
  const precise = await measured({ meter: meterGear({ rateHz: 4000 }, { marker: 'D0' }) });
  expect(of(precise.marks, 'window')).toEqual([]);
  const coarse = await measured({ meter: meterGear({ rateHz: 3000 }, { marker: 'D0' }) });
  const windows = of(coarse.marks, 'window');
  expect(windows.map(({ vector }) => vector)).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9, 10]);
  expect(new Set(windows.map(({ runs }) => runs))).toEqual(new Set([3]));
  expect(windows[5]).toMatchObject({ ticks: 150_000, output: Buffer.of(3, 2, 1, 6).toString('base64') });
});

test('without a wire for the marker a window is a hundred times what the link was seen to take, and more', async () => {
  const { marks } = await measured({ meter: meterGear() });
  const [first] = of(marks, 'window');
  const leastMs = 100 * ((3 * 2) / 2 + 5); // of the 2 ms that the link takes, and of what the meter does
  expect(50 * (first?.runs ?? 0)).toBeGreaterThanOrEqual(leastMs);
  expect(50 * (first?.runs ?? 0)).toBeLessThan(leastMs + 150);
});

/** Long windows are late once in so many. */
const lateEvery = (times: number) => {
  let long = 0;
  return (repeat: number) => (repeat > 2 && ++long % times === 0 ? 100 : 2);
};

test('a window whose answer was late, which without a wire has no place, is taken again', async () => {
  const late = lateEvery(4);
  const { marks } = await measured({
    mock: () => ({ windowMs: (_, repeat) => 50 * repeat + late(repeat) }),
    meter: meterGear(),
  });
  const windows = of(marks, 'window');
  expect(windows.map(({ vector }) => vector)).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9, 10]);
  for (const { runs, sentMs, heardMs } of windows) expect(heardMs - sentMs - 50 * runs).toBeCloseTo(2, 1);
  const inVain = of(marks, 'warmup').filter(({ runs }) => runs > 2);
  expect(inVain.map(({ vector }) => vector)).toEqual([3, 7, 10]);
  const usual = windows[0]?.runs ?? 0;
  const longer = windows.filter(({ runs }) => runs !== usual);
  expect(longer.map(({ vector, runs }) => [vector, runs])).toEqual([3, 7, 10].map(vector => [vector, 4 * usual]));
});

test('what is late each time is measured all the same, and by a wire at once', async () => {
  const late: MockOptions = { windowMs: (_, repeat) => 50 * repeat + (repeat > 2 ? 100 : 2) };
  const never = await measured({ mock: () => late, meter: meterGear() });
  expect(of(never.marks, 'window')).toHaveLength(10);
  expect(of(never.marks, 'warmup').filter(({ runs }) => runs > 2)).toHaveLength(20);
  const wired = await measured({ mock: () => late, meter: meterGear({ rateHz: 3000 }, { marker: 'D0' }) });
  expect(of(wired.marks, 'window')).toHaveLength(10);
  expect(of(wired.marks, 'warmup')).toHaveLength(1);
});

test('inferences of a duty cycle begin a period after one another, whatever each takes, and their input is sent once', async () => {
  const { marks, progress } = await measured({
    mock: () => ({ windowMs: inference => 50 + (inference % 3) * 40 }),
    meter: meterGear(),
    suite: suiteWith({ periodMs: 500, periods: 4 }),
  });
  const periods = of(marks, 'period');
  expect(periods).toHaveLength(5);
  for (const [index, { sentMs }] of periods.entries())
    expect(sentMs - (periods[0]?.sentMs ?? 0)).toBeCloseTo(500 * index, 0);
  expect(progress.flatMap(({ busy }) => busy ?? [])).toEqual(
    expect.arrayContaining(['idle for 1 s', 'period 1/4', 'period 4/4']),
  );
  expect(requestsIn(periods)).toEqual(Array<number>(4).fill(kinds.infer));
});

/** What was sent to the DUT from after the first of these windows to the begin of the last. */
function requestsIn(marks: readonly MarkSample[]): readonly number[] {
  const [fromMs, untilMs] = [marks[0]?.heardMs ?? 0, (marks.at(-1)?.sentMs ?? 0) + 1];
  const sent = readWire(folder).filter(({ dir, ms }) => dir === 'tx' && ms >= fromMs && ms < untilMs);
  const parse = frameParser();
  const items = sent.flatMap(({ data }) => [...parse(Buffer.from(data, 'base64'))]);
  return items.flatMap(item => (item.kind === 'frame' ? [item.frame.kind] : []));
}

test('an input that the runtime has computed over is sent again', async () => {
  const { outcome, marks } = await measured({
    mock: () => ({
      infer(input) {
        queueMicrotask(() => input.fill(99));
        return input.toReversed();
      },
    }),
    meter: meterGear(),
    suite: suiteWith({ periodMs: 500, periods: 1 }),
  });
  expect(outcome).toEqual({ status: 'complete' });
  const periods = of(marks, 'period');
  expect(periods.map(({ output }) => output)).toEqual(['AwIBAA==', 'AwIBAA==']);
  expect(requestsIn(periods).slice(0, 3)).toEqual([kinds.infer, kinds.write, kinds.infer]);
});

test('a period that an inference does not fit into is not measured, and the trace says so', async () => {
  const { outcome, marks } = await measured({ meter: meterGear(), suite: suiteWith({ periodMs: 40 }) });
  expect(outcome).toEqual({ status: 'complete' });
  expect(of(marks, 'period')).toEqual([]);
  using trace = openTrace(folder);
  expect(trace.events).toContainEqual(
    expect.objectContaining({
      kind: 'note',
      text: 'no duty cycle was measured: an inference takes 0.0500 s, and the period is 0.04 s',
    }),
  );
});

test('the DUT is left alone, and its duty cycle measured, in the first boot only', async () => {
  const { marks } = await measured({
    mock: () => ({ resets: true }),
    meter: meterGear(),
    suite: suiteWith({ periodMs: 500, periods: 1 }, { boots: 2 }),
  });
  const second = new Set(marks.filter(({ boot }) => boot === 1).map(({ purpose }) => purpose));
  expect(second).toEqual(new Set(['warmup', 'scaling', 'inference', 'profile']));
});

test('inputs that are fed have no windows, and the DUT is left alone all the same', async () => {
  const { marks } = await measured({
    mock: () => ({ windowBytes: 64 }),
    meter: meterGear(),
    suite: suiteWith({}, { only: 'accuracy' }),
  });
  expect(marks.map(({ purpose }) => purpose)).toEqual(['idle', 'idle']);
});

test('a meter that is lost ends the trace with its reason, and nothing of the session', async () => {
  const { outcome, samples, steps } = await measured({ meter: meterGear({ lostAfter: 1.5 }) });
  expect(outcome).toEqual({ status: 'complete' });
  expect(samples.filter(({ kind }) => kind === 'inference')).toHaveLength(12);
  expect(steps.at(-1)).toMatchObject({ step: 'meter', worked: false, detail: 'was unplugged' });
  using trace = openTrace(folder);
  expect(trace.samples).toBe(1500);
  expect(trace.events.at(-1)).toEqual({ kind: 'note', sample: 1500, text: 'the meter was lost: was unplugged' });
});

test('a meter that does not stop keeps nobody waiting', async () => {
  const gear = meterGear();
  const open: PowerMeter['open'] = async signal => ({
    ...(await gear.meter.open(signal)),
    stop: () => new Promise(() => {}),
  });
  const { outcome, steps } = await measured({ meter: { ...gear, meter: { ...gear.meter, open } } });
  expect(outcome).toEqual({ status: 'complete' });
  expect(steps.at(-1)).toMatchObject({ step: 'meter', worked: false, detail: 'it did not stop within 5 s' });
});

test('a meter that cannot be had breaks the case before the board is touched; one that is not there leaves it out', async () => {
  const gear = meterGear();
  const failing = (error: Error): MeterGear => ({
    ...gear,
    meter: { ...gear.meter, open: () => Promise.reject(error) },
  });
  const refused = new TargetError('is no PPK2', 'the meter', 'look at the cable');
  expect((await measured({ meter: failing(refused) })).outcome).toMatchObject({ status: 'broken' });
  const absent = new PortAbsent('no port is a PPK2', 'the meter', 'plug it in');
  expect((await measured({ meter: failing(absent) })).outcome).toMatchObject({ status: 'skipped' });
  expect((await measured({ meter: failing(absent), isRequired: true })).outcome).toMatchObject({ status: 'broken' });
  expect(done).toEqual([]);
});

test('what an interrupted session has traced is kept, and the meter given back', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(new TargetError('the run was interrupted', 'tickmark', 'run it again')), 1500);
  const { outcome, did } = await measured({ meter: meterGear({}, {}), signal: abort.signal });
  expect(outcome).toMatchObject({ status: 'broken', reason: expect.stringContaining('interrupted') as string });
  expect(did).toEqual(['meter', 'found']);
  using trace = openTrace(folder);
  expect(trace.samples).toBeGreaterThan(1000);
});

const supply = () => meterGear({ supplies: true });

test('a board that runs from its meter is on before its port is opened, whatever the suite asks for, and stays on', async () => {
  const { outcome, marks } = await measured({ meter: supply(), suite: suiteWith(undefined) });
  expect(outcome).toEqual({ status: 'complete' });
  expect(done).toEqual(['meter', 'supply on', 'open']);
  expect(marks).toEqual([]);
});

test('its trace begins with its power-on, heard from the first byte on', async () => {
  const { outcome, did, steps } = await measured({
    mock: () => ({ resetCause: 'power-on' }),
    meter: supply(),
    rig: { probe: 'gone' },
  });
  expect(outcome).toEqual({ status: 'complete' });
  expect(done).toEqual(['meter', 'supply on', 'open', 'supply off', 'supply on']);
  expect(did).toEqual(['meter', 'found', 'power']);
  expect(steps.at(-1)?.detail).toBe('mock; the firmware says that it was powered on');
  using trace = openTrace(folder);
  const supplies = trace.events.flatMap(event => (event.kind === 'supply' ? [event.isOn] : []));
  expect(supplies).toEqual([true, false, true]);
});

test('whoever is interrupted while the power is off finds it on', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(new TargetError('the run was interrupted', 'tickmark', 'run it again')), 700);
  const { outcome } = await measured({ meter: supply(), signal: abort.signal });
  expect(outcome).toMatchObject({ status: 'broken' });
  expect(done).toEqual(['meter', 'supply on', 'open', 'supply off', 'supply on']);
});

test('the meter is a rung of the ladder', async () => {
  const { outcome, did } = await measured({
    mock: () => ({ faults: { drop: Array.from({ length: 30 }, (_, index) => index) } }),
    meter: supply(),
    suite: suiteWith(undefined),
    gear: { rungs: ['power'] },
  });
  expect(did).toEqual(['found', 'no power']);
  expect(outcome).toMatchObject({ status: 'broken', reason: expect.stringContaining('no help: power') as string });
});

function prober(more: Partial<Flasher> = {}): Flasher {
  return {
    name: 'openocd',
    needsPort: false,
    missing: async () => undefined,
    flash: async () => void done.push('flash'),
    ...more,
  };
}

function inFlash(): MockOptions {
  return { buildId: done.includes('flash') ? buildId : '0d'.repeat(20) };
}

/** What is in the flash until it is flashed. */
function otherBuild(): Setup {
  return { mock: inFlash, meter: meterGear(), rig: { probe: 'gone' } };
}

function hub(): PowerSwitch {
  return {
    name: 'uhubctl',
    missing: async () => undefined,
    off: async () => void done.push('hub off'),
    on: async () => void done.push('hub on'),
  };
}

const probed = { rig: { probe: 'attached' } } as const;

test('after a debug probe was attached the power is cut before anything is measured', async () => {
  const { outcome, did, steps } = await measured({
    ...probed,
    mock: () => ({ resetCause: 'power-on' }),
    meter: meterGear(),
    gear: { flasher: prober(), power: hub() },
  });
  expect(outcome).toEqual({ status: 'complete' });
  expect(done).toEqual(['meter', 'hub off', 'hub on', 'open']);
  expect(did).toEqual(['meter', 'found', 'power']);
  expect(steps.at(-1)?.detail).toMatch(/uhubctl; the port stayed, but the firmware says that it was powered on/);
});

test('a flash by a probe is one; the power that is cut for it is sampled after it', async () => {
  const { did } = await measured({ ...otherBuild(), gear: { flasher: prober(), power: hub() } });
  expect(done).toEqual(['meter', 'open', 'flash', 'hub off', 'hub on', 'open']);
  expect(did).toEqual(['meter', 'found', 'flash', 'power']);
});

test('other firmware that answers after the power was cut for the trace is no failure of that', async () => {
  const { did } = await measured({ ...otherBuild(), meter: supply(), gear: { flasher: prober() } });
  expect(did).toEqual(['meter', 'found', 'power', 'flash', 'power']);
});

test('a boot loader is no probe', async () => {
  await measured({ ...otherBuild(), gear: { flasher: prober({ isBootLoader: true }), power: hub() } });
  expect(done).toEqual(['meter', 'open', 'flash', 'open']);
});

test('where nothing cuts the power after a probe, that is sampled; where none was attached, there is nothing to say', async () => {
  const hot = await measured({ ...probed, meter: meterGear(), gear: { flasher: prober() } });
  expect(hot.outcome).toEqual({ status: 'complete' });
  expect(hot.did).toEqual(['meter', 'no power', 'found']);
  expect(hot.steps[1]?.detail).toMatch(/nothing here can, and a debug probe was attached: name `power`/);
  const cool = await measured({ meter: meterGear(), gear: { flasher: prober() } });
  expect(cool.did).toEqual(['meter', 'found']);
});

test('a power that was cut once needs no other cut until the next probe', async () => {
  const rig = { probe: 'gone' } as const;
  await measured({ meter: meterGear(), rig, gear: { power: hub() } });
  expect(done).toEqual(['meter', 'open']);
});
