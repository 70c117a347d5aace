import { expect, test } from 'vitest';
import { readText } from './fixtures/read.ts';

const floats = (...values: number[]) => values.map(Math.fround);
const lost = Number.NaN;
const lines = (rows: readonly string[]) => rows.map(row => `${row}\n`).join('');

test.each([
  ['time (s);current (mA)\n0,000;1,5\n0,001;-2,25\n', [1.5, -2.25], 1000],
  ['time [us]\tI [nA]\n0\t1500\n10\t2500\n', [0.0015, 0.0025], 100_000],
  ['time_ms,current_ua\r\n0,1500\r\n1,2500\r\n', [1.5, 2.5], 1000],
  ['\ufefftime (ms), current (µA)\n0, 1500\n0.5, "2500"\n', [1.5, 2.5], 2000],
  ['Device: X\nSerial: 12\n\nt (s)|Current (A)\n0.0|1e-3\n0.1|2.5E-3\n', [1, 2.5], 10],
  ['time (s),current (mA)\n# a remark\n0,1\n\n1,.5\n2,2.\n', [1, 0.5, 2], 1],
  ['time (s),state,current (mA)\n0,idle,1\n1,"run, fast",2\n2,idle,3\n', [1, 2, 3], 1],
  ['12:00:00.000,1\n12:00:00.001,2\n', [1, 2], 1000],
])('%j', async (text, values, rateHz) => {
  const columns = text.startsWith('12') ? { columns: { current: { column: 2, unit: 'mA' }, time: { column: 1 } } } : {};
  const read = await readText(text, columns);
  expect(read.values).toEqual(floats(...values));
  expect(read.facts.rateHz).toBe(rateHz);
});

test.each(['utf16le', 'utf16be', 'without a mark'])('UTF-16, %s', async encoding => {
  const text = `time (s),current (µA)\n${Array.from({ length: 30_000 }, (_, n) => `${n / 1000},${n % 100}.25`).join('\n')}\n`;
  const bytes = Buffer.from(encoding === 'without a mark' ? text : `\ufeff${text}`, 'utf16le');
  const { values } = await readText(encoding === 'utf16be' ? bytes.swap16() : bytes);
  expect(values).toHaveLength(30_000);
  expect(values.at(-1)).toBe(Math.fround(0.09925));
});

test('a µ of Windows', async () => {
  const { values } = await readText(Buffer.from('time (ms);current (µA)\n0;1000\n1;2000\n', 'latin1'));
  expect(values).toEqual([1, 2]);
});

test('a power is an energy over each sample, and a voltage beside a current is the supply', async () => {
  const power = await readText('time (s),power (mW)\n0,2\n0.5,4\n');
  expect(power.facts).toMatchObject({ quantity: 'energy', unit: 'µJ', rateHz: 2 });
  expect(power.values).toEqual([1000, 2000]);
  const current = await readText('time (s),I (mA),U (V)\n0,2,3.2\n0.5,4,3.4\n');
  expect(current.facts.supplyMv).toBe(3300);
});

test('a supply that strays is said', async () => {
  const { others } = await readText('time (s),I (mA),U (V)\n0,2,3\n0.5,4,3\n1,4,2\n1.5,4,3\n');
  expect(others).toEqual([
    { kind: 'note', text: 'its voltages are from 2 to 3: energy is by their mean at its beginning', at: 4 },
  ]);
});

test('a thousand of a file with decimal commas is not read as one', async () => {
  const text = 'time (s);current (µA)\n0,000;999,5\n0,001;1.234\n0,002;998,5\n';
  await expect(readText(text)).rejects.toThrow('capture.csv:3: "1.234" is a thousand or a fraction');
  await expect(readText(text.replace('1.234', '1.234,5'))).rejects.toThrow('"1.234.5" is no number');
  const { values } = await readText(text.replace('1.234', '0.234'));
  expect(values).toEqual(floats(0.9995, 0.000234, 0.9985));
});

test('a voltage beyond all numbers is no supply', async () => {
  const { facts } = await readText('time (s),I (mA),U (V)\n0,2,1e400\n1,2,3.3\n2,2,3.3\n');
  expect(facts.supplyMv).toBe(3300);
});

test('an empty cell of a digital input is no edge', async () => {
  const { levels } = await readText('time (s),I (mA),D0\n0,2,1\n1,2,\n2,2,1\n3,2,0\n4,2,\n');
  expect(levels).toEqual([1, 1, 1, 0, 0]);
});

test('cells that are empty or NaN are no values, a current that nothing draws is impossible', async () => {
  const { values, others } = await readText(
    lines(['time (s),current (A)', '0,1', '1,', '2,nan', '3,-', '4,2', '5,1e300', '6,933333333', '7,3']),
  );
  expect(values).toEqual([1000, lost, lost, lost, 2000, lost, lost, 3000]);
  expect(others).toEqual([
    { kind: 'impossible', what: 'no value', samples: 3, at: 1 },
    { kind: 'impossible', what: 'a value of Infinity', samples: 1, at: 5 },
    { kind: 'impossible', what: 'a value of 933333303296', samples: 1, at: 6 },
  ]);
});

test('steps that are longer are gaps, at their place', async () => {
  const rows = Array.from({ length: 200_000 }, (_, n) =>
    n >= 100_000 && n < 100_250 ? [] : [`${n / 100},1.5`],
  ).flat();
  const { values, others, facts } = await readText(lines(['Timestamp(ms),Current(uA)', ...rows]));
  expect(facts.rateHz).toBe(100_000);
  expect(values).toHaveLength(200_000);
  expect(others).toEqual([{ kind: 'gap', samples: 250, at: 100_000 }]);
});

