import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PortAbsent, PortRefused, TargetError } from '../errors.ts';
import type { Flasher, PowerSwitch } from '../flash/port.ts';
import { type MockOptions, mockTarget } from '../protocol/mock.ts';
import type { AgentProtocol, LogProtocol } from '../protocol/port.ts';
import { tickmarkProtocol } from '../protocol/tickmark.ts';
import { queueOf } from '../queue.ts';
import { readRecording } from '../recording/read.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { RigSample, Sample } from '../recording/recording.ts';
import type { Rung } from '../suite/board.ts';
import type { Suite } from '../suite/suite.ts';
import type { Link, SerialTarget } from '../target/port.ts';
import { boardBoots } from './board-boots.ts';
import type { Gear, Rig } from './rig.ts';
import { type Job, measure } from './session.ts';

const oldBuild = '0d'.repeat(20);
const newBuild = 'ab'.repeat(20);
const model = Uint8Array.from({ length: 64 }, (_, index) => index);
const image = { path: '/app.elf', file: 'app.elf', sha256: '5a', flashBytes: 10, ramBytes: 20, buildId: newBuild };
const port = { id: 'usb-1-1.4-0', path: '/dev/ttyACM0' };

/** A board, as far as a rig can tell: what is in its flash, and what it would take to make it answer. */
interface Desk {
  build: string;
  isPluggedIn: boolean;
  /** Until one of these is done to it. */
  hangsUntil: readonly string[];
  /** What writing into its flash leaves there. */
  flashTakes: string;
  /** The model in its flash, where its image carries one. */
  model?: Uint8Array;
  /** What power off does to its port. */
  portGoesWithPower: boolean;
  readonly done: string[];
  readonly mock: MockOptions;
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickmark-test-'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function aDesk(desk: Partial<Desk> = {}): Desk {
  return {
    build: newBuild,
    isPluggedIn: true,
    hangsUntil: [],
    flashTakes: newBuild,
    portGoesWithPower: true,
    done: [],
    mock: {},
    ...desk,
  };
}

function does(desk: Desk, what: string): void {
  desk.done.push(what);
  if (desk.hangsUntil.includes(what)) desk.hangsUntil = [];
}

function targetOn(desk: Desk, hasLines: boolean): SerialTarget {
  const absent = new PortAbsent('no port is USB 0483:374b', 'nucleo', 'plug the board in');
  return {
    name: 'nucleo',
    basis: 'silicon',
    isPresent: async () => desk.isPluggedIn,
    async find() {
      if (!desk.isPluggedIn) throw absent;
      return port;
    },
    async open(path, signal) {
      if (!desk.isPluggedIn) throw absent;
      does(desk, hasLines ? 'lines' : 'open');
      if (desk.hangsUntil.length > 0) return deadLink();
      const link = await mockTarget({ ...desk.mock, buildId: desk.build }).open(path, signal);
      if (desk.model) await link.memory?.write(0x1010_0000, desk.model);
      return link;
    },
  };
}

function deadLink(): Link {
  const bytes = queueOf<Uint8Array>();
  return { bytes, write: async () => {}, [Symbol.asyncDispose]: async () => bytes.end() };
}

function flasherOn(desk: Desk, flasher: Partial<Flasher> = {}): Flasher {
  return {
    name: 'openocd',
    needsPort: false,
    missing: async () => undefined,
    async flash(path, io) {
      io.log(`writing ${path}`);
      desk.build = desk.flashTakes;
      does(desk, 'flash');
    },
    reset: async () => does(desk, 'probe'),
    ...flasher,
  };
}

function powerOn(desk: Desk): PowerSwitch {
  return {
    name: 'uhubctl',
    missing: async () => undefined,
    async off() {
      desk.isPluggedIn = !desk.portGoesWithPower;
    },
    async on() {
      desk.isPluggedIn = true;
      does(desk, 'power');
    },
  };
}

function aRig(desk: Desk, gear: Partial<Gear> = {}): Rig {
  const { hasLines = false, rungs = ['soft', 'lines', 'probe', 'power'] as readonly Rung[] } = gear;
  return { gear: { target: targetOn(desk, hasLines), hasLines, rungs, bootMs: 1000, ...gear }, port };
}

interface Measured {
  readonly outcome: { readonly status: string; readonly reason?: string };
  readonly steps: readonly string[];
  readonly board: unknown;
  readonly rig: readonly RigSample[];
}

