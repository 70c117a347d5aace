import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FirmwareFault, ModelRefused, ProtocolError, TargetError } from '../errors.ts';
import { queueOf } from '../queue.ts';
import type { Link } from '../target/port.ts';
import { encodeFrame } from './frame.ts';
import { type MockOptions, mockTarget } from './mock.ts';
import type { Dut } from './port.ts';
import { tickmarkProtocol } from './tickmark.ts';
import { kinds } from './wire.ts';

const model = Uint8Array.from({ length: 300 }, (_, at) => at);
const nonce = new Uint8Array(16).fill(7);
const { signal } = new AbortController();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('learns who answers', async () => {
  const { identity } = await connect({ buildId: 'ab'.repeat(20), board: 'rp2040', tickHz: 125e6 });
  expect(identity).toMatchObject({ protocol: 'tickmark/1', buildId: 'ab'.repeat(20), board: 'rp2040', tickHz: 125e6 });
});

test('learns why the chip booted, where the firmware can tell', async () => {
  expect((await connect({ resetCause: 'watchdog' })).identity.resetCause).toBe('watchdog');
  expect((await connect({ resetCause: '' })).identity).not.toHaveProperty('resetCause');
  expect((await settled(connect({ isOld: true }))).identity).toMatchObject({ board: 'mock', tickSource: 'declared' });
});

test('learns whether a pin marks windows, where the agent says', async () => {
  expect((await connect({ marksWindows: true })).identity.marksWindows).toBe(true);
  expect((await connect({})).identity.marksWindows).toBe(false);
  expect((await settled(connect({ isOld: true }))).identity).not.toHaveProperty('marksWindows');
});

test.each([{ faults: {} }, { faults: { drop: [5] } }, { faults: { corrupt: [5] } }])(
  'has the firmware restart, also when the line has $faults',
  async ({ faults }) => {
    const dut = await prepared({ resets: true, faults });
    await settled(dut.reset());
    await expect(settled(dut.infer(new Uint8Array(4)))).rejects.toThrow(/the firmware restarted|no model is prepared/);
  },
);

test('says of firmware that cannot restart itself that it cannot', async () => {
  await expect((await connect({})).reset()).rejects.toThrow('it refused RESET: unknown request (error 1)');
});

test.each([
  { way: 'by the back door', options: {} },
  { way: 'in WRITE chunks where the link has no back door', options: { memory: false } },
  { way: 'in WRITE chunks where the region has no address', options: { regionFlags: 1 } },
])('loads, proves and runs a model $way', async ({ options }) => {
  const dut = await connect({ ...options, inputBytes: 100 });
  const input = Uint8Array.from({ length: 100 }, (_, at) => at);
  await dut.load(model);
  expect(await dut.proveModel(model.length, nonce)).toEqual(sha256(nonce, model));
  expect(await dut.prepare(model.length)).toEqual({ arenaBytes: 512, inputBytes: 100, outputBytes: 100, operators: 2 });
  expect(await dut.infer(input, { repeat: 3 })).toEqual({ ticks: 3000, output: input.toReversed() });
});

test('reads operator ticks page by page', async () => {
  const operatorTicks = Array.from({ length: 40 }, (_, at) => at * 1000);
  expect(await (await prepared({ operatorTicks })).operatorTicks()).toEqual(operatorTicks);
});

test('reads the stack and arena figures', async () => {
  const stats = { stackBytes: 1, stackReservedBytes: 2, arenaBytes: 3, arenaReservedBytes: 4, droppedFrames: 5 };
  expect(await (await connect({ stats })).stats()).toEqual(stats);
});

test('reads what the application sent since PREPARE, where it has a channel', async () => {
  const dut = await prepared({ uplinkBytes: output => output.length + 13 });
  for (const repeat of [1, 5]) await dut.infer(new Uint8Array(4), { repeat });
  expect((await dut.stats()).uplink).toEqual({ messages: 2, bytes: 34 });
  await dut.prepare(model.length);
  expect((await dut.stats()).uplink).toEqual({ messages: 0, bytes: 0 });
});

test.each(['drop', 'corrupt', 'cut', 'duplicate'] as const)('gets over a frame that the link may %s', async fault => {
  for (const frame of [1, 2, 3, 4, 5, 6]) {
    const dut = await prepared({ faults: { [fault]: [frame] } });
    expect((await settled(dut.infer(Uint8Array.of(1, 2, 3, 4)))).output).toEqual(Uint8Array.of(4, 3, 2, 1));
  }
});

test('never makes a second inference of a repeated INFER', async () => {
  const seen: number[] = [];
  const dut = await prepared({ ticks: ({ inference }) => seen.push(inference) && inference, faults: { drop: [6] } });
  expect((await settled(dut.infer(new Uint8Array(4)))).ticks).toBe(1);
  expect(seen).toEqual([1]);
});

test('takes no answer that comes twice for that of the next request', async () => {
  const dut = await prepared({ faults: { duplicate: [6] } });
  await settled(dut.infer(Uint8Array.of(1, 2, 3, 4)));
  expect((await settled(dut.infer(Uint8Array.of(5, 6, 7, 8)))).output).toEqual(Uint8Array.of(8, 7, 6, 5));
});

