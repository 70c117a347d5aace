import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { zip } from '../../vectors/fixtures/zip.ts';
import { crc32c } from './crc32c.ts';
import { readAll, readText } from './fixtures/read.ts';
import { identification } from './jls-chunks.ts';
import { openPowerFile } from './open.ts';
import type { PowerFile } from './power-file.ts';

const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name);
const floats = (...values: number[]) => values.map(Math.fround);
const { NaN: lost } = Number;

/** Of this test. */
async function opened(bytes: Uint8Array): Promise<PowerFile> {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-power-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'x'), bytes);
  return openPowerFile(join(folder, 'x'));
}

/** Where a bit of the levels changes. */
function edges(levels: readonly number[], bit: number): readonly string[] {
  return levels.flatMap((level, index) => {
    const isHigh = (level >> bit) & 1;
    return isHigh === (((levels[index - 1] ?? 0) >> bit) & 1) ? [] : [`${isHigh ? 'on' : 'off'} ${index}`];
  });
}

// nRF Connect Power Profiler, src/actions/exportChartAction.ts: a sample that is NaN has no line; X is both levels within one sample
test('the CSV of the Power Profiler', async () => {
  const { facts, values, levels, others } = await readAll(fixture('ppk2.csv'));
  expect(facts).toMatchObject({
    quantity: 'current',
    unit: 'mA',
    rateHz: 100_000,
    meter: { kind: 'ppk2', lines: ['D0', 'D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7'] },
    from: { format: 'ppk2-csv' },
  });
  expect(facts.supplyMv).toBeUndefined();
  const inMa = [0.0032, 0.0034, 0.003, 5.000125, 5.1005, lost, 4.9, 5.000375, 0.0032, -0.00015, 0.0033, 0.0031];
  expect(values).toEqual(floats(...inMa));
  expect(others).toEqual([{ kind: 'gap', samples: 1, at: 5 }]);
  expect(edges(levels, 0)).toEqual(['on 3', 'off 7']);
  expect(edges(levels, 6)).toEqual(['on 2', 'off 3']);
  expect(edges(levels, 7)).toEqual(['on 0']);
});

test('the CSV of the Power Profiler with a column for each input, or of older ones with bits of D7 first', async () => {
  const header = 'Timestamp(ms),Current(uA)';
  const each = await readText(
    `${header},D0,D1,D2,D3,D4,D5,D6,D7\n0,1.000,0,1,0,0,0,0,0,0\n0.01,2.000,1,1,0,0,0,0,0,0\n0.02,2.000,X,-,X,0,0,0,0,0\n`,
  );
  expect(each.levels).toEqual([2, 3, 6]);
  const bits = await readText(`${header},Bits\n0,1.000,00000010\n0.01,2.000,00000011\n`);
  expect(bits.levels).toEqual([2, 3]);
});

// pc-nrfconnect-ppk, src/globals.ts: float32 µA LE, then uint16 BE; bitConversion.ts: two bits a channel
test('the .ppk2 of the Power Profiler', async () => {
  const { facts, values, levels, others } = await readAll(fixture('session.ppk2'));
  expect(facts).toMatchObject({ rateHz: 100_000, startedAt: '2023-11-14T22:13:20.000Z', from: { format: 'ppk2' } });
  const inMa = [0.0032, 0.0034, 0.003, 5.000125, 5.1005, lost, 4.9, lost, 0.0032, -0.00015];
  expect(values.map(value => value.toPrecision(6))).toEqual(inMa.map(value => value.toPrecision(6)));
  expect(others).toEqual([
    { kind: 'gap', samples: 1, at: 5 },
    { kind: 'impossible', samples: 1, what: '933333000 mA', at: 7 },
  ]);
  expect(levels).toEqual([0x80, 0x80, 0x80, 0x81, 0x81, 0x81, 0x80, 0x80]); // D0 is both in sample 3, coming from low
});

/** A `.ppk2` of samples of 0 with these levels, two bits a channel. */
function sessionOf(pairs: readonly number[], said: { readonly bytes?: number } = {}): Buffer {
  const samples = Buffer.alloc(6 * pairs.length);
  for (const [index, pair] of pairs.entries()) samples.writeUInt16BE(pair, 6 * index + 4);
  return zip([
    { name: 'session.raw', stored: deflateRawSync(samples), method: 8, ...said },
    { name: 'metadata.json', stored: Buffer.from('{"metadata":{"samplesPerSecond":1000}}') },
  ]);
}

