import { randomBytes } from 'node:crypto';
import { ModelRefused, messageOf, ProtocolError } from '../errors.ts';
import type { Link } from '../target/port.ts';
import { crc32c } from './crc.ts';
import { type Exchange, openExchange, type Patience } from './exchange.ts';
import { join, type PayloadReader, readPayload, u8, u16, u32 } from './payload.ts';
import type { Dut, DutIdentity, Inference, PreparedModel, Protocol } from './port.ts';
import {
  addressable,
  magic,
  profileFlag,
  type RegionName,
  type RequestName,
  regionNumbers,
  version,
  writable,
} from './wire.ts';

export interface TickmarkOptions {
  /** How long to wait for READY before asking anyway. @default 1000 */
  readonly readyMs?: number;
  /** When a short request is sent again; five times in all. @default 1000 */
  readonly retryMs?: number;
  /** When INFER, PREPARE or PROVE is sent again, for as long as the signal allows: they may take minutes. @default 30000 */
  readonly inferRetryMs?: number;
}

/** The binary protocol of the Tickmark agent: boards/firmware/PROTOCOL.md. */
export function tickmarkProtocol(options: TickmarkOptions = {}): Protocol {
  const short = { retryMs: options.retryMs ?? 1000, tries: 5 };
  const long = { retryMs: options.inferRetryMs ?? 30_000, tries: Number.POSITIVE_INFINITY };
  return {
    name: 'tickmark',
    async connect(link, signal) {
      const exchange = openExchange(link, signal);
      await exchange.ready(options.readyMs ?? 1000);
      const { identity, maxPayload } = await introduce(exchange, short);
      return dutOver({ link, exchange, maxPayload, short, long }, identity);
    },
  };
}

interface Session {
  readonly link: Link;
  readonly exchange: Exchange;
  readonly maxPayload: number;
  readonly short: Patience;
  readonly long: Patience;
}

interface Introduction {
  readonly identity: DutIdentity;
  readonly maxPayload: number;
}

/** An answer with another nonce is a leftover of an earlier session, not this DUT's introduction. */
async function introduce(exchange: Exchange, patience: Patience): Promise<Introduction> {
  const nonce = randomBytes(8);
  const hello = join(Buffer.from(magic), u8(version), u8(version), nonce);
  const isOurs = (answer: Uint8Array): boolean => nonce.equals(answer.subarray(1, 1 + nonce.length));
  return decode('hello', await exchange.request('hello', hello, patience, isOurs), readIntroduction);
}

function readIntroduction(answer: PayloadReader): Introduction {
  const spoken = answer.u8();
  if (spoken !== version) throw new RangeError(`the DUT speaks version ${spoken}, this host version ${version}`);
  answer.bytes(8);
  const maxPayload = answer.u16();
  const tickHz = answer.u32();
  const buildId = Buffer.from(answer.bytes(20)).toString('hex');
  const [board, unit, runtime, tickSource] = [
    answer.shortText(),
    answer.shortText(),
    answer.shortText(),
    answer.shortText(),
  ];
  if (maxPayload < leastPayload) throw new RangeError(`payloads of ${maxPayload} bytes at most are too short`);
  if (tickHz === 0) throw new RangeError('a tick rate of 0 Hz');
  return {
    identity: { protocol: `tickmark/${spoken}`, buildId, board, unit, runtime, tickSource, tickHz },
    maxPayload,
  };
}

/** DESCRIBE's answer, the longest that is never split. */
const leastPayload = 45;