test('times with too few digits to tell samples apart are no gaps', async () => {
  const rows = Array.from({ length: 5000 }, (_, n) => `${Math.floor(n / 4)},1`);
  const { values, others, facts } = await readText(lines(['time (ms),current (mA)', ...rows]));
  expect(facts.rateHz).toBe(4000);
  expect([values.length, others]).toEqual([5000, []]);
});

test.each([
  ['a time that goes back', '200,1\n199.9,1\n', ':203', 'is not after the one before'],
  ['a time that stands', '200,1\n200,1\n', ':203', 'is not after the one before'],
  ['a time that is much too early', '199.2,1\n', ':202', 'where 1 is usual'],
  ['a time in years', '1e12,1\n', ':202', 'where 1 is usual'],
  ['no time', ',1\n', ':202', 'it has no time'],
  ['a word', '200,x1\n', ':202', '"x1" is no number'],
  ['two numbers', '200,1 2\n', ':202', '"1 2" is no number'],
  ['a missing column', '200\n', ':202', 'it has 1 of 2 columns'],
  ['a header again', 'time (s),current (mA)\n', ':202', 'is no number'],
  ['bytes of no text', '\x01\x02\x03,1\n', ':202', 'is no number'],
])('%s is an error with its line', async (_what, rest, line, words) => {
  const reading = readText(`${sound}${rest}`);
  await expect(reading).rejects.toThrow(words);
  await expect(reading).rejects.toMatchObject({ where: expect.stringMatching(`capture.csv${line}$`), exitCode: 2 });
});

const sound = `time (s),current (mA)\n${Array.from({ length: 200 }, (_, n) => `${n},1\n`).join('')}`;

// of a clock that is printed by the millisecond, 64 KiB tell the rate to one in forty
test.each([
  [97_000, /30000 samples take 0\.309 s by its times, and its first ones tell a rate of 98000 Hz[^]*--rate 97\d\d\dHz/],
  [100_000, undefined],
])('a rate of %i Hz that the first times cannot tell is asked for', async (rateHz, message) => {
  const rows = Array.from({ length: 30_000 }, (_, n) => `${(n / rateHz).toFixed(3)},1.25`);
  const reading = readText(lines(['time (s),current (mA)', ...rows]));
  if (message) await expect(reading).rejects.toThrow(message);
  else expect((await reading).facts.rateHz).toBe(rateHz);
});

test('a rate that is given stands, and the times are not looked at', async () => {
  const { facts, values } = await readText('time (s),current (mA)\n5,1\n5,2\n4,3\n', { rateHz: 1e4 });
  expect([facts.rateHz, values]).toEqual([1e4, [1, 2, 3]]);
});

test('the time of the first sample is what the file calls it', async () => {
  expect((await readText('Timestamp(ms),Current(uA)\n1500,1\n1500.01,1\n')).firstS).toBe(1.5);
});

test('a line of many MB is an error, wherever it is', async () => {
  const long = '1'.repeat(10_000_000);
  await expect(readText(`${sound}200,${long}\n201,1\n`)).rejects.toThrow('more than 64 KiB');
  await expect(readText(long)).rejects.toThrow(/no lines of numbers|more than 64 KiB/);
});

test('a last line without an end may be cut in a number, and is left out', async () => {
  const { values, others } = await readText('time (s),current (mA)\n0,1\n1,2\n2,345');
  expect(values).toEqual([1, 2]);
  expect(others).toEqual([
    { kind: 'note', text: 'its last line has no end, and may be cut in a number: left out', at: 2 },
  ]);
});

test('columns that are not known are listed, with what to write', async () => {
  const reading = readText('a,b,c\n1,2,3\n2,3,4\n');
  await expect(reading).rejects.toThrow('1 "a", 2 "b", 3 "c": write, say, --column current=2:mA --column time=1:s');
});

test('two columns of current have to be told apart, unless one is the main one', async () => {
  await expect(readText('time (s),I1 (A),I2 (A)\n0,1,2\n1,1,2\n')).rejects.toThrow('"I1 (A)" and "I2 (A)"');
  const otii = await readText('Timestamp (s),Arc ADC Current (A),Arc Main Current (A)\n0,1,2\n1,1,3\n');
  expect(otii.values).toEqual([2000, 3000]);
});

test('declared columns', async () => {
  const text = 'x;y;marker;z\n0,1;7;0;1\n0,2;8;1;2\n';
  const columns = {
    time: { column: 'x', unit: 's' },
    current: { column: 2, unit: 'µA' },
    lines: ['marker'] as ['marker'],
  };
  const { values, levels, facts } = await readText(text, { columns });
  expect(values).toEqual(floats(0.007, 0.008));
  expect(levels).toEqual([0, 1]);
  expect(facts).toMatchObject({ rateHz: 10, meter: { lines: ['marker'] } });
});

test.each([
  [{ current: { column: 'yy' } }, 'has no column "yy". Did you mean "y"?'],
  [{ current: { column: 9, unit: 'mA' } }, 'has no column 9'],
  [{ current: { column: 'y' } }, 'has no unit'],
  [{ current: { column: 'y', unit: 'mV' } }, '"mV" is no unit of current'],
  [{ current: { column: 2, unit: 'A' }, energy: { column: 1, unit: 'J' } }, 'cannot both be measured'],
  [{ current: { column: 2, unit: 'A' } }, 'has no column of times'],
  [{ current: { column: 2, unit: 'A' }, rate: '5' }, 'has no unit'],
])('%j is a clear error', async (columns, words) => {
  await expect(readText('x,y\n1,2\n2,3\n', { columns })).rejects.toThrow(words);
});