test('a line of a .ppk2 that was both within a sample has come from the one before, and is as before where it is unknown', async () => {
  const { levels } = await readText(sessionOf([1, 3, 0, 3, 0]), {}, 'x.ppk2');
  expect(levels).toEqual([0, 1, 1, 0, 0]);
});

test('an archive that inflates to more than it says is read no further than that', async () => {
  const bomb = sessionOf(
    Array.from({ length: 1_000_000 }, () => 0),
    { bytes: 6 },
  );
  await using file = await opened(bomb);
  let samples = 0;
  const reading = (async () => {
    for await (const each of file.readings) if (each.kind === 'samples') samples += each.values.length;
  })();
  await expect(reading).rejects.toThrow('are not those of its checksum');
  expect(samples).toBe(0);
});

test.each([
  ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 30), 'no directory at its end'],
  ['with a bit flipped in its samples', flipped, 'session.raw'],
])('a .ppk2 %s is refused', async (_what, damage, words) => {
  await expect(readText(damage(readFileSync(fixture('session.ppk2'))))).rejects.toThrow(words);
});

/** In the last file's data, right before the directory. */
function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf('PK\x01\x02') - 10;
  copy[at] = (copy[at] ?? 0) ^ 4;
  return copy;
}

// EEMBC EnergyRunner's trace1-energy.bin in submissions to MLPerf Tiny: F1, float32 rate, float32 µJ a sample
test('the energy of EEMBC’s runner', async () => {
  const { facts, values } = await readAll(fixture('trace1-energy.bin'));
  expect(facts).toMatchObject({ quantity: 'energy', unit: 'µJ', rateHz: 1000, meter: { kind: 'eembc', lines: [] } });
  expect(values).toHaveLength(400);
  expect([values[99], values[100], values[299], values[300]]).toEqual([1.5, 42.25, 42.25, 1.5]);
});

test('an energy file that ends within a sample, or has none', async () => {
  const bytes = readFileSync(fixture('trace1-energy.bin'));
  const { values, others } = await readText(bytes.subarray(0, 5 + 4 * 10 + 3), {}, 'x.bin');
  expect(values).toHaveLength(10);
  expect(others).toEqual([{ kind: 'note', text: 'its last 3 bytes are no whole sample: left out', at: 10 }]);
  await expect(readText(bytes.subarray(0, 5), {}, 'x.bin')).rejects.toThrow('has no samples');
});

// Joulescope UI, export_worker of 2020: '%.7f', '%.4e', '%.4f'
test('the CSV of an older Joulescope UI', async () => {
  const { facts, values, others } = await readAll(fixture('joulescope-old.csv'));
  expect(facts).toMatchObject({ rateHz: 2_000_000, supplyMv: 3300, meter: { kind: 'joulescope' } });
  expect(values).toEqual(floats(1.25, 1.5, lost, 2, 1.75));
  expect(others).toEqual([{ kind: 'impossible', what: 'no value', samples: 1, at: 2 }]);
});

// Joulescope UI, widgets/waveform/waveform_widget.py: numpy.savetxt with its default of 18 decimals
test('the CSV of the Joulescope UI', async () => {
  const { facts, values } = await readAll(fixture('joulescope.csv'));
  expect(facts).toMatchObject({ rateHz: 1000, supplyMv: 3300, from: { format: 'joulescope-csv' } });
  expect(values).toEqual(floats(1.25, 1.5, 2, 1.75));
});

test('a CSV of a Joulescope without its header is read when it is named', async () => {
  const text = '0.0000000,1.2500e-03,3.3000\n0.0000005,1.5000e-03,3.3000\n';
  await expect(readText(text)).rejects.toThrow('which column is the current cannot be told');
  const { values } = await readText(text, { format: 'joulescope-csv' });
  expect(values).toEqual(floats(1.25, 1.5));
});

