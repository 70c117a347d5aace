import { createHash } from 'node:crypto';
import { messageOf } from '../errors.ts';
import { crc32c } from './crc.ts';
import type { Frame } from './frame.ts';
import { type MockFeed, mockFeed } from './mock-feed.ts';
import { join, type PayloadReader, readPayload, shortText, u8, u16, u32, u64 } from './payload.ts';
import type { DutIdentity, DutStats } from './port.ts';
import {
  addressable,
  answerBit,
  disturbances,
  errorCodes,
  features,
  kinds,
  magic,
  type RequestName,
  version,
  writable,
} from './wire.ts';

/** What the firmware in a mock is and does. All of it has a default. */
export interface MockFirmware extends Partial<Omit<DutIdentity, 'protocol'>> {
  /** @default 64 */
  readonly maxPayload?: number;
  readonly version?: number;
  /** @default 4 */
  readonly inputBytes?: number;
  /** What an inference answers. @default the input, reversed */
  readonly infer?: (input: Uint8Array) => Uint8Array;
  /** The tick count of one window. `inference` counts from 1. @default 1000 ticks an inference */
  readonly ticks?: (window: {
    readonly input: Uint8Array;
    readonly repeat: number;
    readonly inference: number;
  }) => number;
  /** Ticks of each operator. @default [600, 400] */
  readonly operatorTicks?: readonly number[];
  readonly stats?: Partial<DutStats>;
  /** Requests that are answered with an error. */
  readonly refuse?: Partial<Record<RequestName, { readonly code: number; readonly text: string }>>;
  /** The core faults, with this text, instead of answering this inference, from 1. */
  readonly faultAtInference?: { readonly inference: number; readonly text: string };
  /** How many HELLOs are answered with the nonce of an earlier session. @default 0 */
  readonly staleNonces?: number;
  /** Answers PROVE and INFER with digests of other bytes. @default false */
  readonly wrongDigests?: boolean;
  /** Hashes the model once, and answers every PROVE with what was there then. @default false */
  readonly remembersModel?: boolean;
  /** Which ways lead into a region. @default both */
  readonly regionFlags?: number;
  /** Whether it can tell what arrives in a window. @default true */
  readonly tellsDisturbance?: boolean;
  /** Bytes of requests that it keeps while it is busy. @default none, and it is an agent that does not know of FEED */
  readonly windowBytes?: number;
  /** @default 4 */
  readonly keptResults?: number;
  /** An agent that tells no reset cause, nor whether it marks windows. @default false */
  readonly isOld?: boolean;
  /** Whether it can restart itself. @default false */
  readonly resets?: boolean;
  /** Bytes of the message that it sends for an inference, on its telemetry channel. @default it has none */
  readonly uplinkBytes?: (output: Uint8Array) => number;
}

/** The DUT's end of boards/firmware/PROTOCOL.md, with memory in place of hardware. */
export interface MockAgent {
  /** The memory of regions by address, for the back door. */
  readonly regions: readonly MockRegion[];
  /** Inferences asked for so far; a repeated request is not asked twice. */
  readonly inferences: number;
  /** Whether this request is answered already, so that nothing is done for it. */
  isRepeat(request: Frame): boolean;
  /** Whether an inference is to be run for it. */
  isInference(request: Frame): boolean;
  /** Frames the agent sends in return: none, one, or a fault. `isDisturbed`: bytes came within the window that it asks for. */
  handle(request: Frame, isDisturbed?: boolean): readonly Frame[];
}

