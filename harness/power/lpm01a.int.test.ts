import { mkdtempSync, rmSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TargetError } from '../errors.ts';
import { noPacedLine, type PacedLine, startPacedLine } from '../fixtures/paced-line.ts';
import { type Lpm01aBehaviour, startLpm01a } from '../fixtures/simulated-lpm01a.ts';
import type { Reading } from '../recording/trace.ts';
import { openLines } from '../target/fixtures/ptys.ts';
import { openTty } from '../target/serial-tty.ts';
import { type Lpm01aOptions, lpm01aMeter } from './lpm01a.ts';
import { testMeter } from './meter.contract.ts';
import type { OpenMeter } from './port.ts';

const { signal } = new AbortController();
const folder = mkdtempSync(join(tmpdir(), 'tickmark-lpm01a-'));
const lines: PacedLine[] = [];
afterAll(async () => {
  for (const line of lines) await line[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function plugIn(behaviour: Lpm01aBehaviour = {}): Promise<string> {
  const line = await startLpm01a(behaviour);
  lines.push(line);
  return line.path;
}

const onPath = (path: string, options: Partial<Lpm01aOptions> = {}) =>
  lpm01aMeter({ name: 'desk/meter', port: { path }, supplyMv: 3000, ...options });

/** Opens it, gives the DUT its supply, and measures for a while. */
async function measured(
  behaviour: Lpm01aBehaviour,
  options: Partial<Lpm01aOptions> = {},
  ms = 400,
): Promise<Reading[]> {
  await using meter = await onPath(await plugIn(behaviour), options).open(signal);
  await meter.supply?.(true);
  await meter.start();
  const readings = gathered(meter);
  await new Promise(resolve => setTimeout(resolve, ms));
  await meter.stop();
  return readings;
}

async function gathered(meter: OpenMeter): Promise<Reading[]> {
  const readings: Reading[] = [];
  for await (const reading of meter.readings) readings.push(reading);
  return readings;
}

const valuesIn = (readings: readonly Reading[]): number[] =>
  readings.flatMap(reading => (reading.kind === 'samples' ? [...reading.values] : []));
const others = (readings: readonly Reading[]): Reading[] => readings.filter(({ kind }) => kind !== 'samples');

describe.skipIf(noPacedLine !== undefined)(`an X-NUCLEO-LPM01A (${noPacedLine ?? 'cc found'})`, () => {
  describe.each([
    ['in decimal', { rateHz: 1000, output: 'energy' }],
    ['in binary', { rateHz: 100_000, output: 'current' }],
  ] as const)('%s', (_, options) => {
    let path: string;
    beforeAll(async () => {
      path = await plugIn();
    });
    testMeter({ meter: () => onPath(path, options), openResources: openLines });
  });

  test('says who it is and what its figures are worth', async () => {
    await using meter = await onPath(await plugIn()).open(signal);
    expect(meter.facts).toMatchObject({
      firmware: '1.0.6',
      serial: '540619864-1110659081-4784204',
      mode: 'source',
      mostMa: 50,
      accuracy: { percent: 2, of: expect.stringContaining('UM2243') },
    });
    expect(meter.stream).toEqual({ quantity: 'current', unit: 'mA', rateHz: 1000, supplyMv: 3000 });
  });

  test.each([
    ['current in decimal', { rateHz: 5000 }, 0.5],
    ['current in binary', { rateHz: 50_000 }, 0.5],
    ['energy in decimal', { rateHz: 1000, output: 'energy' }, 1.5], // 0.5 mA × 3 V × 1 ms
    ['energy in binary', { rateHz: 10_000, output: 'energy' }, 0.15],
  ] as const)('measures %s', async (_, options, expected) => {
    const readings = await measured({ 'sleep-ma': 0.5 }, options);
    const values = valuesIn(readings);
    expect(values.length).toBeGreaterThan(options.rateHz / 4);
    expect(Math.max(...values.map(value => Math.abs(value / expected - 1)))).toBeLessThan(0.002); // of base 16
    expect(others(readings)).toEqual([]);
  });

  test('is no sample without power, and the supply follows', async () => {
    await using meter = await onPath(await plugIn({ 'sleep-ma': 1 })).open(signal);
    await meter.supply?.(false);
    await meter.start();
    const readings = gathered(meter);
    await new Promise(resolve => setTimeout(resolve, 200));
    await meter.supply?.(true);
    await new Promise(resolve => setTimeout(resolve, 200));
    await meter.stop();
    const values = valuesIn(await readings);
    expect(values[0]).toBe(0);
    expect(values.at(-1)).toBe(1);
  });

  test('tells falling edges where they lie', async () => {
    const marker = join(folder, 'marker');
    const options = { hasMarker: true };
    await using meter = await onPath(await plugIn({ marker, 'active-ma': 7 }), options).open(signal);
    await meter.supply?.(true);
    await meter.start();
    const readings = gathered(meter);
    const pin = await openFile(marker, 'w');
    for (const edge of '1010') {
      await new Promise(resolve => setTimeout(resolve, 100));
      await pin.write(edge);
    }
    await new Promise(resolve => setTimeout(resolve, 50));
    await pin.close();
    await meter.stop();

    const seen = await readings;
    expect(others(seen)).toEqual([
      { kind: 'edge', line: 'D7' },
      { kind: 'edge', line: 'D7' },
    ]);
    const before = valuesIn(
      seen.slice(
        0,
        seen.findIndex(({ kind }) => kind === 'edge'),
      ),
    );
    expect(before.at(-1)).toBe(7);
    expect(valuesIn(seen)[before.length + 1]).toBeCloseTo(0.002, 6); // the sample between has both
  });

  test('that is closed while it is told to start does not measure on', async () => {
    const path = await plugIn();
    const meter = await onPath(path).open(signal);
    const starting = meter.start();
    starting.catch(() => {});
    await meter[Symbol.asyncDispose]();
    await starting.catch(() => {});
    let heard = 0;
    const wire = await openTty(path, { baud: 3_686_400, where: 'desk' }, { onBytes: () => void heard++, onLoss() {} });
    await new Promise(resolve => setTimeout(resolve, 300));
    await wire.close();
    expect(heard).toBe(0);
  });

  test('has nothing more to wait for when it is closed after its stop', async () => {
    const meter = await onPath(await plugIn()).open(signal);
    await meter.start();
    await meter.stop();
    const startMs = performance.now();
    await meter[Symbol.asyncDispose]();
    expect(performance.now() - startMs).toBeLessThan(900);
  });

  describe('that misbehaves', () => {
    test.each<[string, Lpm01aBehaviour, Reading[]]>([
      ['loses samples', { 'lose-at': 700, lose: 7 }, [{ kind: 'gap', samples: 7 }]],
      ['damages the head of a line', { 'head-at': 700 }, [{ kind: 'gap', samples: 1 }]],
      [
        'damages the tail of a line',
        { 'tail-at': 700 },
        [
          { kind: 'gap', samples: 1 },
          { kind: 'gap', samples: 1 },
        ],
      ],
      ['measures what cannot be', { 'impossible-at': 700 }, [{ kind: 'impossible', samples: 1, what: '9.333e+6 mA' }]],
    ])('%s: %j', async (_, behaviour, expected) => {
      const readings = await measured(behaviour, {}, 1100);
      expect(others(readings).filter(({ kind }) => kind !== 'note')).toEqual(expected);
      const samples = readings.reduce((sum, reading) => sum + sizeOf(reading), 0);
      expect(samples).toBeGreaterThan(1000);
      expect(valuesIn(readings).every(value => value > 0 && value < 1)).toBe(true);
    });

    test('loses a byte of binary data: nothing of its block is a value', async () => {
      const readings = await measured({ 'head-at': 12_345 }, { rateHz: 100_000 });
      const at = readings.findIndex(({ kind }) => kind === 'gap');
      expect(readings[at]).toEqual({ kind: 'gap', samples: 1000 });
      expect(valuesIn(readings.slice(0, at))).toHaveLength(12_000);
      expect(new Set(valuesIn(readings)).size).toBe(1);
    });

    test('runs over: it has ended by itself, and says why', async () => {
      await using meter = await onPath(await plugIn({ 'overrun-at': 300 })).open(signal);
      await meter.start();
      const readings: Reading[] = [];
      const reading = (async () => {
        for await (const each of meter.readings) readings.push(each);
      })();
      await expect(reading).rejects.toThrow(
        /stopped measuring by itself, and said "error buffer overflow"[^]*→ see whether this machine/,
      );
      expect(others(readings)).toContainEqual({ kind: 'gap', samples: 1, isLeast: true });
      expect(others(readings)).toContainEqual({ kind: 'note', text: expect.stringContaining('99 % full') });
      await expect(meter.stop()).rejects.toThrow('stopped measuring by itself');
    });

    test('falls silent', async () => {
      await using meter = await onPath(await plugIn({ 'silent-at': 50 })).open(signal);
      await meter.start();
      await expect(gathered(meter)).rejects.toThrow(/has said nothing for 2\.0 s while it measured/);
    });

    test('sends lines of an acquisition after its end: the next one has none of them', async () => {
      const path = await plugIn({ late: 500, 'sleep-ma': 0.01 });
      for (let time = 0; time < 2; time++) {
        await using meter = await onPath(path).open(signal);
        await meter.supply?.(true);
        await meter.start();
        const readings = gathered(meter);
        await new Promise(resolve => setTimeout(resolve, 100));
        await meter.stop();
        expect(new Set(valuesIn(await readings).map(value => value.toFixed(4)))).toEqual(new Set(['0.0100']));
      }
    });

    test('was left measuring: it is stopped first', async () => {
      await using meter = await onPath(await plugIn({ streaming: true }), { rateHz: 100_000 }).open(signal);
      await meter.start();
      await meter.stop();
      expect(others(await gathered(meter))).toEqual([]);
    });

    test.each<[string, Lpm01aBehaviour, RegExp]>([
      [
        'has other words',
        { banner: 'STLINK V2J40' },
        /no X-NUCLEO-LPM01A: it says "STLINK V2J40"[^]*name the meter's own port/,
      ],
      ['says nothing', { mute: true }, /does not answer "version"\n/],
      ['has old firmware', { firmware: '1.0.5' }, /its firmware is 1\.0\.5[^]*update it to 1\.0\.6/],
      ['refuses a command', { refuse: 'output' }, /refuses "output current": It will not/],
      ['refuses control', { refuse: 'htc' }, /refuses "htc"/],
    ])('%s: that is said', async (_, behaviour, message) => {
      const path = await plugIn(behaviour);
      const before = openLines();
      const opening = onPath(path).open(signal);
      await expect(opening).rejects.toThrow(TargetError);
      await expect(opening).rejects.toThrow(message);
      expect(openLines()).toBe(before);
    });

    test('talks without end, as other devices do', async () => {
      await using line = await startPacedLine({ dut: ['yes', 'hello'], baud: 9600 });
      await expect(onPath(line.path).open(signal)).rejects.toThrow(/talks without end, and does not stop when told to/);
    });

    test('is unplugged', async () => {
      const line = await startLpm01a();
      await using meter = await onPath(line.path).open(signal);
      await meter.start();
      const reading = gathered(meter);
      reading.catch(() => {});
      await line.end();
      await expect(reading).rejects.toThrow(/vanished/);
      await expect(meter.stop()).rejects.toThrow(TargetError);
    });
  });
});

function sizeOf(reading: Reading): number {
  if (reading.kind === 'samples') return reading.values.length;
  return reading.kind === 'gap' || reading.kind === 'impossible' ? reading.samples : 0;
}