// jls, include/jls/format.h; data of constant inputs is left out, 256 samples at a time. 1 kHz: 2 mA, and 5 mA while gpi[0] is high; 10 and 11 are NaN, 2500 to 2599 were never written
test('JLS v2, as Jetperch’s own library writes it', async () => {
  const { facts, values, levels, others } = await readAll(fixture('capture.jls'));
  expect(facts).toMatchObject({
    rateHz: 1000,
    supplyMv: 3000,
    supplySpreadMv: 0,
    startedAt: '2024-05-03T19:33:20.000Z',
    meter: { kind: 'joulescope', title: 'Joulescope JS220', serial: '001122', firmware: '1.0.7', lines: ['GPI0'] },
  });
  expect(values).toEqual(Array.from({ length: 4000 }, (_, n) => (isLost(n) ? lost : isActive(n) ? 5 : 2)));
  expect(edges(levels, 0)).toEqual(['on 1022', 'off 2046', 'on 2898', 'off 3398']); // of the samples that are there
  expect(others.map(({ kind }) => kind)).toEqual(['gap', 'gap', 'gap']);
});

function isActive(sample: number): boolean {
  return (sample >= 1024 && sample < 2048) || (sample >= 3000 && sample < 3500);
}

function isLost(sample: number): boolean {
  return sample === 10 || sample === 11 || (sample >= 2500 && sample < 2600);
}

test('a JLS file that was cut short is read as far as it goes', async () => {
  const bytes = readFileSync(fixture('capture.jls'));
  const whole = await readAll(fixture('capture.jls'));
  const { values, others } = await readText(bytes.subarray(0, bytes.length >> 1), {}, 'x.jls');
  expect(values.length).toBeGreaterThan(1000);
  expect(values).toEqual(whole.values.slice(0, values.length));
  const note = others.find(({ kind }) => kind === 'note');
  expect(note).toMatchObject({ text: expect.stringContaining('cut short or damaged at byte') });
});

test('a JLS file with a damaged piece has a gap there', async () => {
  const bytes = Buffer.from(readFileSync(fixture('capture.jls')));
  const twoMa = Buffer.from(Float32Array.of(0.002, 0.002, 0.002).buffer);
  const at = bytes.indexOf(twoMa, 4000);
  bytes[at + 1] = (bytes[at + 1] ?? 0) ^ 1;
  const { values, others } = await readText(bytes, {}, 'x.jls');
  expect(values).toHaveLength(4000);
  expect(others.some(each => each.kind === 'note' && each.text.includes('is damaged'))).toBe(true);
  expect(others.some(each => each.kind === 'gap' && each.samples === 512)).toBe(true);
});

test('of a damaged piece of a JLS file its place is not believed', async () => {
  const bytes = Buffer.from(readFileSync(fixture('capture.jls')));
  const head = Buffer.alloc(12);
  head.writeBigInt64LE(1012n);
  head.writeUInt32LE(512, 8);
  bytes.writeBigInt64LE(2n ** 50n, bytes.indexOf(head)); // the payload's header: its first sample
  const { values, others } = await readText(bytes, {}, 'x.jls');
  expect(values).toHaveLength(4000);
  expect(others.some(each => each.kind === 'gap' && each.samples === 512)).toBe(true);
});

test('a JLS file that has a sample twice is refused', async () => {
  const bytes = Buffer.from(readFileSync(fixture('capture.jls')));
  const head = Buffer.alloc(12);
  head.writeBigInt64LE(1012n);
  head.writeUInt32LE(512, 8);
  const at = bytes.indexOf(head);
  bytes.writeBigInt64LE(1000n, at);
  const length = bytes.readUInt32LE(at - 12); // of the payload, in the chunk's header
  bytes.writeUInt32LE(crc32c(bytes.subarray(at, at + length)), at + Math.ceil((length + 4) / 8) * 8 - 4);
  await expect(readText(bytes, {}, 'x.jls')).rejects.toThrow('x.jls: has sample 1000 twice');
});

test('a power of a JLS file is an energy over each sample', async () => {
  const bytes = Buffer.from(readFileSync(fixture('capture.jls')));
  const at = bytes.indexOf('current\0\x1fA\0\x1f', 0, 'latin1');
  bytes.write('W', at + 9, 'latin1');
  const payload = at - 128;
  const length = bytes.readUInt32LE(payload - 12);
  bytes.writeUInt32LE(crc32c(bytes.subarray(payload, payload + length)), payload + Math.ceil((length + 4) / 8) * 8 - 4);
  const { facts, values } = await readText(bytes, {}, 'x.jls');
  expect(facts).toMatchObject({ quantity: 'energy', unit: 'µJ' });
  expect(values[0]).toBe(2); // 2 mW for a millisecond
});