/** Measures a case on a rig, however long that takes by the fake clock. */
async function measured(
  rig: Rig,
  rest: Partial<Pick<Job, 'expected' | 'suite' | 'image' | 'protocol'>> = {},
): Promise<Measured> {
  using recorder = createRecorder(folder, () => 0);
  const job: Job = {
    suite,
    target: rig.gear.target,
    protocol: tickmarkProtocol({ readyMs: 10, retryMs: 10 }),
    image,
    model,
    inputs: [Uint8Array.of(1, 2, 3, 4)],
    recorder,
    clock: { nowMs: () => performance.now(), nowIso: () => '2026-01-01T00:00:00.000Z' },
    onProgress: () => {},
    rig,
    ...rest,
  };
  const state = { isOver: false };
  const measuring = measure(job, new AbortController().signal).finally(() => (state.isOver = true));
  while (!state.isOver) await vi.advanceTimersByTimeAsync(100);
  const { outcome, board } = await measuring;
  const steps = readRecording(folder).samples.filter(sample => sample.kind === 'rig');
  return { outcome, board, rig: steps, steps: steps.map(({ step, worked }) => `${step}${worked ? '' : ' in vain'}`) };
}

const suite: Suite = {
  name: 'hum',
  file: '/suites/hum/suite.yaml',
  model: { file: '/suites/hum/hum.tflite' },
  firmware: {},
  vectors: { inputs: '/suites/hum/hum.bin', preprocess: [] },
  task: { kind: 'classification' },
  targets: ['nucleo'],
  measure: { warmup: 1, boots: 1, timeoutMs: 1_000, link: 'memory' },
  robustness: [],
  budgets: [],
  on: {},
};

test('a board that proves that it runs this build is not flashed', async () => {
  const desk = aDesk();
  const { outcome, steps, board } = await measured(aRig(desk, { flasher: flasherOn(desk) }));
  expect(outcome).toEqual({ status: 'complete' });
  expect(steps).toEqual(['found']);
  expect(board).toEqual({ port: 'usb-1-1.4-0', path: '/dev/ttyACM0', flasher: 'openocd', proof: 'its build id' });
});

test('another build is flashed over, and the new one has to answer', async () => {
  const desk = aDesk({ build: oldBuild });
  const { outcome, steps, rig } = await measured(aRig(desk, { flasher: flasherOn(desk) }));
  expect(outcome).toEqual({ status: 'complete' });
  expect(steps).toEqual(['found', 'flash']);
  expect(rig[1]).toMatchObject({ detail: 'openocd' });
  expect(readFileSync(join(folder, 'rig.log'), 'utf8')).toBe('writing /app.elf\n');
});

const carrying = { ...image, carriesModel: true };

test('the same build with another model in the flash is flashed over', async () => {
  const desk = aDesk({ model: model.toReversed() });
  const flash = async (): Promise<void> => {
    desk.model = model;
    does(desk, 'flash');
  };
  const { outcome, steps } = await measured(aRig(desk, { flasher: flasherOn(desk, { flash }) }), { image: carrying });
  expect(outcome).toEqual({ status: 'complete' });
  expect(steps).toEqual(['found', 'flash']);
});

test('another model that stays in the flash is broken with both', async () => {
  const desk = aDesk({ model: model.toReversed() });
  const { outcome } = await measured(aRig(desk, { flasher: flasherOn(desk) }), { image: carrying });
  expect(outcome.status).toBe('broken');
  expect(outcome.reason).toMatch(
    /has written the image, and still the model in the DUT is not the suite's in its image/,
  );
});

test('firmware that never ends its proof is given up, and flashed over', async () => {
  const desk = aDesk({ model });
  const agent = tickmarkProtocol({ readyMs: 10, retryMs: 10 });
  const protocol: AgentProtocol = {
    ...agent,
    async connect(link, signal) {
      const dut = await agent.connect(link, signal);
      return desk.done.includes('flash') ? dut : { ...dut, proveModel: () => new Promise<never>(() => {}) };
    },
  };
  const { outcome, rig } = await measured(aRig(desk, { flasher: flasherOn(desk) }), { image: carrying, protocol });
  expect(outcome).toEqual({ status: 'complete' });
  expect(rig.map(({ step }) => step)).toEqual(['found', 'flash']);
});

