import { execFileSync } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { InputError, PortRefused, TargetError } from '../errors.ts';
import {
  noSimulatedPpk2,
  type SimulatedPpk2,
  type SimulatedPpk2Options,
  startSimulatedPpk2,
} from '../fixtures/simulated-ppk2.ts';
import { missingTool } from '../fixtures/tools.ts';
import { pause } from '../pause.ts';
import { openLines, temporaryFolder } from '../target/fixtures/ptys.ts';
import { fakeMachine } from '../target/fixtures/sysfs.ts';
import { metadataText } from './fixtures/ppk2-words.ts';
import { testMeter } from './meter.contract.ts';
import type { OpenMeter } from './port.ts';
import { type Ppk2Options, ppk2Meter } from './ppk2.ts';

const missing = missingTool(noSimulatedPpk2 === undefined, noSimulatedPpk2 ?? '');
const { signal } = new AbortController();

describe.skipIf(missing !== undefined)(missing ?? 'a PPK2', () => {
  describe('as every meter', () => {
    let simulated: SimulatedPpk2;
    beforeAll(async () => {
      simulated = await startSimulatedPpk2();
    });
    afterAll(() => simulated[Symbol.asyncDispose]());
    testMeter({ meter: () => meterAt(simulated), openResources: openLines });
  });

  test('measures what it was simulated with, through all its ranges', async () => {
    const script = [0.03, 0.3, 3, 30, 300].map(ma => ({ ma, ms: 20 }));
    await using meter = await open({ script });
    await meter.supply?.(true);
    const { values, faults } = await measure(meter, 100);
    expect(faults).toEqual([]);
    expect(values.length).toBeGreaterThan(10_000);
    for (const [index, { ma }] of script.entries()) {
      const settled = values.slice(2000 * index + 10, 2000 * index + 1990);
      for (const value of settled) expect(Math.abs(value / ma - 1)).toBeLessThan(0.003); // half a step of its converter
    }
  });

  test('takes a sample each 10 µs of the host’s clock, to the last one', async () => {
    const simulated = await simulate();
    const meter = await meterAt(simulated).open(signal);
    const startMs = performance.now();
    const { values, faults } = await measure(meter, 1000);
    const lasted = performance.now() - startMs;
    await meter[Symbol.asyncDispose]();
    expect(faults).toEqual([]);
    expect(values.length).toBeGreaterThan(99_000);
    expect(values.length).toBeLessThan(lasted * 100);
    expect(await simulated.end()).toEqual({ samples: values.length, lost: 0, dropped: 0 });
  });

  test('sees the marker of a DUT in D0, with its current', async () => {
    const marker = join(temporaryFolder(), 'marker');
    execFileSync('mkfifo', [marker]);
    await using meter = await open({ marker, sleepMa: 0.01, activeMa: 8 });
    await meter.supply?.(true);
    const pin = createWriteStream(marker, { flags: 'r+' });
    onTestFinished(() => void pin.destroy());
    await meter.start();
    const { seen, end } = read(meter);
    await expect.poll(() => seen.values.length, { timeout: 5000 }).toBeGreaterThan(1000);
    pin.write('1');
    await expect.poll(() => seen.levels.has(1), { timeout: 5000 }).toBe(true);
    pin.write('0');
    await expect.poll(() => seen.edges, { timeout: 5000 }).toBe(2);
    await meter.stop();
    await end;
    expect(seen.activeMa).toBeCloseTo(8, 1);
    expect(seen.values.at(-1)).toBeCloseTo(0.01, 3);
  });

  test('supplies what the board file says, changes no mode under a DUT that has power, and leaves the supply as it was left', async () => {
    const simulated = await simulate();
    const meter = await meterAt(simulated, { supplyMv: 3300 }).open(signal);
    await meter.supply?.(true);
    await meter[Symbol.asyncDispose]();
    await expect.poll(() => simulated.commands).toEqual(['07', '19', '11 02', '0d 0c e4', '0c 01']);
    expect(meter.stream).toMatchObject({ supplyMv: 3300, rateHz: 100_000 });
    const between = await meterAt(simulated, { mode: 'ampere', supplyMv: 3300 }).open(signal);
    await between[Symbol.asyncDispose]();
    await expect.poll(() => simulated.commands.slice(5)).toEqual(['07', '19', '11 01', '0c 01']);
    await (await meterAt(simulated).open(signal))[Symbol.asyncDispose]();
    await expect.poll(() => simulated.commands.slice(9)).toEqual(['07', '19', '0c 00', '11 02', '0d 0c e4']);
  });

  test('tells what it was calibrated with, and that it says it was not', async () => {
    await using meter = await open({ isUncalibrated: true });
    expect(meter.facts).toMatchObject({ kind: 'ppk2', mode: 'source', mostMa: 1000, lines: { length: 8 } });
    expect(meter.facts.calibration).toMatchObject({ Calibrated: '0', HW: '49625', computedForMv: 3300 });
    expect(Number(meter.facts.calibration?.R4)).toBe(0.0564);
    expect(meter.facts.accuracy).toBeUndefined();
    expect((await measure(meter, 10)).notes).toEqual(['it says that it is not calibrated']);
  });

  test.each<[string, SimulatedPpk2Options]>([
    ['firmware 1.0', { firmware: '1.0' }],
    ['a banner', { banner: '*** PPK2 1.2.4 ***\r\n' }],
    ['a banner that ends no line', { banner: 'ppk2> ' }],
    ['an answer in pieces', { pieces: 13 }],
    ['an earlier session that left it measuring', { isStreaming: true }],
    ['a stop that takes its time', { isStreaming: true, stopDelayMs: 300 }],
  ])('%s is no hindrance', async (_, options) => {
    await using meter = await open(options);
    const { faults, values } = await measure(meter, 30);
    expect(faults).toEqual([]);
    expect(values.length).toBeGreaterThan(2000);
    expect(Math.max(...values)).toBeLessThan(0.001);
  });

  test('one that is closed while it is told to start is told to stop', async () => {
    const simulated = await simulate();
    const meter = await meterAt(simulated).open(signal);
    const refused = expect(meter.start()).rejects.toThrow(/is closed/);
    await meter[Symbol.asyncDispose]();
    await refused;
    await expect.poll(() => simulated.commands.slice(-2)).toEqual(['06', '07']);
  });

  test('what comes late of one run is nothing of the next', async () => {
    await using meter = await open({ stopDelayMs: 1500, activeMa: 5, lose: { samples: 1, every: 700 } });
    const first = await measure(meter, 20);
    expect(first.values.length).toBeGreaterThan(50_000); // what it went on with for the second that it is given
    const second = await measure(meter, 20);
    expect(second.faults.every(fault => fault === 'gap 3')).toBe(true); // no jump from one run's counter to the next one's
  });

  test('lost samples and lost bytes are gaps, and no value is made of them', async () => {
    for (const options of [{ lose: { samples: 7, every: 9000 } }, { dropByte: 9001 }]) {
      await using meter = await open({ ...options, script: [{ ma: 3, ms: 1000 }] });
      await meter.supply?.(true);
      const { faults, values } = await measure(meter, 500);
      expect(faults.length).toBeGreaterThan(4);
      const gap = 'dropByte' in options ? /^gap [23]$/ : /^gap 9$/;
      for (const fault of faults) expect(fault).toMatch(gap);
      expect(Math.min(...values)).toBeGreaterThan(2.999);
      expect(Math.max(...values)).toBeLessThan(3.001);
    }
  });

  test('a block of 512 that is lost shows in the rate alone', async () => {
    await using meter = await open({ lose: { samples: 512, every: 512 } });
    const { faults, values } = await measure(meter, 500);
    expect(faults).toEqual([]);
    expect(values.length).toBeLessThan(0.6 * 500 * 100 + 3000);
  });

  test('a block that was dropped in its midst is found by the host’s clock, with how far back it may be', async () => {
    await using meter = await open({ lose: { samples: 512, every: 250_000 } });
    const { faults, within } = await measure(meter, 4900);
    expect(faults).toEqual(['gap 512']);
    expect(within).toBeGreaterThan(240_000);
  });

  test('a meter that gives a third of its samples does so', async () => {
    await using meter = await open({ rate: 32_000 });
    const { values } = await measure(meter, 500);
    expect(values.length).toBeGreaterThan(0.3 * 500 * 100);
    expect(values.length).toBeLessThan(0.5 * 500 * 100);
  });

  test.each([
    [4, 'more than 2 A'],
    [7, 'range 7, which it does not have'],
  ])('the values that range %i comes to after a while are impossible', async (impossibleRange, what) => {
    await using meter = await open({ impossibleAfter: 0.1, impossibleRange });
    const { values, impossible } = await measure(meter, 300);
    expect(values).toHaveLength(10_000);
    expect(impossible.get(what)).toBeGreaterThan(10_000);
    expect([...impossible.keys()]).toEqual([what]);
  });

  test('a range that is too small for the current is saturated', async () => {
    await using meter = await open({ fixedRange: 0, script: [{ ma: 1, ms: 1000 }] });
    await meter.supply?.(true);
    const { saturated, values } = await measure(meter, 50);
    expect(saturated).toBe(values.length);
  });

  test.each<[string, SimulatedPpk2Options, RegExp]>([
    ['never answers', { isDeaf: true }, /^meter: it tells nothing of itself\n {2}→ switch it on/],
    [
      'never ends its metadata',
      { hasNoEnd: true },
      /^meter: it tells no metadata, but "Calibrated: 1\\nR0: 1003.* … .*IA: 56\\n"\n/,
    ],
    ['never stops', { isStreaming: true, neverStops: true }, /^meter: it does not stop: \d{6} bytes came in 2 s/],
  ])('one that %s is told with what was heard, and nothing is left open', async (_, options, message) => {
    const simulated = await simulate(options);
    const before = openLines();
    const error: unknown = await meterAt(simulated)
      .open(signal)
      .catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(TargetError);
    expect((error as Error).message).toMatch(message);
    expect(openLines()).toBe(before);
  });

  test.each([
    ['a shell', '\u001b[1;32mppk2:~$ \u001b[0m', /name the first one, with the lower `interface`/],
    [
      'damaged metadata',
      metadataText.replace('R2: 10.', 'R2: 1.'),
      /^meter: its calibration is not one \(R2: 1\.302699/,
    ],
    ['other text', '{"END":1}\n'.repeat(9000), /^meter: it tells no metadata, but .{150,220}\n/],
  ])('%s is none of its metadata', async (_, text, message) => {
    const metadata = join(temporaryFolder(), 'metadata.txt');
    writeFileSync(metadata, text);
    await expect(open({ metadata })).rejects.toThrow(message);
  });

  test('one that falls silent is lost, and what it sent before is there', async () => {
    const meter = await open({ deadAfter: 0.2 });
    await meter.start();
    const { seen, end } = read(meter);
    await expect(end).rejects.toThrow(/^meter: it has sent nothing for 2 s while it measured\n/);
    expect(seen.values.length).toBeGreaterThan(15_000);
    await expect(meter.stop()).rejects.toThrow(TargetError);
    await meter[Symbol.asyncDispose]();
  });

  test('one whose port vanishes is lost at once, and frees it', async () => {
    const simulated = await simulate({ vanishAfter: 0.2 });
    const before = openLines();
    const meter = await meterAt(simulated).open(signal);
    await meter.start();
    const { seen, end } = read(meter);
    await expect(end).rejects.toThrow(/vanished/);
    expect(seen.values.length).toBeGreaterThan(15_000);
    await meter[Symbol.asyncDispose]();
    await expect(meter.start()).rejects.toThrow(/vanished/);
    expect(openLines()).toBe(before - 1); // the simulation’s own, which has ended
  });

  test('a port that another program has open is refused, as a board’s is', async () => {
    const simulated = await simulate();
    await using _held = await meterAt(simulated).open(signal);
    await expect(meterAt(simulated).open(signal)).rejects.toThrow(PortRefused);
  });
});

test('the one that is plugged in is found by its data port, and two are told apart', async () => {
  const machine = fakeMachine();
  const find = (port?: Ppk2Options['port']) => ppk2Meter({ name: 'meter', port, mode: 'ampere' }, machine).find();
  await expect(find()).rejects.toThrow(/^meter: no port is USB 1915:c00a/);
  machine.plug({ usb: '1915:c00a', location: '1-1', serial: 'C10A56B6', ports: { 1: 'ttyACM3', 3: 'ttyACM4' } });
  expect(await find()).toMatchObject({ path: join(machine.dev, 'ttyACM3'), usb: { serial: 'C10A56B6' } });
  machine.plug({ usb: '1915:c00a', location: '1-2', serial: 'D55B0375', ports: { 1: 'ttyACM5', 3: 'ttyACM6' } });
  await expect(find()).rejects.toThrow(
    /^meter: 2 devices match: \S+ttyACM3 .* and \S+ttyACM5 [^]*serial: C10A56B6 for .*serial: D55B0375 for/,
  );
  expect(await find({ serial: 'D55B0375' })).toMatchObject({ path: join(machine.dev, 'ttyACM5') });
  machine.plug({ usb: '0483:374b', location: '1-3', ports: { 2: 'ttyACM0' } });
  const board = join(machine.dev, 'ttyACM0');
  await expect(find({ path: board })).rejects.toThrow(/is another port: its USB id is 0483:374b, not 1915:c00a/);
});

test.each([
  [undefined, /^meter: a PPK2 has to know what to supply\n {2}→ write `supply` in the board file: 0.8 V to 5 V/],
  [5500, /^meter: a PPK2 cannot supply 5.5 V/],
  [700, /^meter: a PPK2 cannot supply 0.7 V/],
])('a supply of %s mV is refused before anything is opened', (supplyMv, message) => {
  const make = () => ppk2Meter({ name: 'meter', mode: 'source', supplyMv });
  expect(make).toThrow(InputError);
  expect(make).toThrow(message);
});

/** Of this test. */
async function simulate(options?: SimulatedPpk2Options): Promise<SimulatedPpk2> {
  const simulated = await startSimulatedPpk2(options);
  onTestFinished(() => simulated[Symbol.asyncDispose]());
  return simulated;
}

function meterAt({ path }: SimulatedPpk2, options: Partial<Ppk2Options> = {}) {
  return ppk2Meter({ name: 'meter', port: { path }, mode: 'source', supplyMv: 3300, ...options });
}

async function open(options: SimulatedPpk2Options): Promise<OpenMeter> {
  return meterAt(await simulate(options)).open(signal);
}

/** What a meter's readings tell, while they come. */
interface Seen {
  readonly values: number[];
  /** `gap 9`, each. */
  readonly faults: string[];
  readonly notes: string[];
  /** Of the last gap. */
  within: number;
  /** Samples of each kind. */
  readonly impossible: Map<string, number>;
  saturated: number;
  readonly levels: Set<number>;
  edges: number;
  /** The highest current with D0 at 1. */
  activeMa: number;
}

function read(meter: OpenMeter): { readonly seen: Seen; readonly end: Promise<void> } {
  const seen: Seen = {
    values: [],
    faults: [],
    notes: [],
    within: 0,
    impossible: new Map(),
    saturated: 0,
    levels: new Set(),
    edges: 0,
    activeMa: 0,
  };
  let level = 0;
  const readAll = async (): Promise<void> => {
    for await (const reading of meter.readings) {
      if (reading.kind === 'gap') seen.within = reading.within ?? 0;
      if (reading.kind === 'gap') seen.faults.push(`gap ${reading.samples}`);
      else if (reading.kind === 'note') seen.notes.push(reading.text);
      else if (reading.kind === 'saturated') seen.saturated += reading.samples;
      else if (reading.kind === 'impossible')
        seen.impossible.set(reading.what, (seen.impossible.get(reading.what) ?? 0) + reading.samples);
      if (reading.kind !== 'samples') continue;
      for (const [index, value] of reading.values.entries()) {
        const now = reading.levels?.[index] ?? 0;
        seen.values.push(value);
        seen.levels.add(now);
        if (now !== level) seen.edges++;
        if (now === 1) seen.activeMa = Math.max(seen.activeMa, value);
        level = now;
      }
    }
  };
  const end = readAll();
  end.catch(() => {}); // a test that waits for it has it
  return { seen, end };
}

/** What it measures in at least so many milliseconds. */
async function measure(meter: OpenMeter, ms: number): Promise<Seen> {
  await meter.start();
  const { seen, end } = read(meter);
  await pause(ms, signal);
  await meter.stop();
  await end;
  return seen;
}
