import { ModelRefused, ProtocolError, WrongInput } from '../errors.ts';
import { ask, type Patiences, type Session } from './asking.ts';
import { crc32c } from './crc.ts';
import { openExchange } from './exchange.ts';
import { canBeFed, type FedModel, type Feeder, feederOf } from './feed.ts';
import { introduce } from './introduction.ts';
import { join, type PayloadReader, readPayload, u8, u16, u32, u64 } from './payload.ts';
import type { AgentProtocol, Dut, DutIdentity, DutStats, InferOptions, PreparedModel, Way } from './port.ts';
import { type Regions, regionsOf } from './regions.ts';
import { expectDigest } from './result-digest.ts';
import { openWindow, type Window } from './windows.ts';
import { addressable } from './wire.ts';

export interface TickmarkOptions {
  /** How long to wait for READY before asking anyway. @default 1000 */
  readonly readyMs?: number;
  /** When a short request is sent again on a link that has lost nothing; five times in all. @default 1000 */
  readonly retryMs?: number;
  /** The same for INFER, PREPARE and PROVE, which may take minutes; as often as the signal allows. @default 30000 */
  readonly inferRetryMs?: number;
  /** How long HELLO is repeated at least: firmware may take so long to boot. @default five seconds' worth of tries */
  readonly bootMs?: number;
}

/** The binary protocol of the Tickmark agent: boards/firmware/PROTOCOL.md. */
export function tickmarkProtocol(options: TickmarkOptions = {}): AgentProtocol {
  const patience = patiencesOf(options);
  return {
    kind: 'tickmark',
    async connect(link, signal) {
      const exchange = openExchange(link, signal);
      await exchange.ready(options.readyMs ?? 1000);
      const session = { link, exchange, patience };
      return dutOver(session, await introduce(session));
    },
  };
}

function patiencesOf({ retryMs = 1000, inferRetryMs = 30_000, bootMs = 0 }: TickmarkOptions): Patiences {
  const firstMs = Math.min(250, retryMs);
  const hellos = Math.max(20, Math.ceil(bootMs / firstMs));
  const onBadLine = { firstMs, longestMs: 1000, leastMs: 10, tries: 200 };
  const cleanLong = { cleanMs: inferRetryMs, cleanKnownMs: Math.min(5000, inferRetryMs), silentTries: noEnd };
  return {
    hello: {
      ...onBadLine,
      cleanMs: firstMs,
      cleanKnownMs: firstMs,
      longestMs: firstMs,
      silentTries: hellos,
      tries: 3 * hellos,
    },
    short: { ...onBadLine, cleanMs: retryMs, cleanKnownMs: retryMs, silentTries: 5 },
    work: { ...onBadLine, ...cleanLong, longestMs: 4000 },
    window: { ...onBadLine, ...cleanLong, firstMs: Math.min(1000, inferRetryMs), longestMs: 30_000, leastMs: 30 },
  };
}

/** The signal ends it. */
const noEnd = Number.POSITIVE_INFINITY;

