import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FirmwareFault } from '../errors.ts';
import { randomsFrom } from '../fixtures/random.ts';
import { type FakeDut, type FakeDutOptions, fakeDut, printUs } from './fixtures/mlperf-dut.ts';
import { type MlperfOptions, mlperfProtocol } from './mlperf-tiny.ts';
import type { MlperfDut, MlperfRequest } from './port.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const once: MlperfRequest = { iterations: 1, warmups: 0, results: 12, isPlain: true };

/** What a promise comes to, with the clock moved on from timer to timer. */
async function settled<T>(promise: Promise<T>): Promise<T> {
  const state = { isDone: false };
  const end = () => {
    state.isDone = true;
  };
  promise.then(end, end);
  while (!state.isDone) await vi.advanceTimersToNextTimerAsync();
  return promise;
}

async function connected(
  options: FakeDutOptions = {},
  protocol: MlperfOptions = {},
): Promise<{ readonly dut: MlperfDut; readonly fake: FakeDut }> {
  const fake = fakeDut(options);
  return { dut: await settled(mlperfProtocol(protocol).connect(fake.link, new AbortController().signal)), fake };
}

function anInput(first: number): Uint8Array {
  const random = randomsFrom(3);
  return Uint8Array.from({ length: 490 }, (_, at) => (at === 0 ? first : random(256)));
}

/** Inputs of which each begins with another byte. */
function someInputs(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, index) => anInput(index));
}

test('asks who answers, and by its timestamps which build it is', async () => {
  const { dut, fake } = await connected();
  expect(dut.identity).toEqual({
    vendor: 'Some Vendor',
    profile: 'ULPMark for tinyML Firmware V0.0.1',
    modelId: 'kws01',
    timestamps: 'performance',
  });
  expect(fake.commands).toEqual(['name', 'profile', 'timestamp']);
});

test('a build for energy is one that says nothing to timestamp, twice', async () => {
  const { dut, fake } = await connected({ build: 'energy', boots: false });
  expect(dut.identity.timestamps).toBe('energy');
  expect(fake.commands.filter(command => command === 'timestamp')).toHaveLength(2);
});

test('a command is one write without line ends, of 80 bytes at most, and none is sent before the last is answered', async () => {
  const { dut, fake } = await connected();
  for (const input of someInputs(3)) {
    await settled(dut.load(input));
    await settled(dut.infer(once));
  }
  expect(fake.overruns()).toBe(0);
  expect(
    fake.writes.every(write => /^[\x20-\x7e]{1,79}%$/.test(write) && write.indexOf('%') === write.length - 1),
  ).toBe(true);
  expect(fake.writes.filter(write => write.length === 80)).not.toHaveLength(0);
  expect(dut.linkUse()).toEqual({
    requests: expect.any(Number),
    repeats: 0,
    damagedFrames: 0,
    lostFrames: 0,
    leastDataBytes: 38,
  });
});

test('the first load is read back, and a clean one after it is not', async () => {
  const { dut, fake } = await connected();
  for (const input of someInputs(2)) await settled(dut.load(input));
  expect(fake.commands.filter(command => command === 'db print')).toHaveLength(1);
});

test('results come as printed, with both readings of the clock, which may wrap between them', async () => {
  const { dut } = await connected({ inferUs: 1_000_000 });
  await settled(dut.load(anInput(7)));
  const { results, laps } = await settled(dut.infer({ ...once, iterations: 8 }));
  expect(results.slice(0, 2)).toEqual(['0.007', '0.010']);
  const lapsUs = ((laps?.lap1Us ?? 0) - (laps?.lap0Us ?? 0) + 2 ** 32) % 2 ** 32;
  expect(Math.abs(lapsUs - 8_000_000 - printUs)).toBeLessThan(2000); // fake timers have milliseconds
  expect(laps?.lap1Us).toBeLessThan(laps?.lap0Us ?? 0);
});

test('an inference may take longer than half a minute', async () => {
  const { dut } = await connected({ inferUs: 40_000_000 });
  await settled(dut.load(anInput(0)));
  expect((await settled(dut.infer(once))).results).toHaveLength(12);
});

test('an inference is waited for though the end of its first line was lost', async () => {
  const damage = (text: string) => text.replace('m-warmup-start-9\r\n', 'm-warmup-start-9\r');
  const { dut, fake } = await connected({ inferUs: 400_000, damage });
  await settled(dut.load(anInput(1)));
  await settled(dut.infer({ ...once, warmups: 9 }));
  expect(fake.overruns()).toBe(0);
  expect(fake.commands.filter(command => command === 'infer 1 9')).toHaveLength(1);
  expect(dut.linkUse()).toMatchObject({ damagedFrames: 1, lostFrames: 0 });
});

test('a comma after the last value is no value, and values need not sum to 1', async () => {
  const { dut } = await connected({ results: () => ['0.017', '1.101'] });
  await settled(dut.load(anInput(0)));
  expect((await settled(dut.infer({ ...once, results: 2 }))).results).toEqual(['0.017', '1.101']);
});

