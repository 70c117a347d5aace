import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { faultyLine } from '../measure/faulty-line.ts';
import { crc32c } from './crc.ts';
import { inVirtualTime } from './fixtures/bad-line-session.ts';
import { type VirtualLineOptions, virtualLine } from './fixtures/virtual-line.ts';
import { type MockOptions, mockTarget } from './mock.ts';
import { u32 } from './payload.ts';
import type { Dut } from './port.ts';
import { tickmarkProtocol } from './tickmark.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const board = { maxPayload: 1024, memory: false, windowBytes: 1983, keptResults: 30 } as const;

describe('the line to the DUT never idles', () => {
  test.each([
    { input: 27_648, baud: 115_200, latencyMs: 0, least: 0.965 },
    { input: 27_648, baud: 921_600, latencyMs: 0, least: 0.965 },
    { input: 27_648, baud: 115_200, latencyMs: 16, least: 0.965 },
    { input: 27_648, baud: 921_600, latencyMs: 16, windowBytes: 12_735, least: 0.965 },
    { input: 490, baud: 115_200, latencyMs: 0, least: 0.95 },
    { input: 490, baud: 921_600, latencyMs: 0, least: 0.95 },
    { input: 490, baud: 115_200, latencyMs: 16, least: 0.95 },
  ])('with inputs of $input bytes at $baud baud and a latency of $latencyMs ms', async ({ input, least, ...line }) => {
    const count = Math.ceil(100_000 / input);
    const { payloadShare } = await inVirtualTime(timed({ inputBytes: input, windowMs: () => 2, count, ...line }));
    expect(payloadShare).toBeGreaterThan(least);
  });

  test('while it computes for as long as its window lasts', async () => {
    const windowBytes = 14_000; // 1.2 s
    const share = (windowMs: number) =>
      inVirtualTime(timed({ inputBytes: 27_648, count: 5, baud: 115_200, windowBytes, windowMs: () => windowMs }));
    expect((await share(1100)).payloadShare).toBeGreaterThan(0.95);
    expect((await share(2200)).payloadShare).toBeLessThan(0.8);
  });

  test('and no more comes than the DUT has room for', async () => {
    const onOverflow = vi.fn();
    const sizes = { inputBytes: 490, baud: 921_600, windowMs: () => 300, count: 20, onOverflow };
    await inVirtualTime(timed(sizes));
    expect(onOverflow).not.toHaveBeenCalled();
  });
});

describe('on a line that loses one byte in a thousand', () => {
  test.each([
    { input: 490, output: 12, windowBytes: 1983 },
    { input: 490, output: 12, windowBytes: 40_000 },
    { input: 490, output: 12, windowBytes: 300 },
    { input: 27_648, output: 2, windowBytes: 12_000 },
    { input: 640, output: 640, windowBytes: 1983 },
    { input: 3, output: 1, windowBytes: 64 },
  ])(
    'each input of $input bytes is inferred once, whatever it takes, with a window of $windowBytes',
    async ({ input, output, windowBytes }) => {
      const count = input > 1000 ? 2 : 60;
      const { wrong, inferences, use } = await inVirtualTime(onBadLine({ input, output, windowBytes, count }));
      expect({ wrong, inferences }).toEqual({ wrong: [], inferences: count });
      expect(use.repeats).toBeGreaterThan(input < 100 ? 0 : 20);
      expect(use.lostFrames).toBeGreaterThan(0);
    },
  );

  test('a result that the DUT has no room for any more is waited for', async () => {
    const few = { input: 30, output: 12, windowBytes: 1983, keptResults: 1, count: 60 };
    expect(await inVirtualTime(onBadLine(few))).toMatchObject({ wrong: [], inferences: 60 });
  });
});

test.each([{ windowBytes: undefined }, { windowBytes: 0 }])(
  'a DUT with a window of $windowBytes gets its inputs one at a time',
  async ({ windowBytes }) => {
    const mock = { ...board, windowBytes, inputBytes: 4 } as MockOptions;
    const dut = await connect(mock);
    await dut.prepare(0);
    const outputs = await inVirtualTime(all(dut.inferAll([Uint8Array.of(1, 2, 3, 4), new Uint8Array(4)])));
    expect(outputs).toEqual([Uint8Array.of(4, 3, 2, 1), new Uint8Array(4)]);
  },
);

test('where there is a back door, inputs take it', async () => {
  const dut = await connect({ ...board, memory: true });
  await dut.prepare(0);
  expect(await all(dut.inferAll([Uint8Array.of(1, 2, 3, 4)]))).toEqual([Uint8Array.of(4, 3, 2, 1)]);
  expect(dut.carried()).toEqual({ tensors: 'memory' });
});

test('the session goes on after it, and inputs may be fed again', async () => {
  const dut = await connect(board);
  await dut.prepare(0);
  const input = Uint8Array.of(1, 2, 3, 4);
  expect((await all(dut.inferAll([input, input]))).length).toBe(2);
  expect((await dut.infer(input)).output).toEqual(input.toReversed());
  expect((await all(dut.inferAll([input]))).length).toBe(1);
  await dut.prepare(0);
  expect((await all(dut.inferAll([input]))).length).toBe(1);
  expect(dut.waiting()).toBeUndefined();
});