export interface MockRegion {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** An agent that has just booted. */
export function mockAgent(firmware: MockFirmware): MockAgent {
  let state = bootedState(firmware);
  let answered: Frame | undefined;
  let isHalted = false;

  const bootedAgain = (): Frame => {
    state = bootedState(firmware);
    answered = undefined;
    return { kind: kinds.ready, sequence: 0, payload: new Uint8Array() };
  };

  const isRepeat = ({ sequence, kind }: Frame): boolean =>
    answered?.sequence === sequence && kind !== kinds.hello && kind !== kinds.feed;

  return {
    get regions() {
      return state.regions;
    },
    get inferences() {
      return state.inferences;
    },
    isRepeat,
    isInference(request) {
      if (request.kind === kinds.infer) return !isRepeat(request);
      if (request.kind !== kinds.feed || !state.feed) return false;
      const fields = readPayload(request.payload);
      fields.u16(); // the limit
      return state.feed.isInference(request.sequence, fields);
    },
    handle(request, isDisturbed = false) {
      if (isHalted) return [];
      state.isDisturbed = isDisturbed;
      const known = answered && isRepeat(request) ? answered : answerTo(state, request);
      if (!known) return [];
      const answer = cut({ ...known, sequence: request.sequence }, request);
      answered = request.kind === kinds.feed ? undefined : answer;
      isHalted = answer.kind === kinds.fault;
      return [answer, ...(answer.kind === (kinds.reset | answerBit) ? [bootedAgain()] : [])];
    },
  };
}

/** What is cut off is gone: a repeat may ask for less, never for more. */
function cut(answer: Frame, { payload }: Frame): Frame {
  const limit = answer.kind === kinds.fault || payload.length < 2 ? 0xffff : readPayload(payload).u16();
  return { ...answer, payload: answer.payload.subarray(0, limit) };
}

interface State {
  readonly firmware: MockFirmware;
  readonly maxPayload: number;
  readonly operatorTicks: readonly number[];
  readonly infer: (input: Uint8Array) => Uint8Array;
  readonly regions: readonly [MockRegion, MockRegion, MockRegion, MockRegion, MockRegion];
  staleNonces: number;
  isPrepared: boolean;
  /** Once a model is prepared, where it can be fed. */
  feed?: MockFeed;
  /** The model as it was proved first, where that is remembered. */
  provedModel?: Uint8Array;
  isDisturbed: boolean;
  inferences: number;
  /** Since PREPARE. */
  uplink: { messages: number; bytes: number };
}

function bootedState(firmware: MockFirmware): State {
  const infer = firmware.infer ?? (input => input.toReversed());
  const input = region(0x2000_0000, firmware.inputBytes ?? 4);
  const output = region(0x2000_8000, infer(input.bytes).length);
  const [model, arena, stack] = [region(0x1010_0000, 1 << 20), region(0x2001_0000, 1024), region(0x2003_0000, 1024)];
  return {
    firmware,
    maxPayload: firmware.maxPayload ?? 64,
    operatorTicks: firmware.operatorTicks ?? [600, 400],
    infer,
    regions: [model, input, output, arena, stack],
    staleNonces: firmware.staleNonces ?? 0,
    isPrepared: false,
    isDisturbed: false,
    inferences: 0,
    uplink: { messages: 0, bytes: 0 },
  };
}

function region(address: number, sizeBytes: number): MockRegion {
  return { address, bytes: new Uint8Array(sizeBytes) };
}

type Answer = Omit<Frame, 'sequence'>;

/** Thrown by a request's handler, and sent as an ERROR. */
class Refusal extends Error {
  readonly code: number;

