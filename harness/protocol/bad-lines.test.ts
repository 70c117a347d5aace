import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProtocolError } from '../errors.ts';
import type { FaultyLineOptions } from '../measure/faulty-line.ts';
import { connectOver, inputOf, inVirtualTime, model, truth } from './fixtures/bad-line-session.ts';
import type { MockOptions } from './mock.ts';
import type { Dut } from './port.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A DUT with the model prepared. */
async function prepared(
  line: FaultyLineOptions,
  mock: MockOptions = {},
): Promise<Awaited<ReturnType<typeof connectOver>>> {
  const session = await connectOver(line, mock);
  await session.dut.load(model);
  await session.dut.prepare(model.length);
  return session;
}

async function inferAll(dut: Dut, count: number): Promise<void> {
  for (let vector = 0; vector < count; vector++)
    expect(await dut.infer(inputOf(vector))).toMatchObject(truth(inputOf(vector)));
}

/** Which inferences, from 1, say that they were disturbed. */
async function disturbedOf(dut: Dut, count: number): Promise<number[]> {
  const disturbed: number[] = [];
  for (let inference = 1; inference <= count; inference++)
    if ((await dut.infer(inputOf(inference))).isDisturbed) disturbed.push(inference);
  return disturbed;
}

test('sends nothing twice, and frames as long as they may be, over a line that loses nothing', async () => {
  const { dut, link } = await inVirtualTime(prepared({ seed: 1 }));
  await inVirtualTime(inferAll(dut, 50));
  expect(dut.linkUse()).toMatchObject({ repeats: 0, damagedFrames: 0, lostFrames: 0, leastDataBytes: 1017 });
  expect(link.done.toDut.drop).toBe(0);
});

test('frames get shorter where one byte in a hundred is lost, so that a model gets through', async () => {
  const faults = { drop: 1e-2 };
  const startMs = performance.now();
  const { dut } = await inVirtualTime(connectOver({ seed: 2, toDut: faults, toHost: faults }));
  await inVirtualTime(dut.load(model.slice()));
  expect(dut.linkUse().leastDataBytes).toBeLessThan(64);
  expect(performance.now() - startMs).toBeLessThan(10_000); // 0.2 s over a good line
});

test('frames to the DUT stay long where only its answers are lost', async () => {
  const { dut } = await inVirtualTime(connectOver({ seed: 3, toHost: { flip: 1e-2 } }));
  const before = dut.linkUse().requests;
  await inVirtualTime(dut.load(model));
  expect(dut.linkUse().requests - before).toBe(3); // DESCRIBE, and WRITE of 1017 and 983 bytes
});

test('a lost answer to INFER is asked for again about when it was due, not half a minute later', async () => {
  const { dut } = await inVirtualTime(prepared({ seed: 4, toHost: { drop: 2e-3 } }, { windowMs: () => 80 }));
  const startMs = performance.now();
  await inVirtualTime(inferAll(dut, 200));
  expect(dut.linkUse().repeats).toBeGreaterThan(20);
  expect(performance.now() - startMs).toBeLessThan(200 * 94 * 1.25 + 1000); // 94 ms each over a good line
});

function longEachFortieth(inference: number): number {
  return inference % 40 === 0 ? 1500 : 60;
}

test('a window in which a repeat arrived says so, and no other does', async () => {
  const ticks: MockOptions['ticks'] = ({ inference }) => longEachFortieth(inference) * 1000;
  const arrivedIn = new Set<number>();
  const faults = { drop: 2e-3, flip: 2e-3 };
  const mock = {
    windowMs: longEachFortieth,
    ticks,
    onDisturbance: (inference: number) => void arrivedIn.add(inference),
  };
  const { dut } = await inVirtualTime(prepared({ seed: 5, toDut: faults, toHost: faults }, mock));
  const disturbed = await inVirtualTime(disturbedOf(dut, 400));
  expect(dut.linkUse().repeats).toBeGreaterThan(100);
  expect(arrivedIn.size).toBeGreaterThan(9); // the long ones
  expect(disturbed).toEqual([...arrivedIn]);
});

test('a byte that the line made up within a window says so, though nothing was sent again', async () => {
  const { dut, link } = await inVirtualTime(prepared({ seed: 12 }, { windowMs: () => 60 }));
  const inference = dut.infer(inputOf(0));
  setTimeout(() => void link.write(Uint8Array.of(0)), 30);
  expect(await inVirtualTime(inference)).toMatchObject({ isDisturbed: true });
  expect(await inVirtualTime(dut.infer(inputOf(1)))).not.toHaveProperty('isDisturbed');
  expect(dut.linkUse()).toMatchObject({ repeats: 0, lostFrames: 0, damagedFrames: 0 });
});

test('a DUT that cannot tell is taken to be disturbed by whatever was sent twice', async () => {
  const mock = { windowMs: (inference: number) => (inference === 7 ? 7000 : 60), ticks: () => 60_000 };
  const { dut } = await inVirtualTime(prepared({ seed: 6 }, { ...mock, tellsDisturbance: false }));
  expect(await inVirtualTime(disturbedOf(dut, 10))).toEqual([7]);
  expect(dut.linkUse()).toMatchObject({ repeats: 1, lostFrames: 0 });
});

test('gives up in the end, and says what the line did', async () => {
  const { dut, link } = await inVirtualTime(prepared({ seed: 6, toDut: { drop: 5e-3 } }));
  await inVirtualTime(inferAll(dut, 50));
  link.write = async () => {};
  const error = await inVirtualTime(dut.stats()).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ProtocolError);
  expect(String(error)).toMatch(/no answer to STATS \(sent 200 times\); of \d+ frames sent so far \d\d+ were lost/);
});