test.each([
  ['noise before it boots', { noise: Uint8Array.from({ length: 3000 }, (_, index) => (index * 37) % 256) }],
  ['half a character of UTF-8', { noise: Uint8Array.of(0x6d, 0x2d, 0xe2, 0x82) }],
  ['10 MB without a line end', { noise: new Uint8Array(10_000_000).fill(0x55) }],
  ['no boot, since it runs already', { boots: false }],
  ['a vendor that always tells the size of the input', { alwaysTellsSize: true }],
  ['firmware that cannot print its buffer', { canPrint: false }],
])('%s: it is understood all the same', async (_what, options) => {
  const { dut, fake } = await connected(options);
  const input = anInput(3);
  await settled(dut.load(input));
  expect((await settled(dut.infer(once))).results[0]).toBe('0.003');
  expect(Buffer.compare(fake.inferred(), input)).toBe(0);
});

test('a DUT that echoes is understood', async () => {
  const { dut } = await connected({ echoes: true });
  await settled(dut.load(anInput(2)));
  expect((await settled(dut.infer(once))).results[0]).toBe('0.002');
  expect(dut.linkUse()).toMatchObject({ damagedFrames: 0, lostFrames: 0 });
});

test('what says nothing that fits is no DUT of MLPerf Tiny: the reason has what was heard', async () => {
  await expect(connected({ boots: false, instead: () => 'login: \r\n' }, { connectMs: 3000 })).rejects.toThrow(
    /does not answer "name%": it says "login: .*see whether it runs firmware of MLPerf Tiny/s,
  );
});

test('a DUT that sends without end and without a line is told by how much it sent', async () => {
  const options = { boots: false, isMute: true, noise: new Uint8Array(10_000_000).fill(0x55) };
  await expect(connected(options, { connectMs: 3000 })).rejects.toThrow(/10000000 bytes without a line end/);
});