function dutOver(session: Session, identity: DutIdentity): Dut {
  const regions = regionsOf(session);
  const carried: { model?: Way; tensors?: Way } = {};
  let outputBytes = 0;
  let feeder: Feeder | undefined;

  const infer: Dut['infer'] = async (input, options = {}) => {
    const window = (options.isThere && (await stillThere(input, options))) || (await filled(input, options));
    const { ticks, disturbance } = window;
    const output = await wholeOutput(regions, window.output, outputBytes);
    expectDigest(window.digest, 'INFER', [input, output, u64(ticks), u8(disturbance)]);
    return { ticks, output, ...(window.isDisturbed && { isDisturbed: true }) };
  };

  const windowOf = async (input: Uint8Array, options: InferOptions): Promise<Window> => {
    const { repeat = 1, profile = false, onAsk = () => {}, onAnswer = () => {} } = options;
    onAsk();
    const window = await openWindow(session, { inputDigest: crc32c(input), repeat, profile });
    onAnswer();
    return window;
  };
  const filled = async (input: Uint8Array, options: InferOptions): Promise<Window> => {
    carried.tensors = await regions.fill('input', input);
    return windowOf(input, options);
  };
  /** Undefined where a runtime has computed over its input since. */
  const stillThere = (input: Uint8Array, options: InferOptions): Promise<Window | undefined> =>
    windowOf(input, options).catch((error: unknown) => {
      if (error instanceof WrongInput) return undefined;
      throw error;
    });

  return {
    identity,
    infer,

    async load(model) {
      const way = await load(regions, model);
      if (way) carried.model = way;
    },

    async modelAddress() {
      const { address, flags } = await regions.describe('model');
      return flags & addressable ? address : undefined;
    },

    proveModel: (modelBytes, nonce) =>
      ask(session, { name: 'prove', fields: join(u32(modelBytes), nonce) }, answer => answer.bytes(32)),

    async prepare(modelBytes) {
      const { prepared, fed } = await ask(session, { name: 'prepare', fields: u32(modelBytes) }, readPrepared);
      outputBytes = prepared.outputBytes;
      regions.forget();
      feeder = canBeFed(fed) ? feederOf(session, fed) : undefined;
      return prepared;
    },

    async *inferAll(inputs) {
      if (feeder && !(await regions.hasBackDoor('input'))) {
        carried.tensors = 'uart';
        yield* feeder.feedAll(inputs);
      } else {
        for (const input of inputs) yield (await infer(input)).output;
      }
    },

    async operatorTicks() {
      const ticks: number[] = [];
      while (true) {
        const question = { name: 'operators', fields: u16(ticks.length), leastAnswerBytes: 6 } as const;
        const page = await ask(session, question, readOperators);
        ticks.push(...page.ticks);
        if (page.ticks.length === 0 || ticks.length >= page.operators) return ticks;
      }
    },

    reset: () => ask(session, { name: 'reset' }, () => {}),
    stats: () => ask(session, { name: 'stats' }, readStats),
    linkUse: () => session.exchange.use(),
    carried: () => carried,
    waiting: () => session.exchange.waiting(),
  };
}

/** By which way; undefined for a model that is built in. */
async function load(regions: Regions, model: Uint8Array): Promise<Way | undefined> {
  const { sizeBytes, flags } = await regions.describe('model');
  const isBuiltIn = flags === 0;
  if (model.length > sizeBytes)
    throw isBuiltIn
      ? new ProtocolError(
          `the firmware has a model of ${sizeBytes} bytes built in, the suite's has ${model.length}`,
          'DUT',
          "build the firmware with the suite's model",
        )
      : new ModelRefused(
          `the model has ${model.length} bytes, the DUT has room for ${sizeBytes}`,
          'DUT',
          'use a smaller model, or a board with more flash',
        );
  return isBuiltIn ? undefined : regions.fill('model', model);
}

/** What did not fit into the answer. */
async function wholeOutput(regions: Regions, first: Uint8Array, outputBytes: number): Promise<Uint8Array> {
  let output = first;
  while (output.length < outputBytes) {
    const piece = await regions.read('output', output.length);
    if (piece.length === 0) throw new ProtocolError('its output region ends too soon', 'DUT', 'see PROTOCOL.md');
    output = join(output, piece.subarray(0, outputBytes - output.length));
  }
  return output;
}

/** An older agent says nothing of a window. */
function readPrepared(answer: PayloadReader): { readonly prepared: PreparedModel; readonly fed: FedModel } {
  const [arenaBytes, inputBytes, outputBytes, operators] = [answer.u32(), answer.u32(), answer.u32(), answer.u16()];
  const rest = answer.rest();
  const more = readPayload(rest.length === 0 ? new Uint8Array(6) : rest);
  return {
    prepared: { arenaBytes, inputBytes, outputBytes, operators },
    fed: { outputBytes, windowBytes: more.u32(), keptResults: more.u16() },
  };
}

function readOperators(answer: PayloadReader): { readonly operators: number; readonly ticks: readonly number[] } {
  const operators = answer.u16();
  const bytes = answer.rest();
  const reader = readPayload(bytes);
  return { operators, ticks: Array.from({ length: Math.floor(bytes.length / 4) }, () => reader.u32()) };
}

function readStats(answer: PayloadReader): DutStats {
  const stats = {
    stackBytes: answer.u32(),
    stackReservedBytes: answer.u32(),
    arenaBytes: answer.u32(),
    arenaReservedBytes: answer.u32(),
    droppedFrames: answer.u32(),
  };
  const rest = answer.rest();
  if (rest.length === 0) return stats;
  const more = readPayload(rest);
  return { ...stats, uplink: { messages: more.u32(), bytes: more.u32() } };
}