test('asks again soon when what came back was damaged, also for a long inference', async () => {
  const dut = await prepared({ faults: { corrupt: [6] } });
  const startedMs = performance.now();
  await settled(dut.infer(new Uint8Array(4)));
  expect(performance.now() - startedMs).toBeLessThanOrEqual(1500);
});

test('sends no byte into a long inference', async () => {
  const target = mockTarget({ faults: { drop: [6] } });
  const link = await target.open('', signal);
  const write = vi.spyOn(link, 'write');
  const dut = await settled(tickmarkProtocol().connect(link, signal));
  await settled(dut.prepare(1));
  const inference = dut.infer(new Uint8Array(4));
  await vi.advanceTimersByTimeAsync(29_000);
  const before = write.mock.calls.length;
  await vi.advanceTimersByTimeAsync(2000);
  await new Promise(setImmediate);
  expect(write.mock.calls.length).toBe(before + 1);
  await inference;
});

test('passes over the introduction of an earlier session', async () => {
  await expect(connect({ staleNonces: 2 })).resolves.toBeDefined();
  await expect(connect({ staleNonces: 20 })).rejects.toThrow('no answer to HELLO (sent 20 times)');
});

test('takes what a boot loader says for no fault of the link', async () => {
  const link = await mockTarget({}).open('', signal);
  const noisy = { ...link, bytes: after(Buffer.from([0xfe, 0x91, 0x03, 0, 0x80, 0]), link.bytes) };
  const dut = await settled(tickmarkProtocol().connect(noisy, signal));
  expect(dut.linkUse()).toMatchObject({ damagedFrames: 0, repeats: 0 });
});

test('takes what firmware prints, in colour too, for no damaged answer', async () => {
  const link = await mockTarget({}).open('', signal);
  const printing = { ...link, bytes: between(Buffer.from('\0\x1b[32mI (31) boot: süß\x1b[0m\r\n'), link.bytes) };
  const dut = await settled(tickmarkProtocol().connect(printing, signal));
  await settled(dut.prepare(1));
  await settled(dut.infer(new Uint8Array(4)));
  expect(dut.linkUse()).toMatchObject({ damagedFrames: 0, repeats: 0 });
});

async function* repeating(line: string): AsyncGenerator<Uint8Array> {
  for (let count = 0; count < 40; count++) yield Buffer.from(line);
  await new Promise(() => {});
}

/** A READY each `everyMs`, as from a boot loop. */
async function* readies(everyMs: number): AsyncGenerator<Uint8Array> {
  while (true) {
    yield encodeFrame({ kind: kinds.ready, sequence: 0, payload: new Uint8Array() });
    await new Promise(resolve => setTimeout(resolve, everyMs));
  }
}

async function* after(first: Uint8Array, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* bytes;
}

async function* between(text: Uint8Array, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    yield text;
    yield chunk;
  }
}

test('names both versions when there is no common one', async () => {
  await expect(connect({ version: 2 })).rejects.toThrow('this DUT speaks version 2 only (error 3)');
});

test('says what it sent and what it heard when nobody answers', async () => {
  const faults = { drop: Array.from({ length: 20 }, (_, at) => at + 2) };
  await expect(connect({ faults })).rejects.toThrow(/no answer to HELLO \(sent 20 times\); last heard: 00 02 80 01 05/);
});

test('firmware that takes long to boot is asked for as long as its board file says', async () => {
  const faults = { drop: Array.from({ length: 40 }, (_, at) => at + 2) };
  const link = await mockTarget({ faults }).open('', signal);
  await expect(settled(tickmarkProtocol({ bootMs: 11_000 }).connect(link, signal))).resolves.toBeDefined();
});

test('shows what firmware without the agent prints, and says that this is what it is', async () => {
  const link = { ...(await mockTarget({}).open('', signal)), bytes: repeating('\x1b[32mtemp=21°C\x1b[0m\r\n') };
  const error = await settled(tickmarkProtocol().connect(link, signal)).catch((reason: unknown) => reason);
  expect(String(error)).toMatch(/last heard: "[^"]*temp=21°C\\r\\n"/);
  expect(String(error)).toContain('it prints text, and has no agent');
});

test('a line that gives back what is sent is told apart from one that is dead', async () => {
  const queue = queueOf<Uint8Array>();
  const link = {
    ...(await mockTarget({}).open('', signal)),
    bytes: queue,
    write: async (sent: Uint8Array) => queue.push(sent),
  };
  const error = await settled(tickmarkProtocol().connect(link, signal)).catch((reason: unknown) => reason);
  expect(String(error)).toMatch(/no answer to HELLO.*\n.*what is sent comes back/);
});

test('firmware that restarts in a loop is the firmware’s fault', async () => {
  const silent = { ...(await mockTarget({}).open('', signal)), write: async () => {}, bytes: readies(50) };
  const fault = await settled(tickmarkProtocol().connect(silent, signal)).catch((reason: unknown) => reason);
  expect(fault).toBeInstanceOf(FirmwareFault);
  expect(String(fault)).toContain('restarts again and again');
});

