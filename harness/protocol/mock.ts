import { TargetError } from '../errors.ts';
import { queueOf } from '../queue.ts';
import type { Link, Memory, Target } from '../target/port.ts';
import { decodeCobs } from './cobs.ts';
import { encodeFrame, type Frame, frameParser } from './frame.ts';
import { type MockAgent, type MockFirmware, mockAgent } from './mock-agent.ts';
import { readPayload } from './payload.ts';
import { kinds } from './wire.ts';

export interface MockOptions extends MockFirmware {
  /** @default 'mock' */
  readonly name?: string;
  /** Whether the link offers the back door. @default true */
  readonly memory?: boolean;
  readonly faults?: MockFaults;
  /** What a window takes of the host's time. @default 0 */
  readonly windowMs?: (inference: number, repeat: number) => number;
  /** Bytes came within the window of this inference, from 1. */
  readonly onDisturbance?: (inference: number) => void;
  /** More bytes came while it was busy than it keeps. */
  readonly onOverflow?: () => void;
  /** A damaged frame came, which the agent dropped. */
  readonly onDamage?: () => void;
  /** Takes a frame for whole whatever its CRC says. @default false */
  readonly trustsFrames?: boolean;
  /** Whether its power can be taken away, and whether it boots when it is back. @default 'boots' */
  readonly power?: 'boots' | 'stays dead' | 'cannot be cut';
}

/** What goes wrong, and when. Frames are counted as the DUT sends them, from 1: READY is the first, HELLO's answer the second. */
export interface MockFaults {
  readonly drop?: readonly number[];
  readonly corrupt?: readonly number[];
  readonly duplicate?: readonly number[];
  /** Only the first half of the frame is sent. */
  readonly cut?: readonly number[];
  /** The link is lost, as when an emulator is killed, in place of the answer to this inference, from 1. */
  readonly dieAtInference?: number;
}

/** A DUT in memory with a Tickmark agent, declared ticks, outputs and faults: sessions and statistics are tested exactly with it. */
export function mockTarget(options: MockOptions = {}): Target {
  const name = options.name ?? 'mock';
  return {
    name,
    basis: 'host',
    emulator: 'mock',
    async open(_imagePath, signal) {
      signal.throwIfAborted();
      return mockLink(name, options, signal);
    },
  };
}

