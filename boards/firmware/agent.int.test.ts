import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { crc32c } from '../../harness/protocol/crc.ts';
import { encodeFrame, type Frame, frameParser } from '../../harness/protocol/frame.ts';
import { join, readPayload, u8, u16, u32 } from '../../harness/protocol/payload.ts';
import { kinds } from '../../harness/protocol/wire.ts';
import type { Link } from '../../harness/target/port.ts';
import { rp2040Target } from '../../harness/target/rp2040.ts';

const image = fileURLToPath(new URL('images/rp2040.elf', import.meta.url));
const model = readFileSync(new URL('../../suites/vibration-anomaly/anomaly_int8.tflite', import.meta.url));
const modelAddress = 0x1004_0000;
const inputBytes = 192;
const most = 1024;
const hello = join(Buffer.from('TKMK'), u8(1), u8(9), Buffer.alloc(8, 7));
const zeros = new Uint8Array(inputBytes);

test('the agent says READY once, then who it is, to any range of versions that has its own', async () => {
  await using dut = await boot();

  const answer = readPayload((await dut.ask(kinds.hello, hello)).payload);

  expect([answer.u8(), Buffer.from(answer.bytes(8))]).toEqual([1, Buffer.alloc(8, 7)]);
  expect([answer.u16(), answer.u32()]).toEqual([most, 125_000_000]);
  expect(await dut.error(kinds.hello, join(Buffer.from('TKMK'), u8(2), u8(3), Buffer.alloc(8)))).toBe(3);
});

test('the agent names itself, in one piece or in many', async () => {
  await using dut = await boot();

  const { payload } = await dut.ask(kinds.identify, u16(0));
  let pieces: Uint8Array = new Uint8Array();
  while (pieces.length < payload.length)
    pieces = join(pieces, (await dut.ask(kinds.identify, u16(pieces.length), { limit: 7 })).payload);

  expect(pieces).toEqual(payload);
  const identity = readPayload(payload);
  expect(readFileSync(image).indexOf(identity.bytes(20))).toBeGreaterThan(0);
  expect(Array.from({ length: 4 }, () => identity.shortText())).toEqual(['rp2040', '', 'tickmark-ref/1', 'systick']);
});

test('an answer ends at the limit, and a repeat gets no more than was left of it', async () => {
  await using dut = await prepared();

  const lengths = [];
  for (const limit of [12, 5, 12])
    lengths.push((await dut.ask(kinds.stats, undefined, { limit, sequence: 9 })).payload.length);
  expect(lengths).toEqual([12, 5, 5]);

  const { payload } = await dut.ask(0x33, undefined, { limit: 9 });
  expect(Buffer.from(payload.subarray(2)).toString()).toBe('unknown');
});

test('the digest of a result is over input, output, ticks and whether the window was disturbed', async () => {
  await using dut = await prepared();
  await dut.ask(kinds.write, join(u8(1), u32(0), zeros));
  const { payload } = await dut.ask(kinds.infer, join(u8(0), u16(1), u32(crc32c(zeros))));
  const [window, output] = [payload.subarray(0, 9), payload.subarray(13)];
  expect(readPayload(payload.subarray(9)).u32()).toBe(crc32c(zeros, output, window));
});

test('a repeated request gets the same answer and no second inference', async () => {
  await using dut = await prepared();
  await dut.ask(kinds.write, join(u8(1), u32(0), zeros));
  const request = join(u8(0), u16(1), u32(crc32c(zeros)));
  const first = await dut.ask(kinds.infer, request, { sequence: 77 });
  const instructions = await dut.instructions();

  const again = await dut.ask(kinds.infer, request, { sequence: 77 });

  expect(again).toEqual(first);
  expect((await dut.instructions()) - instructions).toBeLessThan(20_000); // an inference takes 80,000
});

test('frames that arrive broken are dropped and counted, and the next one is answered', async () => {
  await using dut = await prepared();
  const frame = encodeFrame({ kind: kinds.stats, sequence: 5, payload: u16(most) });
  const flipped = frame.map((byte, i) => (i === 3 ? byte ^ 4 : byte));

  await dut.link.write(join(flipped, Buffer.from('noise'), new Uint8Array(3), Buffer.alloc(5000, 1), u8(0)));
  const stats = readPayload((await dut.ask(kinds.stats)).payload);

  stats.bytes(16);
  expect(stats.u32()).toBe(3);
});