test('a DUT that answers the question before is found out', async () => {
  const answers = new Map([
    ['name', 'm-name-dut-[x]\r\n'],
    ['profile', 'm-profile-[y]\r\nm-model-[kws01]\r\n'],
  ]);
  let before = '';
  const instead = (command: string): string => {
    const answer = before;
    before = answers.get(command) ?? '';
    return answer;
  };
  await expect(connected({ instead })).rejects.toThrow(/asked "profile", it says "m-name-dut-.*the question before/s);
});

test('an answer that came too late is not taken for the next one', async () => {
  const { dut, fake } = await connected({
    instead: (command, before) =>
      command === 'db load 490' && before === 0 ? 'm-ready\r\nm-[Expecting 490 bytes]\r\n' : undefined,
  });
  const input = anInput(2);
  await settled(dut.load(input));
  await settled(dut.infer(once));
  expect(Buffer.compare(fake.inferred(), input)).toBe(0);
  expect(dut.linkUse().damagedFrames).toBeGreaterThan(0);
});

test.each([
  ['a line of an input', /^db [0-9a-f]{70}/, 'm-name-dut-[Some Vendor]\r\n'],
  ['a load', /^db load/, 'm-load-done\r\n'],
])('a DUT that answers %s as something else is out of step: it is asked its name', async (_what, asked, answer) => {
  let answered = 0;
  const { dut, fake } = await connected({
    instead: command => (asked.test(command) && answered++ === 0 ? answer : undefined),
  });
  const input = anInput(4);
  await settled(dut.load(input));
  expect(fake.commands.filter(command => command === 'name')).toHaveLength(2);
  expect(fake.commands[fake.commands.lastIndexOf('name') - 1]).toMatch(asked);
  await settled(dut.infer(once));
  expect(Buffer.compare(fake.inferred(), input)).toBe(0);
});

test('a DUT that resets in the middle of a load has failed', async () => {
  const { dut } = await connected({ restartsAt: 8 });
  const load = settled(dut.load(anInput(0)));
  await expect(load).rejects.toThrow(FirmwareFault);
  await expect(load).rejects.toThrow(/restarted while it was asked "db/);
});

test('an error in the middle of a load is mended when it does not come back', async () => {
  const refusal = 'e-[Insufficent number of hex digits]\r\n';
  let refused = 0;
  const { dut, fake } = await connected({
    instead: command => (/^db [0-9a-f]{70}/.test(command) && refused++ === 2 ? refusal : undefined),
  });
  const input = anInput(0);
  await settled(dut.load(input));
  await settled(dut.infer(once));
  expect(Buffer.compare(fake.inferred(), input)).toBe(0);
  expect(dut.linkUse()).toMatchObject({ lostFrames: 1 });
});

test.each([
  ['e-[Insufficent number of hex digits]', /DUT, db: refuses bytes 38 to \d+ of 490, 12 times: "Insufficent/],
  ["e-[Invalid hex digit 'zz']", /loaded 40 times, and never whole/],
])('%s in the middle of every load ends it, and is told', async (refusal, reason) => {
  const { dut } = await connected({
    instead: (command, before) =>
      command.startsWith('db ') && /^db [0-9a-f]+$/.test(command) && !command.startsWith('db 00')
        ? `${refusal}\r\n`
        : before < 0
          ? ''
          : undefined,
  });
  await expect(settled(dut.load(anInput(0)))).rejects.toThrow(reason);
});

test('a load that ends too early is not taken for done', async () => {
  const { dut } = await connected({ corrupt: buffer => buffer.fill(0x11, 100, 101) });
  await expect(settled(dut.load(anInput(0)))).rejects.toThrow(/byte 100 of an input of 490 is 0x11 in its buffer/);
});

test.each([
  ['no line says that it is done', ''],
  ['a line before the last says that it is done', 'm-load-done\r\n'],
])('where nothing can be read back, a load in which %s is done again', async (_what, answer) => {
  let answered = 0;
  const { dut, fake } = await connected({
    canPrint: false,
    instead: command => (/^db [0-9a-f]{70}/.test(command) && answered++ === 3 ? answer : undefined),
  });
  const input = anInput(9);
  await settled(dut.load(input));
  await settled(dut.infer(once));
  expect(Buffer.compare(fake.inferred(), input)).toBe(0);
});

test('no byte of an input is sent before the DUT has said how many it expects', async () => {
  const { dut, fake } = await connected({
    instead: (command, before) => (command === 'db load 490' && before < 3 ? 'm-[Expecting 49 bytes]\r\n' : undefined),
  });
  await settled(dut.load(anInput(1)));
  expect(fake.commands.slice(3, 8)).toEqual([...Array(4).fill('db load 490'), expect.stringMatching(/^db [0-9a-f]+$/)]);
});

test('an input that its buffer has no room for is refused with both sizes', async () => {
  const { dut } = await connected({ mostBytes: 256 });
  await expect(settled(dut.load(anInput(0)))).rejects.toThrow(
    /room for an input of 256 bytes, and the vectors have 490/,
  );
});

test('an inference that the DUT says to have run on a wrong length is refused', async () => {
  const { dut } = await connected({ inputBytes: 512 });
  await settled(dut.load(anInput(0)));
  await expect(settled(dut.infer(once))).rejects.toThrow(/its input has 490 elements, and its model takes 512/);
});

test('a reading of the clock that lost a digit is asked for again', async () => {
  let damaged = 0;
  const { dut } = await connected({
    instead: command =>
      command === 'infer 1 0' && damaged++ === 0
        ? 'm-warmup-start-0\r\nm-warmup-done\r\nm-infer-start-1\r\nm-lap-us-4290000000\r\nm-lap-us-429000250\r\nm-infer-done\r\nm-results-[0.001,0.002,0.003,0.004,0.005,0.006,0.007,0.008,0.009,0.010,0.011,0.012]\r\n'
        : undefined,
  });
  await settled(dut.load(anInput(5)));
  expect((await settled(dut.infer(once))).results[0]).toBe('0.005');
  expect(dut.linkUse()).toMatchObject({ damagedFrames: 1 });
});

test('a clock of another rate is believed when it stays so: that is for the verdict', async () => {
  const { dut } = await connected({ clockRate: 0.5, inferUs: 2_000_000 });
  await settled(dut.load(anInput(0)));
  const { laps } = await settled(dut.infer({ ...once, iterations: 4 }));
  expect(laps).toMatchObject({ hostUs: expect.toSatisfy(us => us > 7_900_000 && us < 8_100_000) });
});

test('a value that may have lost a digit is asked for again, and believed when it comes twice', async () => {
  let asked = 0;
  const { dut } = await connected({
    results: () => (asked++ === 1 ? ['0.567'] : ['10.567']),
  });
  await settled(dut.load(anInput(0)));
  const request = { ...once, results: 1, isPlain: false };
  expect((await settled(dut.infer(request))).results).toEqual(['10.567']);
  expect((await settled(dut.infer(request))).results).toEqual(['10.567']);
});

test('one byte of 500 is lost, both ways: 30 inferences are all right, and the losses are told', async () => {
  const { dut, fake } = await connected({ oneLostOf: 500, inferUs: 2500 });
  const wrong: number[] = [];
  for (const [index, input] of someInputs(30).entries()) {
    await settled(dut.load(input));
    const { results } = await settled(dut.infer(once));
    if (Buffer.compare(fake.inferred(), input) !== 0 || results[0] !== `0.${String(index).padStart(3, '0')}`)
      wrong.push(index);
  }
  const { damagedFrames, lostFrames } = dut.linkUse();
  expect({ wrong, overruns: fake.overruns() }).toEqual({ wrong: [], overruns: 0 });
  expect(damagedFrames + lostFrames).toBeGreaterThan(fake.lostBytes() / 2);
});
