// The text protocol on pseudo-terminals as slow as serial lines, with a DUT in C behind them that is MLPerf Tiny's to the byte.
import { afterEach, expect, test } from 'vitest';
import { noPacedLine, type PacedLineOptions, startPacedLine } from '../fixtures/paced-line.ts';
import { randomsFrom } from '../fixtures/random.ts';
import { missingTool } from '../fixtures/tools.ts';
import { serialTarget } from '../target/serial.ts';
import { type MlperfOptions, mlperfProtocol } from './mlperf-tiny.ts';
import type { MlperfDut, MlperfRequest } from './port.ts';

const missing = missingTool(noPacedLine === undefined, noPacedLine ?? '');
/** A machine with much else to do takes its time over 200 inferences on a bad line. */
const longestMs = 300_000;
const once: MlperfRequest = { iterations: 1, warmups: 0, results: 12, isPlain: true };

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each[Symbol.asyncDispose]();
});

interface Setup extends Omit<PacedLineOptions, 'dut'> {
  readonly dut?: readonly string[];
  readonly protocol?: MlperfOptions;
}

async function connect({ dut = [], protocol, ...line }: Setup = {}) {
  const signal = AbortSignal.timeout(longestMs);
  const paced = await startPacedLine({
    dut: ['mlperf-dut', '--uart-baud', String(line.baud ?? 115_200), ...dut],
    ...line,
  });
  open.push(paced);
  const target = serialTarget({ name: 'board', basis: 'silicon', port: { path: paced.path }, baud: line.baud });
  const link = await target.open('', signal);
  open.push(link);
  return { paced, dut: await mlperfProtocol({ readyMs: 300, ...protocol }).connect(link, signal) };
}

function someInputs(count: number, bytes = 490): readonly Uint8Array[] {
  const random = randomsFrom(3);
  return Array.from({ length: count }, () => Uint8Array.from({ length: bytes }, () => random(256)));
}

/** What the stand-in for a model in boards/firmware/host/mlperf.c makes of an input. */
function standIn(input: Uint8Array, classes = 12): readonly string[] {
  let hash = 2_166_136_261;
  for (const byte of input) hash = Math.imul(hash ^ byte, 16_777_619) >>> 0;
  const of256 = 128 + (Math.floor(hash / 256) % 100);
  const scores = Array.from({ length: classes }, () => 0);
  scores[hash % classes] = of256;
  scores[(hash + 1) % classes] = 256 - of256;
  return scores.map(score => `0.${String(Math.floor((score * 1000) / 256)).padStart(3, '0')}`);
}

async function resultsOf(dut: MlperfDut, input: Uint8Array): Promise<readonly string[]> {
  await dut.load(input);
  return (await dut.infer(once)).results;
}

test.skipIf(missing)('inputs arrive and results come back, at 115200', async () => {
  const { dut } = await connect({ dut: ['--vendor', 'Some Vendor', '--infer-us', '2500'] });
  expect(dut.identity).toMatchObject({ vendor: 'Some Vendor', modelId: 'kws01', timestamps: 'performance' });
  for (const input of someInputs(5)) expect(await resultsOf(dut, input)).toEqual(standIn(input));
  expect(dut.linkUse()).toMatchObject({ damagedFrames: 0, lostFrames: 0, leastDataBytes: 38 });
});

test.skipIf(missing).each<[string, readonly string[]]>([
  ['prints noise before it boots', ['--noise', '3000', '--boot-ms', '100']],
  ['echoes', ['--echo']],
  ['prints half a character of UTF-8', ['--half-utf8', '--at', '5']],
  ['tells the size of every input', ['--sized']],
  ['has a clock that is about to wrap', ['--clock-us', '4294960000']],
])('a DUT that %s is understood', async (_what, options) => {
  const { dut } = await connect({ dut: options });
  for (const input of someInputs(3)) expect(await resultsOf(dut, input)).toEqual(standIn(input));
});

test.skipIf(missing)('10 MB without a newline end in time, and the DUT is asked again', async () => {
  const { dut } = await connect({ baud: 12_000_000, dut: ['--flood', '10000000', '--at', '20'] });
  for (const input of someInputs(3)) expect(await resultsOf(dut, input)).toEqual(standIn(input));
  expect(dut.linkUse().lostFrames).toBeGreaterThan(0);
});

test.skipIf(missing)('a DUT that answers the question before is found out', async () => {
  await expect(connect({ dut: ['--late'] })).rejects.toThrow(/the question before/);
});

test.skipIf(missing)('a DUT that resets in the middle of a load has failed', async () => {
  const { dut } = await connect({ dut: ['--reset', '--at', '12'] });
  await expect(resultsOf(dut, someInputs(1)[0] ?? new Uint8Array())).rejects.toThrow(
    /restarted while it was asked "db/,
  );
});

test.skipIf(missing)('a DUT that falls silent is given up', async () => {
  const { dut } = await connect({ dut: ['--mute', '--at', '12'] });
  await expect(resultsOf(dut, someInputs(1)[0] ?? new Uint8Array())).rejects.toThrow(/not even its name/);
});

test.skipIf(missing)('a command buffer that is smaller than declared is found out by reading back', async () => {
  const { dut } = await connect({ protocol: { commandBuffer: 256 } });
  await expect(resultsOf(dut, someInputs(1)[0] ?? new Uint8Array())).rejects.toThrow(/DUT, db/);
});

test.skipIf(missing)('one that is as large as declared is used', async () => {
  const { dut } = await connect({ dut: ['--cmd-size', '1028'], protocol: { commandBuffer: 1028 } });
  for (const input of someInputs(2)) expect(await resultsOf(dut, input)).toEqual(standIn(input));
  expect(dut.linkUse().leastDataBytes).toBe(512);
});

test.skipIf(missing).each<[string, number, Setup]>([
  ['is lost', 200, { drop: 0.001 }],
  ['has a wrong bit', 20, { flip: 0.001 }],
])(
  'where one byte of a thousand %s, %i inferences are right, and that is told',
  async (_what, count, line) => {
    const { dut, paced } = await connect({ baud: 921_600, seed: 5, ...line });
    const wrong: number[] = [];
    for (const [index, input] of someInputs(count).entries())
      if ((await resultsOf(dut, input)).join() !== standIn(input).join()) wrong.push(index);
    const { toDut, toHost } = await paced.end();
    const { damagedFrames, lostFrames } = dut.linkUse();
    expect(wrong).toEqual([]);
    expect(damagedFrames + lostFrames).toBeGreaterThan((toDut.lost + toDut.flipped + toHost.lost + toHost.flipped) / 3);
  },
  longestMs,
);