test('the proof is over the bytes that lie in flash, and the nonce', async () => {
  await using dut = await prepared();
  const nonce = Buffer.alloc(16, 3);
  const damaged = Buffer.from(model);
  damaged[100] ^= 1;
  await dut.link.memory?.write(modelAddress + 100, damaged.subarray(100, 101));

  const { payload } = await dut.ask(kinds.prove, join(u32(model.length), nonce));

  expect(Buffer.from(payload)).toEqual(createHash('sha256').update(nonce).update(damaged).digest());
});

const faults = [
  { what: 'an unknown kind', kind: 0x33, payload: zeros, code: 1 },
  { what: 'a payload that is too short', kind: kinds.infer, payload: u8(0), code: 2 },
  { what: 'no repetition at all', kind: kinds.infer, payload: join(u8(0), u16(0), u32(0)), code: 2 },
  { what: 'a region that does not exist', kind: kinds.read, payload: join(u8(5), u32(0)), code: 2 },
  { what: 'a read outside its region', kind: kinds.read, payload: join(u8(4), u32(8193)), code: 4 },
  { what: 'an offset that wraps', kind: kinds.write, payload: join(u8(1), u32(0xffff_ffff), u8(1)), code: 4 },
  { what: 'a model larger than its region', kind: kinds.prepare, payload: u32(0x4000_0000), code: 4 },
  { what: 'a write to flash', kind: kinds.write, payload: join(u8(0), u32(0), u8(1)), code: 5 },
  { what: 'an input that is not the one announced', kind: kinds.infer, payload: join(u8(0), u16(1), u32(1)), code: 10 },
  { what: 'a model cut short', kind: kinds.prepare, payload: u32(1000), code: 6 },
  { what: 'an inference without a model', kind: kinds.infer, payload: join(u8(0), u16(1), u32(0)), code: 9 },
];

test('each wrong request has its error code, and the next request is answered', async () => {
  await using dut = await prepared();
  const codes = [];
  for (const { what, kind, payload } of faults) codes.push({ what, code: await dut.error(kind, payload) });
  expect(codes).toEqual(faults.map(({ what, code }) => ({ what, code })));
});

interface Dialogue extends AsyncDisposable {
  readonly link: Link;
  ask(
    kind: number,
    fields?: Uint8Array,
    options?: { readonly sequence?: number; readonly limit?: number },
  ): Promise<Frame>;
  /** The code of the ERROR that answers. */
  error(kind: number, fields: Uint8Array): Promise<number>;
  instructions(): Promise<number>;
}

async function prepared(): Promise<Dialogue> {
  const dut = await boot();
  await dut.link.memory?.write(modelAddress, model);
  const answer = readPayload((await dut.ask(kinds.prepare, u32(model.length))).payload);
  expect([answer.u32() < 4096, answer.u32(), answer.u32(), answer.u16()]).toEqual([true, inputBytes, 1, 7]);
  return dut;
}

async function boot(): Promise<Dialogue> {
  const link = await rp2040Target().open(image, AbortSignal.timeout(60_000));
  const frames = framesOf(link);
  let lastSequence = 0;
  const next = async (): Promise<Frame> => {
    const { value } = await frames.next();
    if (!value) throw new Error('the DUT is gone');
    return value;
  };
  const ask: Dialogue['ask'] = async (
    kind,
    fields = new Uint8Array(),
    { sequence = ++lastSequence, limit = most } = {},
  ) => {
    await link.write(encodeFrame({ kind, sequence, payload: join(u16(limit), fields) }));
    const answer = await next();
    expect(answer.sequence).toBe(sequence);
    return answer;
  };
  expect(await next()).toMatchObject({ kind: kinds.ready, sequence: 0 });
  return {
    link,
    ask,
    async error(kind, fields) {
      const answer = await ask(kind, fields);
      expect([answer.kind, answer.payload[0]]).toEqual([kinds.error, kind]);
      return answer.payload[1];
    },
    instructions: async () => (await link.counters?.())?.instructions ?? 0,
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}

async function* framesOf(link: Link): AsyncGenerator<Frame> {
  const parse = frameParser();
  for await (const bytes of link.bytes) {
    for (const received of parse(bytes)) if (received.kind === 'frame') yield received.frame;
  }
}