test('without a flasher, another build is broken with both', async () => {
  const desk = aDesk({ build: oldBuild });
  const { outcome } = await measured(aRig(desk));
  expect(outcome).toMatchObject({
    status: 'broken',
    reason: expect.stringContaining(`${oldBuild}, the image is build ${newBuild}`),
  });
});

test('a flash that changes nothing is broken with both builds, and the ladder is left alone', async () => {
  const desk = aDesk({ build: oldBuild, flashTakes: oldBuild });
  const rig = aRig(desk, { flasher: flasherOn(desk), power: powerOn(desk) });
  const { outcome, steps } = await measured(rig);
  expect(outcome.reason).toMatch(/openocd says that it has written the image, and still .*0d0d.*abab.*another board/s);
  expect(steps).toEqual(['found', 'flash in vain']);
  expect(rig.isWorthAgain).toBe(false);
});

test('the flasher is told the probe that the port is a side of', async () => {
  const desk = aDesk({ build: oldBuild });
  const usb = { vendorId: '0483', productId: '374b', serial: '066DFF' };
  const own = { ...port, usb };
  const given: unknown[] = [];
  const flasher = flasherOn(desk);
  const flash: Flasher['flash'] = (path, io, signal) => {
    given.push(io.probe);
    return flasher.flash(path, io, signal);
  };
  const target: SerialTarget = { ...targetOn(desk, false), find: async () => own };
  const { gear } = aRig(desk, { target, flasher: { ...flasher, flash } });
  expect((await measured({ gear, port: own })).outcome).toEqual({ status: 'complete' });
  expect(given).toEqual([{ kind: 'st-link', ...usb }]);
});

test.each([true, false])('a flasher can look whether the chip’s own USB is still there: %s', async isNative => {
  const desk = aDesk({ build: oldBuild });
  const seen: unknown[] = [];
  const flasher = flasherOn(desk);
  const flash: Flasher['flash'] = async (path, io, signal) => {
    seen.push(await io.isRunning?.());
    desk.isPluggedIn = false;
    seen.push(await io.isRunning?.());
    desk.isPluggedIn = true;
    await flasher.flash(path, io, signal);
  };
  const { outcome } = await measured(aRig(desk, { isNative, flasher: { ...flasher, flash } }));
  expect(outcome).toEqual({ status: 'complete' });
  expect(seen).toEqual(isNative ? [true, false] : [undefined, undefined]);
});

test('a tool that is not installed is asked for only where it would be needed', async () => {
  const missing = flasherOn(aDesk(), uninstalled);
  expect((await measured(aRig(aDesk(), { flasher: missing }))).outcome).toEqual({ status: 'complete' });
  const { outcome } = await measured(aRig(aDesk({ build: oldBuild }), { flasher: missing }));
  expect(outcome).toMatchObject({ status: 'skipped', reason: expect.stringContaining('apt install openocd') });
});

const uninstalled = { missing: async () => 'openocd is not installed: apt install openocd' };

test('a silent board climbs also where nothing here could write the image into it', async () => {
  const desk = aDesk({ hangsUntil: ['power'] });
  const gear = () => ({ flasher: flasherOn(desk, { ...uninstalled, reset: fails }), power: powerOn(desk) });
  const { outcome, steps } = await measured(aRig(desk, gear()));
  expect(outcome).toEqual({ status: 'complete' });
  expect(steps).toEqual(['found', 'probe in vain', 'power']);

  desk.hangsUntil = ['a miracle'];
  const lost = await measured(aRig(desk, gear()));
  expect(lost.outcome).toMatchObject({
    status: 'broken',
    reason: expect.stringMatching(/no answer to HELLO.*no help: probe, power\n.*apt install openocd/s),
  });
});

test('a tool that failed and then did its work is not what a board was lost by', async () => {
  const desk = aDesk({ hangsUntil: ['a miracle'] });
  let flashings = 0;
  const flash = async (): Promise<void> => (flashings++ === 0 ? fails() : undefined);
  const { outcome } = await measured(aRig(desk, { flasher: flasherOn(desk, { flash }), power: powerOn(desk) }));
  expect(flashings).toBe(2);
  expect(outcome.reason).toContain('no answer to HELLO');
});