test('a DUT that falls silent has stopped, and the link is not blamed', async () => {
  const { link, dut } = await preparedOver({});
  link.write = async () => {};
  const error = await settled(dut.stats()).catch((reason: unknown) => reason);
  expect(String(error)).toMatch(
    /it stopped answering after PREPARE: no answer to STATS \(sent 5 times\); last heard: .*\n.*hang/,
  );
  expect(dut.linkUse()).toMatchObject({ repeats: 4, lostFrames: 0, damagedFrames: 0 });
});

test('tells what it waits for, how often that was sent and since when', async () => {
  const { link, dut } = await preparedOver({});
  await settled(dut.infer(new Uint8Array(4)));
  expect(dut.waiting()).toBeUndefined();
  link.write = async () => {};
  const inference = dut.infer(new Uint8Array(4)).catch(() => {});
  await vi.advanceTimersByTimeAsync(9_800);
  expect(dut.waiting()).toEqual({ request: 'INFER', sendings: 1, ms: 9_800 });
  await link[Symbol.asyncDispose]();
  await inference;
  expect(dut.waiting()).toMatchObject({ request: 'INFER', sendings: 1 });
});

test('writes no more bytes than a region has, by the back door neither', async () => {
  const dut = await prepared({ inputBytes: 5 });
  await expect(dut.infer(new Uint8Array(6))).rejects.toThrow('its input region has 5 bytes, 6 are to be written');
});

test('rejects an answer that belongs to another inference', async () => {
  const dut = await prepared({ wrongDigests: true });
  await expect(settled(dut.infer(new Uint8Array(4)))).rejects.toThrow('result digest');
});

test('rejects an input that did not arrive as it was', async () => {
  const dut = await prepared({ inputBytes: 5 });
  await expect(settled(dut.infer(Uint8Array.of(1, 2, 3, 4)))).rejects.toThrow(
    'the input region has another digest (error 10)',
  );
});

test.each([6, 7, 8])('tells a model that the runtime refuses (error %i) from a fault of the rig', async code => {
  const dut = await connect({ refuse: { prepare: { code, text: 'no kernel for TANH int16' } } });
  const refusal = await dut.prepare(1).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ModelRefused);
  expect(String(refusal)).toContain('no kernel for TANH int16');
});

test('refuses a model that is larger than the place for it', async () => {
  await expect((await connect({})).load(new Uint8Array((1 << 20) + 1))).rejects.toThrow(ModelRefused);
});

test('any other refusal is a ProtocolError with the words of the DUT', async () => {
  const dut = await connect({ refuse: { stats: { code: 1, text: 'unknown request' } } });
  await expect(dut.stats()).rejects.toThrow(
    new ProtocolError(
      'it refused STATS: unknown request (error 1)',
      'DUT',
      'host and firmware disagree about the protocol or the memory: see PROTOCOL.md',
    ),
  );
});

test('reports a crash of the firmware in its own words', async () => {
  const dut = await prepared({ faultAtInference: { inference: 2, text: 'HardFault pc=0x10000420' } });
  await dut.infer(new Uint8Array(4));
  const fault = await dut.infer(new Uint8Array(4)).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(FirmwareFault);
  expect(String(fault)).toContain('the firmware faulted: HardFault pc=0x10000420');
});

test('a lost link is the fault of the target, with its reason', async () => {
  const dut = await prepared({ faults: { dieAtInference: 1 } });
  await expect(dut.infer(new Uint8Array(4))).rejects.toThrow(TargetError);
});

test('an abort ends a request at once, with the reason of the abort', async () => {
  const abort = new AbortController();
  const link = await mockTarget({ faults: { drop: [4] } }).open('', signal);
  const dut = await settled(tickmarkProtocol().connect(link, abort.signal));
  const proof = dut.proveModel(1, nonce);
  abort.abort(new Error('interrupted'));
  await expect(proof).rejects.toThrow('interrupted');
});

async function connect(options: MockOptions): Promise<Dut> {
  const link = await mockTarget(options).open('', signal);
  return settled(tickmarkProtocol().connect(link, signal));
}

async function preparedOver(options: MockOptions): Promise<{ link: Link; dut: Dut }> {
  const link = { ...(await mockTarget(options).open('', signal)) };
  const dut = await settled(tickmarkProtocol().connect(link, signal));
  await settled(dut.prepare(1));
  return { link, dut };
}

async function prepared(options: MockOptions): Promise<Dut> {
  const dut = await connect(options);
  await settled(dut.prepare(1));
  return dut;
}

/** Lets virtual time pass until the promise settles. */
async function settled<T>(promise: Promise<T>): Promise<T> {
  const settling = new AbortController();
  const stop = (): void => settling.abort();
  promise.then(stop, stop);
  while (!settling.signal.aborted) await vi.advanceTimersByTimeAsync(500);
  return promise;
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