  constructor(code: number, text: string) {
    super(text);
    this.code = code;
  }
}

/** Undefined where nothing is said. */
function answerTo(state: State, request: Frame): Answer | undefined {
  const name = requestNames.find(known => kinds[known] === request.kind);
  try {
    if (!name) throw new Refusal(errorCodes.unknownRequest, 'unknown request');
    const refused = state.firmware.refuse?.[name];
    if (refused) throw new Refusal(refused.code, refused.text);
    const fields = readPayload(request.payload);
    fields.u16(); // the limit
    const payload = handlers[name](state, fields, request.sequence)?.subarray(0, state.maxPayload);
    if (!payload) return undefined;
    const fault = state.firmware.faultAtInference;
    if ((name === 'infer' || name === 'feed') && fault?.inference === state.inferences)
      return { kind: kinds.fault, payload: Buffer.from(fault.text) };
    return { kind: request.kind | answerBit, payload };
  } catch (error) {
    const { code, message } =
      error instanceof Refusal ? error : { code: errorCodes.wrongField, message: messageOf(error) };
    return { kind: kinds.error, payload: join(u8(request.kind), u8(code), Buffer.from(message)) };
  }
}

type Handler = (state: State, fields: PayloadReader, sequence: number) => Uint8Array | undefined;

const handlers: Readonly<Record<RequestName, Handler>> = {
  hello(state, fields) {
    if (Buffer.from(fields.bytes(4)).toString('latin1') !== magic) throw new Refusal(errorCodes.wrongField, 'no magic');
    const [lowest, highest, nonce] = [fields.u8(), fields.u8(), fields.bytes(8)];
    const spoken = state.firmware.version ?? version;
    if (spoken < lowest || spoken > highest)
      throw new Refusal(errorCodes.noCommonVersion, `this DUT speaks version ${spoken} only`);
    if (state.staleNonces-- > 0) nonce.fill(0);
    delete state.feed;
    const { isOld = false, marksWindows = false, tickHz = 1_000_000 } = state.firmware;
    const told = isOld ? [] : [u8(marksWindows ? features.marksWindows : 0)];
    return join(u8(spoken), nonce, u16(state.maxPayload), u32(tickHz), ...told);
  },

  identify: ({ firmware }, fields) => introduction(firmware).subarray(fields.u16()),

  describe({ firmware, regions }, fields) {
    const { address, bytes } = regions[fields.u8()] ?? region(0, 0);
    return join(u32(address), u32(bytes.length), u8(firmware.regionFlags ?? writable | addressable));
  },

  write(state, fields) {
    const place = placeIn(state, fields);
    const bytes = fields.rest();
    if (bytes.length > place.length) throw new Refusal(errorCodes.outsideRegion, 'outside the region');
    place.set(bytes);
    return new Uint8Array();
  },

  prepare(state) {
    state.isPrepared = true;
    state.uplink = { messages: 0, bytes: 0 };
    const [, input, output] = state.regions;
    const { windowBytes, keptResults = 4 } = state.firmware;
    const sizes = [u32(512), u32(input.bytes.length), u32(output.bytes.length), u16(state.operatorTicks.length)];
    if (windowBytes === undefined) return join(...sizes);
    state.feed = mockFeed({
      input: input.bytes,
      keptResults,
      refuse(code, text) {
        throw new Refusal(code, text);
      },
      infer: digest => inferFed(state, digest),
    });
    return join(...sizes, u32(windowBytes), u16(keptResults));
  },

  prove(state, fields) {
    const { firmware, regions } = state;
    const now = regions[0].bytes.subarray(0, fields.u32());
    if (firmware.remembersModel) state.provedModel ??= now.slice();
    const hash = createHash('sha256')
      .update(fields.bytes(16))
      .update(state.provedModel ?? now);
    return firmware.wrongDigests ? new Uint8Array(32) : hash.digest();
  },

  infer(state, fields) {
    if (!state.isPrepared) throw new Refusal(errorCodes.notPrepared, 'no model is prepared');
    const [, { bytes: input }, { bytes: output }] = state.regions;
    const [, repeat, digest] = [fields.u8(), fields.u16(), fields.u32()];
    const inference = inferInput(state, digest);
    const ticks = state.firmware.ticks?.({ input, repeat, inference }) ?? 1000 * repeat;
    const window = join(u64(ticks), u8(disturbanceOf(state)));
    const resultDigest = state.firmware.wrongDigests ? 0 : crc32c(input, output, window);
    return join(window, u32(resultDigest), output);
  },

  feed: (state, fields, sequence) => feedOf(state).feed(sequence, fields),
  collect: (state, fields) => feedOf(state).collect(fields),

  reset({ firmware }) {
    if (!firmware.resets) throw new Refusal(errorCodes.unknownRequest, 'unknown request');
    return new Uint8Array();
  },

  read: (state, fields) => placeIn(state, fields).slice(),

  stats({ firmware: { stats = {}, uplinkBytes }, uplink }) {
    const { stackBytes = 300, stackReservedBytes = 1024, arenaBytes = 512 } = stats;
    const { arenaReservedBytes = 1024, droppedFrames = 0 } = stats;
    const sent = uplinkBytes ? [uplink.messages, uplink.bytes] : [];
    return join(...[stackBytes, stackReservedBytes, arenaBytes, arenaReservedBytes, droppedFrames, ...sent].map(u32));
  },

  operators({ operatorTicks }, fields) {
    return join(u16(operatorTicks.length), ...operatorTicks.slice(fields.u16()).map(u32));
  },
};

/** Which inference it was. */
function inferInput(state: State, digest: number): number {
  const [, { bytes: input }, { bytes: output }] = state.regions;
  if (crc32c(input) !== digest) throw new Refusal(errorCodes.wrongInput, 'the input region has another digest');
  output.set(state.infer(input));
  const { uplinkBytes } = state.firmware;
  if (uplinkBytes)
    state.uplink = { messages: state.uplink.messages + 1, bytes: state.uplink.bytes + uplinkBytes(output) };
  return ++state.inferences;
}

function inferFed(state: State, inputDigest: number): { readonly digest: number; readonly output: Uint8Array } {
  inferInput(state, inputDigest);
  const [, { bytes: input }, { bytes: output }] = state.regions;
  return { digest: state.firmware.wrongDigests ? 0 : crc32c(input, output), output: output.slice() };
}

function feedOf({ firmware, feed }: State): MockFeed {
  if (firmware.windowBytes === undefined) throw new Refusal(errorCodes.unknownRequest, 'unknown request');
  if (!feed) throw new Refusal(errorCodes.notPrepared, 'no model is prepared');
  return feed;
}

function disturbanceOf({ firmware: { tellsDisturbance = true }, isDisturbed }: State): number {
  if (!tellsDisturbance) return disturbances.unknown;
  return isDisturbed ? disturbances.bytes : disturbances.none;
}

const requestNames = Object.keys(handlers) as RequestName[];

function introduction(firmware: MockFirmware): Uint8Array {
  const { buildId = '00'.repeat(20) } = firmware;
  const { board = 'mock', unit = '', runtime = 'mock/1', tickSource = 'declared', resetCause = '' } = firmware;
  const texts = [board, unit, runtime, tickSource, ...(firmware.isOld ? [] : [resetCause])];
  return join(Buffer.from(buildId, 'hex'), ...texts.map(shortText));
}

/** From a region number and an offset to the rest of the region. */
function placeIn({ regions }: State, fields: PayloadReader): Uint8Array {
  const [number, offset] = [fields.u8(), fields.u32()];
  const { bytes } = regions[number] ?? region(0, 0);
  if (offset >= bytes.length) throw new Refusal(errorCodes.outsideRegion, 'outside the region');
  return bytes.subarray(offset);
}