test.each([
  { hangsUntil: ['flash'], steps: ['found', 'flash'] },
  { hangsUntil: ['probe'], steps: ['found', 'flash in vain', 'probe'] },
  { hangsUntil: ['power'], steps: ['found', 'flash in vain', 'probe in vain', 'power'] },
])(
  'a silent board that is new to this run is flashed, then climbs until $hangsUntil',
  async ({ hangsUntil, steps }) => {
    const desk = aDesk({ hangsUntil });
    const seen = await measured(aRig(desk, { flasher: flasherOn(desk), power: powerOn(desk) }));
    expect(seen.outcome).toEqual({ status: 'complete' });
    expect(seen.steps).toEqual(steps);
  },
);

test('a board that ran this build a case ago climbs without being flashed', async () => {
  const desk = aDesk();
  const rig = aRig(desk, { flasher: flasherOn(desk), power: powerOn(desk) });
  await measured(rig);
  desk.hangsUntil = ['probe'];
  expect((await measured(rig)).steps).toEqual(['found', 'probe']);
});

test('DTR and RTS are tried before the probe', async () => {
  const desk = aDesk();
  const rig = aRig(desk, { hasLines: true, flasher: flasherOn(desk) });
  await measured(rig);
  desk.hangsUntil = ['probe'];
  expect((await measured(rig)).steps).toEqual(['found', 'lines in vain', 'probe']);
});

const never = new AbortController().signal;
const fails = () => Promise.reject(new TargetError('no probe answers', 'openocd', 'plug it in'));

test('a tool that fails is passed over, and its words are in the recording', async () => {
  const desk = aDesk({ hangsUntil: ['power'] });
  const flasher = flasherOn(desk, { flash: fails, reset: fails });
  const { steps, rig } = await measured(aRig(desk, { flasher, power: powerOn(desk) }));
  expect(steps).toEqual(['found', 'flash in vain', 'probe in vain', 'power']);
  expect(rig[2]).toMatchObject({ detail: 'openocd: no probe answers' });
});

test('the power is seen to drop by the port that goes away with it', async () => {
  const desk = aDesk({ hangsUntil: ['power'] });
  const { rig } = await measured(aRig(desk, { power: powerOn(desk) }));
  expect(rig.at(-1)).toMatchObject({ step: 'power', worked: true, detail: 'uhubctl; the port went away with it' });
});

test('power that may not have dropped is said so', async () => {
  const desk = aDesk({ hangsUntil: ['power'], portGoesWithPower: false });
  const { rig } = await measured(aRig(desk, { power: powerOn(desk) }));
  expect(rig.at(-1)).toMatchObject({
    worked: true,
    detail: 'uhubctl says off, but the port stayed: whether the power dropped is not known',
  });
});

test('a power switch that fails is told by its name and its last words, in a line', async () => {
  const desk = aDesk({ hangsUntil: ['power'] });
  const failed = new TargetError('failed (exit code 3):\n      no /dev/relay0', 'relay', 'see rig.log');
  const { rig } = await measured(aRig(desk, { power: { ...powerOn(desk), off: () => Promise.reject(failed) } }));
  expect(rig.at(-1)).toMatchObject({
    step: 'power',
    worked: false,
    detail: 'relay: failed (exit code 3): no /dev/relay0',
  });
});

test('a board that nothing helps is sick, for its first cause', async () => {
  const desk = aDesk({ hangsUntil: ['a miracle'] });
  const rig = aRig(desk, { flasher: flasherOn(desk), power: powerOn(desk) });
  const { outcome, steps } = await measured(rig);
  expect(steps).toEqual(['found', 'flash in vain', 'probe in vain', 'power in vain']);
  expect(outcome).toMatchObject({
    status: 'broken',
    reason: expect.stringMatching(/no answer to HELLO.*no help: flash, probe, power/s),
  });
  expect(rig.sick).toContain('no answer to HELLO');
  expect(rig.isWorthAgain).toBe(false);
});

test('a port that has vanished is waited for, and found again', async () => {
  const desk = aDesk({ isPluggedIn: false });
  setTimeout(() => (desk.isPluggedIn = true), 3000);
  const { outcome, steps } = await measured(aRig(desk, { flasher: flasherOn(desk) }));
  expect(outcome).toEqual({ status: 'complete' });
  expect(steps).toEqual(['found', 'found']);
});