function mockLink(name: string, options: MockOptions, signal: AbortSignal): Link {
  let agent = mockAgent(options);
  let parse = frameParser();
  const bytes = queueOf<Uint8Array>();
  const { faults = {}, windowMs = () => 0, onDisturbance = () => {}, onDamage = () => {}, power = 'boots' } = options;
  const { windowBytes, onOverflow = () => {} } = options;
  const asked: Frame[] = [];
  let window: NodeJS.Timeout | undefined;
  let isDead = false;
  let isInWindow = false;
  let isDisturbed = false;
  let keptBytes = 0;
  let frames = 0;
  let closed: unknown;

  const close = (reason: unknown, lost?: Error): void => {
    closed ??= reason;
    bytes.end(lost);
    signal.removeEventListener('abort', abort);
  };
  const abort = (): void => close(signal.reason);
  const send = (frame: Frame): void => {
    for (const sent of faulty(encodeFrame(frame), ++frames, faults)) bytes.push(sent);
  };
  const answerAll = (): void => {
    for (let request = next(); request; request = next()) answer(request);
  };
  const next = (): Frame | undefined => (isInWindow || closed ? undefined : asked.shift());
  const answer = (request: Frame): void => {
    const ms = agent.isInference(request) ? windowMs(agent.inferences + 1, repeatOf(request)) : 0;
    if (ms > 0) openWindow(request, ms);
    else carryOut(request);
  };
  const carryOut = (request: Frame): void => {
    const answers = agent.handle(request, isDisturbed);
    isDisturbed = false;
    if (agent.inferences === faults.dieAtInference) {
      const lost = new TargetError('the DUT was lost', name, 'nothing: the mock was told to');
      return close(lost, lost);
    }
    for (const frame of answers) send(frame);
  };
  const openWindow = (request: Frame, ms: number): void => {
    isInWindow = true;
    keptBytes = 0;
    window = setTimeout(() => {
      isInWindow = false;
      if (!closed) carryOut(request);
      answerAll();
    }, ms);
  };
  const disturb = (): void => {
    isDisturbed = true;
    onDisturbance(agent.inferences + 1);
  };
  const boot = (): void => send({ kind: kinds.ready, sequence: 0, payload: new Uint8Array() });
  /** Nothing outlives it: there is no flash. */
  const powerCycle = async (): Promise<void> => {
    clearTimeout(window);
    isInWindow = false;
    asked.length = 0;
    agent = mockAgent(options);
    parse = frameParser();
    isDead = power === 'stays dead';
    if (!isDead) boot();
  };
  /** What there is room for, while it is busy. */
  const kept = (data: Uint8Array): Uint8Array => {
    const room = isInWindow && windowBytes !== undefined ? windowBytes + shortRequestBytes - keptBytes : data.length;
    if (data.length > room) onOverflow();
    keptBytes = isInWindow ? keptBytes + data.length : 0;
    return data.subarray(0, Math.max(0, room));
  };
  const take = (data: Uint8Array): void => {
    for (const item of parse(data)) {
      const frame = item.kind === 'frame' ? item.frame : options.trustsFrames && unchecked(item.bytes);
      if (frame) asked.push(frame);
      else onDamage();
    }
  };
  signal.addEventListener('abort', abort);
  boot();

  return {
    bytes,
    async write(data) {
      if (closed) throw closed;
      if (isDead) return;
      if (isInWindow) disturb();
      take(kept(data));
      answerAll();
    },
    ...(options.memory !== false && { memory: memoryOf(name, () => agent) }),
    ...(power !== 'cannot be cut' && { powerCycle }),
    async [Symbol.asyncDispose]() {
      close(new TargetError('the link is closed', name, 'open it again'));
    },
  };
}

/** Of INFER; what is fed is inferred once. */
function repeatOf({ kind, payload }: Frame): number {
  if (kind !== kinds.infer) return 1;
  const fields = readPayload(payload);
  fields.bytes(3); // the limit, and the flags
  return fields.u16();
}

/** What the host may send besides what it was told there is room for. */
const shortRequestBytes = 64;

function* faulty(bytes: Uint8Array, frame: number, faults: MockFaults): Generator<Uint8Array> {
  const damaged = bytes.slice();
  const middle = damaged.length >> 1;
  if (faults.corrupt?.includes(frame)) damaged[middle] = (damaged[middle] ?? 0) ^ 0x40 || 1;
  if (faults.drop?.includes(frame)) return;
  yield faults.cut?.includes(frame) ? damaged.subarray(0, middle) : damaged;
  if (faults.duplicate?.includes(frame)) yield damaged;
}

/** A frame by its fields alone. */
function unchecked(encoded: Uint8Array): Frame | undefined {
  const body = decodeCobs(encoded);
  if (!body || body.length < 7) return undefined;
  const fields = readPayload(body.subarray(0, -4));
  return { kind: fields.u8(), sequence: fields.u16(), payload: fields.rest() };
}

function memoryOf(name: string, agent: () => MockAgent): Memory {
  const place = (address: number, length: number): Uint8Array => {
    const region = agent().regions.find(
      each => address >= each.address && address + length <= each.address + each.bytes.length,
    );
    if (!region)
      throw new TargetError(
        `no memory at 0x${address.toString(16)}, ${length} bytes`,
        name,
        'use a region of DESCRIBE',
      );
    return region.bytes.subarray(address - region.address, address - region.address + length);
  };
  return {
    read: async (address, length) => place(address, length).slice(),
    write: async (address, bytes) => place(address, bytes.length).set(bytes),
  };
}