test('a result that belongs to other bytes ends the session', async () => {
  const dut = await connect({ ...board, wrongDigests: true });
  await dut.prepare(0);
  const outputs = all(dut.inferAll([new Uint8Array(4)]));
  await expect(outputs).rejects.toThrow('the result digest of a FEED answer is 0x0');
});

test('a COLLECT that is lost is asked again as soon as a FEED would be', async () => {
  const { signal } = new AbortController();
  let deafUntilMs = 0;
  const link = await mockTarget({ ...board, keptResults: 1 }).open('', signal);
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (performance.now() >= deafUntilMs) await link.write(bytes);
  };
  const dut = await tickmarkProtocol().connect({ ...link, write }, signal);
  await dut.prepare(0);
  const outputs = dut.inferAll([new Uint8Array(4), new Uint8Array(4), new Uint8Array(4)]);
  await outputs[Symbol.asyncIterator]().next();
  const lostMs = performance.now();
  deafUntilMs = lostMs + 7000; // the second FEED, and the COLLECT for it
  expect(await inVirtualTime(all(outputs))).toHaveLength(2);
  expect(performance.now() - lostMs).toBeLessThan(15_000); // when a silent board is given up
});

test('a crash while it is fed is told as one', async () => {
  const dut = await connect({ ...board, faultAtInference: { inference: 2, text: 'HardFault pc=0x10' } });
  await dut.prepare(0);
  const outputs = all(dut.inferAll([new Uint8Array(4), new Uint8Array(4)]));
  await expect(outputs).rejects.toThrow('the firmware faulted: HardFault pc=0x10');
});

test('an inference that fails is the firmware’s fault', async () => {
  const dut = await connect({ ...board, refuse: { feed: { code: 11, text: 'no memory' } } });
  await dut.prepare(0);
  const outputs = all(dut.inferAll([new Uint8Array(4)]));
  await expect(outputs).rejects.toThrow('it refused FEED: no memory (error 11)');
});

interface Timed extends VirtualLineOptions, Partial<MockOptions> {
  readonly inputBytes: number;
  readonly count: number;
}

/** The share of the line's raw bytes that the inputs were, from the first byte to the last window, in which nothing is left to send. */
async function timed({ count, ...options }: Timed): Promise<{ readonly payloadShare: number }> {
  const { signal } = new AbortController();
  const inputs = Array.from({ length: count }, (_, vector) => inputOf(vector, options.inputBytes));
  const link = virtualLine(await mockTarget({ ...board, infer: digestOf, ...options }).open('', signal), options);
  const dut = await tickmarkProtocol().connect(link, signal);
  await dut.prepare(0);
  const startMs = performance.now();
  const outputs = await all(dut.inferAll(inputs));
  const rawBytes = ((performance.now() - startMs - (options.windowMs?.(count, 1) ?? 0)) / 10_000) * options.baud;
  expect(outputs).toEqual(inputs.map(digestOf));
  expect(dut.linkUse()).toMatchObject({ repeats: 0, lostFrames: 0, damagedFrames: 0 });
  return { payloadShare: (count * options.inputBytes) / rawBytes };
}

function digestOf(input: Uint8Array): Uint8Array {
  return u32(crc32c(input));
}

interface BadLine {
  readonly input: number;
  readonly output: number;
  readonly windowBytes: number;
  readonly keptResults?: number;
  readonly count: number;
}

/** Outputs tell how many inferences went before, as those of a model with a state do. */
async function onBadLine({ input, output, count, ...sizes }: BadLine) {
  const { signal } = new AbortController();
  let inferences = 0;
  const answer = (bytes: Uint8Array, before: number): Uint8Array =>
    Uint8Array.from({ length: output }, (_, at) => crc32c(bytes) + before * (at + 1));
  const infer = (bytes: Uint8Array): Uint8Array => answer(bytes, inferences++);
  const mock = mockTarget({ ...board, ...sizes, inputBytes: input, infer, windowMs: () => 1 });
  const rates = { drop: 1e-3 };
  const bad = faultyLine(await mock.open('', signal), { seed: input, toDut: rates, toHost: rates });
  const dut = await tickmarkProtocol().connect(virtualLine(bad, { baud: 115_200 }), signal);
  await dut.prepare(0);
  inferences = 0;
  const inputs = Array.from({ length: count }, (_, vector) => inputOf(vector, input));
  const wrong: number[] = [];
  let vector = 0;
  for await (const heard of dut.inferAll(inputs)) {
    if (Buffer.compare(heard, answer(inputs[vector] ?? heard, vector)) !== 0) wrong.push(vector);
    vector++;
  }
  return { wrong, inferences, use: dut.linkUse() };
}

function inputOf(vector: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (vector + 1) * (at + 3) + (at >> 5));
}

async function connect(mock: MockOptions): Promise<Dut> {
  const { signal } = new AbortController();
  return tickmarkProtocol().connect(await mockTarget(mock).open('', signal), signal);
}

async function all(outputs: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const seen: Uint8Array[] = [];
  for await (const output of outputs) seen.push(output);
  return seen;
}