test('a port that does not come back sends nobody to a log of tools when none was run', async () => {
  const { outcome, steps } = await measured(aRig(aDesk({ isPluggedIn: false })));
  expect(steps).toEqual(['found in vain', 'soft in vain']);
  expect(outcome).toMatchObject({
    status: 'broken',
    reason: expect.stringMatching(
      /no port is USB 0483:374b; no help: soft\n.*; name in its board file what can reset it/,
    ),
  });
});

test('a port that another program has open is nobody’s to reset', async () => {
  const desk = aDesk();
  const busy = new PortRefused('/dev/ttyACM0 is open in minicom', 'nucleo', 'end it');
  const rig = aRig(desk, {
    power: powerOn(desk),
    target: { ...targetOn(desk, false), open: () => Promise.reject(busy) },
  });
  const { outcome } = await measured(rig);
  expect(outcome).toMatchObject({ status: 'broken', reason: expect.stringContaining('minicom') });
  expect(desk.done).toEqual([]);
});

test.each([
  { refusedMs: 500, status: 'complete' },
  { refusedMs: 60_000, status: 'broken' },
])(
  'a port that has just come back may belong to nobody yet, or to what looks at every new port: $refusedMs ms',
  async ({ refusedMs, status }) => {
    const desk = aDesk({ hangsUntil: ['power'] });
    const target = targetOn(desk, false);
    const refused = new PortRefused('this user may not use /dev/ttyACM0', 'nucleo', 'sudo usermod');
    let cameMs = Number.NEGATIVE_INFINITY;
    const power = {
      ...powerOn(desk),
      on: async () => ((cameMs = performance.now()), powerOn(desk).on({ log() {} }, never)),
    };
    const open: SerialTarget['open'] = (path, signal) =>
      performance.now() < cameMs + refusedMs ? Promise.reject(refused) : target.open(path, signal);
    const { outcome } = await measured(aRig(desk, { target: { ...target, open }, power }));
    expect(outcome.status).toBe(status);
  },
);

test.each([
  {
    name: 'the wrong one of two boards',
    expected: { unit: 'AA01' },
    reason: /unit bb02 answers, the board file means unit AA01/,
  },
  {
    name: 'firmware for another board',
    expected: { announces: 'disco' },
    reason: /built for "mock", the board file announces "disco"/,
  },
  {
    name: 'another rate',
    expected: { ticks: { source: 'declared', rateHz: 2e6 } },
    reason: /declared at 1,000,000 Hz, the board file has declared at 2,000,000 Hz/,
  },
  {
    name: 'another timer',
    expected: { ticks: { source: 'dwt', rateHz: 1e6 } },
    reason: /ticks are of declared at .* has dwt/,
  },
])(
  '$name is broken with both values, before anything was measured, and no case is tried again',
  async ({ expected, reason }) => {
    const desk = aDesk({ mock: { unit: 'bb02' } });
    const rig = aRig(desk, { flasher: flasherOn(desk), power: powerOn(desk) });
    const { outcome, steps } = await measured(rig, { expected });
    expect(outcome).toMatchObject({ status: 'broken', reason: expect.stringMatching(reason) });
    expect(steps).toEqual(['found']);
    expect(rig.isWorthAgain).toBe(false);
  },
);

test.each([
  { source: 'dwt', rateHz: 2e6, status: 'complete' },
  { source: 'declared', rateHz: 2e6, status: 'broken' },
])(
  "a user's own firmware may count another timer, but not the board's at another rate",
  async ({ status, ...ticks }) => {
    const rig = aRig(aDesk());
    const { outcome } = await measured(rig, { expected: { ticks }, image: { ...image, isOwn: true } });
    expect(outcome.status).toBe(status);
  },
);

test('the wrong one of two boards is not flashed, whatever it runs', async () => {
  const desk = aDesk({ build: oldBuild, mock: { unit: 'bb02' } });
  const { outcome } = await measured(aRig(desk, { flasher: flasherOn(desk) }), { expected: { unit: 'aa01' } });
  expect(outcome.reason).toContain('unit bb02');
  expect(desk.done).toEqual(['open']);
});

const usb = { vendorId: '0483', productId: '374b', location: '1-1.4' };