/** A JLS file's beginning, and one chunk that says it has so many bytes. */
function jlsOf(payloadBytes: number, tag = 0x22): Buffer {
  const bytes = Buffer.alloc(64);
  identification.copy(bytes);
  bytes.writeUInt8(tag, 32 + 16);
  bytes.writeUInt32LE(payloadBytes, 32 + 20);
  bytes.writeUInt32LE(crc32c(bytes.subarray(32, 60)), 60);
  return bytes;
}

test.each([0, 0x7fff_fffb, 0xffff_ffd8, 0xffff_ffff])(
  'a JLS chunk of %i bytes is no way to go on for ever',
  async bytes => {
    for (const tag of [0x01, 0x02, 0x22, 0x23])
      await expect(readText(jlsOf(bytes, tag), {}, 'x.jls')).rejects.toThrow(
        'has no current and no power with samples',
      );
  },
);

// `"Wall-clock time (UTC)","Arc Main Current (A)",…`: Otii 3; its energy is what went since the beginning
test('the CSV of Otii', async () => {
  const { facts, values } = await readAll(fixture('otii.csv'));
  expect(facts).toMatchObject({ rateHz: 4000, supplyMv: 3600, meter: { kind: 'otii' } });
  expect(values).toEqual(floats(2.1, 2.2, 12.3, 12.4, 2.1, 2));
});

// ST UM2269, 4.4.1
test('what an LPM01A has sent as decimal text', async () => {
  const { facts, values, others } = await readAll(fixture('lpm01a.txt'));
  expect(facts).toMatchObject({ rateHz: 1000, supplyMv: 3000, meter: { kind: 'lpm01a', lines: ['D7'] } });
  expect(values).toHaveLength(2000);
  const some = [0, 299, 300, 499, 500].map(index => values[index]);
  expect(some).toEqual(floats(0.6409, 0.6409, 12.5, 12.5, 0.6409));
  expect(others).toEqual([
    { kind: 'edge', line: 'D7', at: 300 },
    { kind: 'edge', line: 'D7', at: 500 },
    { kind: 'gap', samples: 1, at: 700 },
  ]);
});

test('an LPM01A’s text that begins anywhere tells its rate by its timestamps', async () => {
  const text = readFileSync(fixture('lpm01a.txt'), 'latin1');
  const start = text.indexOf('6409-07');
  const { facts, values } = await readText(Buffer.from(text.slice(start), 'latin1'), {}, 'x.txt');
  expect(facts).toMatchObject({ rateHz: 1000, quantity: 'current' });
  expect(facts.supplyMv).toBeUndefined();
  expect(values).toHaveLength(2000);
  await expect(readText(text.slice(start, start + 900), {}, 'x.txt')).rejects.toThrow('tells no rate');
});

// ST UM2269, 4.4.2
test('what an LPM01A has sent in its binary format', async () => {
  const { facts, values } = await readAll(fixture('lpm01a.bin'));
  expect(facts).toMatchObject({ rateHz: 10_000, supplyMv: 3300 });
  expect(values).toHaveLength(2000);
  const some = [0, 1499, 1500].map(index => values[index]);
  expect(some).toEqual(floats(672_000 / 16 ** 5, 672_000 / 16 ** 5, 325_000 / 16 ** 3));
});

test.each([
  ['capture.otii3', 'anything', 'export the recording as CSV'],
  ['capture.ppk', 'anything', 'open it in the Power Profiler'],
  ['capture.jls', Buffer.from('\xd3tagfmt \r\n \n  \x1a\x1cxxxx', 'latin1'), 'export it as JLS v2 or CSV'],
  ['capture.bin', Buffer.from(Array.from({ length: 500 }, (_, index) => (index * 37) & 0xff)), 'no known form'],
  ['capture.csv', '', 'is empty'],
  ['capture.csv', 'time,current\n', 'no lines of numbers'],
])('%s that cannot be read says what to do', async (name, content, words) => {
  await expect(readText(content, {}, name)).rejects.toThrow(words);
});