function dutOver(session: Session, identity: DutIdentity): Dut {
  const { short, long } = session;
  const ask = <T>(
    name: RequestName,
    payload: Uint8Array,
    patience: Patience,
    read: (answer: PayloadReader) => T,
  ): Promise<T> => session.exchange.request(name, payload, patience).then(answer => decode(name, answer, read));
  let regions: Promise<Regions> | undefined;
  /** Where inputs lie is known only once a model is prepared. */
  const region = async (name: RegionName): Promise<Region> =>
    (await (regions ??= ask('describe', new Uint8Array(), short, readRegions)))[name];

  const fill = async (name: RegionName, bytes: Uint8Array): Promise<void> => {
    const { address, flags } = await region(name);
    if (flags & addressable && session.link.memory) return session.link.memory.write(address, bytes);
    if (!(flags & writable))
      throw new ProtocolError(
        `its ${name} region can be written by no way this link has`,
        'DUT',
        'use firmware that takes WRITE for it',
      );
    const chunkBytes = session.maxPayload - 5;
    for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
      const chunk = bytes.subarray(offset, offset + chunkBytes);
      await ask('write', join(u8(regionNumbers[name]), u32(offset), chunk), short, () => {});
    }
  };

  const readOutput = async (first: Uint8Array, outputBytes: number): Promise<Uint8Array> => {
    let output = first;
    while (output.length < outputBytes) {
      const length = Math.min(session.maxPayload, outputBytes - output.length);
      const place = join(u8(regionNumbers.output), u32(output.length), u16(length));
      output = join(output, await ask('read', place, short, answer => answer.bytes(length)));
    }
    return output;
  };

  let prepared: PreparedModel | undefined;
  return {
    identity,

    async load(model) {
      const { sizeBytes } = await region('model');
      if (model.length > sizeBytes)
        throw new ModelRefused(
          `the model has ${model.length} bytes, the DUT has room for ${sizeBytes}`,
          'DUT',
          'use a smaller model, or a board with more flash',
        );
      await fill('model', model);
    },

    proveModel: (modelBytes, nonce) => ask('prove', join(u32(modelBytes), nonce), long, answer => answer.bytes(32)),

    async prepare(modelBytes) {
      prepared = undefined;
      prepared = await ask('prepare', u32(modelBytes), long, readPrepared);
      regions = undefined;
      return prepared;
    },

    async infer(input, { repeat = 1, profile = false } = {}) {
      await fill('input', input);
      const digest = crc32c(input);
      const request = join(u8(profile ? profileFlag : 0), u16(repeat), u32(digest));
      const answer = await ask('infer', request, long, readWindow);
      const output = await readOutput(answer.output, prepared?.outputBytes ?? answer.output.length);
      expectDigest('input', answer.inputDigest, digest);
      expectDigest('result', answer.resultDigest, crc32c(input, output));
      return { ticks: answer.ticks, output };
    },

    async operatorTicks() {
      const ticks: number[] = [];
      while (true) {
        const page = await ask('operators', u16(ticks.length), short, readOperators);
        ticks.push(...page.ticks);
        if (page.ticks.length === 0 || ticks.length >= page.operators) return ticks;
      }
    },

    stats: () =>
      ask('stats', new Uint8Array(), short, answer => ({
        stackBytes: answer.u32(),
        stackReservedBytes: answer.u32(),
        arenaBytes: answer.u32(),
        arenaReservedBytes: answer.u32(),
        droppedFrames: answer.u32(),
      })),
  };
}

interface Region {
  readonly address: number;
  readonly sizeBytes: number;
  readonly flags: number;
}

type Regions = Readonly<Record<RegionName, Region>>;

function readRegions(answer: PayloadReader): Regions {
  const one = (): Region => ({ address: answer.u32(), sizeBytes: answer.u32(), flags: answer.u8() });
  return { model: one(), input: one(), output: one(), arena: one(), stack: one() };
}

function readPrepared(answer: PayloadReader): PreparedModel {
  return { arenaBytes: answer.u32(), inputBytes: answer.u32(), outputBytes: answer.u32(), operators: answer.u16() };
}

interface Window extends Inference {
  readonly inputDigest: number;
  readonly resultDigest: number;
}

function readWindow(answer: PayloadReader): Window {
  return { ticks: answer.u64(), inputDigest: answer.u32(), resultDigest: answer.u32(), output: answer.rest() };
}

function readOperators(answer: PayloadReader): { readonly operators: number; readonly ticks: readonly number[] } {
  const operators = answer.u16();
  const bytes = answer.rest();
  const reader = readPayload(bytes);
  return { operators, ticks: Array.from({ length: Math.floor(bytes.length / 4) }, () => reader.u32()) };
}

function expectDigest(of: 'input' | 'result', heard: number, expected: number): void {
  if (heard === expected) return;
  throw new ProtocolError(
    `the ${of} digest of an INFER answer is 0x${heard.toString(16)}, expected 0x${expected.toString(16)}`,
    'DUT',
    'the answer belongs to another inference, or its bytes changed on the way: repeat the run',
  );
}

function decode<T>(name: RequestName, answer: Uint8Array, read: (answer: PayloadReader) => T): T {
  try {
    return read(readPayload(answer));
  } catch (cause) {
    throw new ProtocolError(
      `its answer to ${name.toUpperCase()} cannot be used: ${messageOf(cause)}`,
      'DUT',
      'see PROTOCOL.md',
      { cause },
    );
  }
}