test.each([
  { before: { ...usb, serial: 'A' }, now: { ...usb, location: '1-1.3', serial: 'B' }, isSame: false },
  { before: usb, now: { ...usb, location: '1-1.3' }, isSame: false },
  { before: { ...usb, serial: 'A' }, now: { ...usb, location: '1-1.3', serial: 'A' }, isSame: true },
  { before: { ...usb, serial: 'A' }, now: { ...usb, serial: 'of other firmware' }, isSame: true },
])(
  'a board that comes in the place of the one that a run has is neither talked to nor flashed: $now for $before',
  async ({ before, now, isSame }) => {
    const desk = aDesk({ build: oldBuild });
    const target = { ...targetOn(desk, false), find: async () => ({ ...port, usb: now }) };
    const rig: Rig = { ...aRig(desk, { target, flasher: flasherOn(desk) }), port: { ...port, usb: before } };
    const { outcome } = await measured(rig);
    expect(outcome.status).toBe(isSame ? 'complete' : 'broken');
    expect(desk.done).toEqual(isSame ? ['open', 'flash', 'open'] : []);
  },
);

test('a chip of which other firmware does not tell the unit is flashed, and then has to', async () => {
  const mute = aDesk({ build: oldBuild });
  const { outcome, steps } = await measured(aRig(mute, { flasher: flasherOn(mute) }), { expected: { unit: 'aa01' } });
  expect(steps).toEqual(['found', 'flash in vain']);
  expect(outcome.reason).toContain('a chip that does not tell its unit answers, the board file means unit aa01');
});

test('a board that hangs before anything was measured is reset, and the same boot is tried again', async () => {
  const desk = aDesk();
  let opened = 0;
  const target = targetOn(desk, false);
  const hanging: SerialTarget = {
    ...target,
    async open(path, signal) {
      const windowMs = () => (opened === 1 && !desk.done.includes('probe') ? 3_600_000 : 1);
      opened++;
      return mockTarget({ buildId: newBuild, windowMs }).open(path, signal);
    },
  };
  const { outcome, rig } = await measured(aRig(desk, { target: hanging, flasher: flasherOn(desk) }));
  expect(outcome).toEqual({ status: 'complete' });
  expect(rig.map(({ step, boot }) => `${step} ${boot}`)).toEqual(['found 0', 'probe 0']);
});

test('a board that hangs in an inference is given up long before the suite’s limit, and is worth another try', async () => {
  const desk = aDesk({ mock: { windowMs: inference => (inference > 5 ? 3_600_000 : 1) } });
  const rig = aRig(desk, { power: powerOn(desk) });
  const { outcome, steps } = await measured(rig);
  expect(outcome).toMatchObject({
    status: 'broken',
    reason: expect.stringMatching(/has not answered INFER for 15 s; other inferences took 0\.\d s at most/),
  });
  expect(steps).toEqual(['found']);
  expect(rig.isWorthAgain).toBe(true);
});

test('a case that completes is worth no other try, whatever became of the one before it', async () => {
  const rig = aRig(aDesk());
  rig.isWorthAgain = true;
  expect((await measured(rig)).outcome).toEqual({ status: 'complete' });
  expect(rig.isWorthAgain).toBe(false);
});

test('firmware that can is asked to reset for a boot of its own', async () => {
  const desk = aDesk({ mock: { resets: true } });
  const twice = { ...suite, measure: { ...suite.measure, boots: 2 } };
  const { outcome, rig } = await measured(aRig(desk, { flasher: flasherOn(desk) }), { suite: twice });
  expect(outcome).toEqual({ status: 'complete' });
  expect(rig.map(({ step, boot }) => `${step} ${boot}`)).toEqual(['found 0', 'soft 1']);
});

test('that the firmware says why it was reset shows that the power dropped, where the port stays', async () => {
  const desk = aDesk({ hangsUntil: ['power'], portGoesWithPower: false, mock: { resetCause: 'power-on' } });
  const { rig } = await measured(aRig(desk, { power: powerOn(desk) }));
  expect(rig.at(-1)?.detail).toBe('uhubctl; the port stayed, but the firmware says that it was powered on');
});

test('each boot after the first is a reset by the first rung that can', async () => {
  const desk = aDesk();
  const twice = { ...suite, measure: { ...suite.measure, boots: 2 } };
  const { outcome, rig } = await measured(aRig(desk, { flasher: flasherOn(desk), rungs: ['probe'] }), { suite: twice });
  expect(outcome).toEqual({ status: 'complete' });
  expect(rig.map(({ step, boot }) => `${step} ${boot}`)).toEqual(['found 0', 'probe 1']);
  const none = await measured(aRig(aDesk()), { suite: twice });
  expect(none.outcome).toMatchObject({ status: 'broken', reason: expect.stringContaining('nothing resets it') });
});

test('so is every further boot, by the same rung', async () => {
  const rig = aRig(aDesk(), { flasher: flasherOn(aDesk()), rungs: ['probe'] });
  const { outcome, rig: steps } = await measured(rig, { suite: { ...suite, measure: { ...suite.measure, boots: 4 } } });
  expect(outcome).toEqual({ status: 'complete' });
  expect(steps.map(({ step, boot }) => `${step} ${boot}`)).toEqual(['found 0', 'probe 1', 'probe 2', 'probe 3']);
});

test('a reset that fails for a boot of its own is told as that', async () => {
  const twice = { ...suite, measure: { ...suite.measure, boots: 2 } };
  const flasher = flasherOn(aDesk(), { reset: fails });
  const { outcome } = await measured(aRig(aDesk(), { flasher, rungs: ['probe'] }), { suite: twice });
  expect(outcome.reason).toMatch(/nothing resets it for a boot of its own; no help: probe/);
});

/** Boots firmware that cannot tell which it is, and the steps that it took. */
async function bootMute(rig: Rig, its = image): Promise<readonly string[]> {
  const steps: string[] = [];
  const sample = (each: Sample) => void (each.kind === 'rig' && steps.push(`${each.step}${each.worked ? '' : ': no'}`));
  const job = { rig, image: its, protocol: mute, recorder: { sample, tool: () => {} } };
  await using boots = boardBoots(job, () => {}, new AbortController().signal);
  await boots.next();
  boots.met?.({});
  return steps;
}

const mute: LogProtocol = { kind: 'log', read: () => Promise.reject(new Error('is not read here')) as never };

test('firmware that cannot tell which it is, is compared with the flash, and left there when it is the image', async () => {
  const desk = aDesk();
  const rig = aRig(desk, { flasher: flasherOn(desk, { verify: async () => desk.build === newBuild }) });
  expect(await bootMute(rig)).toEqual(['verify', 'found']);
  expect(rig.holds).toEqual({ sha256: '5a', proof: 'openocd has compared it with the flash' });
  expect(await bootMute(rig)).toEqual(['found']);
});

test('where the flash holds something else, it is written, and compared once more', async () => {
  const desk = aDesk({ build: oldBuild });
  const verify = async () => desk.build === newBuild;
  expect(await bootMute(aRig(desk, { flasher: flasherOn(desk, { verify }) }))).toEqual([
    'verify: no',
    'flash',
    'verify',
    'found',
  ]);
  const vain = aDesk({ build: oldBuild, flashTakes: oldBuild });
  const inVain = bootMute(aRig(vain, { flasher: flasherOn(vain, { verify: async () => false }) }));
  await expect(inVain).rejects.toThrow(
    'openocd says that it has written the image, and still the flash holds something else',
  );
});

test('where nobody can look into the flash, it is written once a run', async () => {
  const desk = aDesk();
  const rig = aRig(desk, { flasher: flasherOn(desk) });
  expect(await bootMute(rig)).toEqual(['flash', 'found']);
  expect(rig.holds?.proof).toBe('openocd has written it in this run');
  expect(await bootMute(rig)).toEqual(['found']);
});

test('what was in the flash is not taken to be there still once another image was written over it, in vain or not', async () => {
  const desk = aDesk();
  const rig = aRig(desk, { flasher: flasherOn(desk) });
  await bootMute(rig);
  const other = { ...image, path: '/other.elf', sha256: '0e' };
  const gear = { ...rig.gear, flasher: flasherOn(desk, { flash: fails }) };
  await expect(bootMute(Object.assign(rig, { gear }), other)).rejects.toThrow('no probe answers');
  Object.assign(rig, { gear: { ...gear, flasher: flasherOn(desk) } });
  expect(await bootMute(rig)).toEqual(['flash', 'found']);
});

test('without the tool, or without a flasher, nothing is known of the flash, and the recording says nothing of it', async () => {
  const desk = aDesk();
  const rigs = [aRig(desk), aRig(desk, { flasher: flasherOn(desk, { missing: async () => 'not installed' }) })];
  for (const rig of rigs) {
    expect(await bootMute(rig)).toEqual(['found']);
    expect(rig.holds).toBeUndefined();
  }
});
