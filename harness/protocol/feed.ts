import { ProtocolError } from '../errors.ts';
import { ask, type Session } from './asking.ts';
import type { Frame } from './frame.ts';
import { join, type PayloadReader, readPayload, u16, u32 } from './payload.ts';
import { refusal } from './refusal.ts';
import { expectDigest } from './result-digest.ts';
import { encodeSlice, fieldBytes, overheadOf, type Slice, sliceOf } from './slices.ts';
import { waitMs } from './timing.ts';
import { answerBit, kinds, rounds } from './wire.ts';

/** What the DUT said of itself when its model was prepared. */
export interface FedModel {
  readonly outputBytes: number;
  /** Bytes of requests that it keeps while it is busy. */
  readonly windowBytes: number;
  /** Results that it keeps until they have arrived. */
  readonly keptResults: number;
}

/** Feeds inputs one behind the other, from one PREPARE to the next. */
export interface Feeder {
  /** The outputs in the order of the inputs, each once. Rejects as `ask` does. To be read to its end before anything else is asked. */
  feedAll(inputs: readonly Uint8Array[]): AsyncGenerator<Uint8Array>;
}

/** Whether a DUT can be fed: one that keeps nothing takes an input at a time. */
export function canBeFed({ windowBytes, keptResults }: FedModel): boolean {
  return windowBytes >= leastWindowBytes && keptResults > 0;
}

const leastWindowBytes = 64;

/** A slice on its way. */
interface Sending {
  readonly slice: Slice;
  readonly number: number;
  readonly frameBytes: number;
  readonly sentMs: number;
  readonly isRepeat: boolean;
}

/** A result on its way: `isMissing` once it is known that it did not come, or not whole (`isCut`). */
interface Awaited {
  readonly input: number;
  readonly number: number;
  output?: Uint8Array;
  isMissing?: boolean;
  isCut?: boolean;
}

/**
 * Keeps as many bytes underway as the DUT has room for, so that the line never idles. What the DUT did not take it does not take out of turn
 * either: it is sent again from there on (go-back-N). A result that got lost is collected; it is never computed again.
 */
export function feederOf(session: Session, model: FedModel): Feeder {
  const { exchange, patience } = session;
  const { toDut, toHost, counter, timing, post, next, waitFor } = exchange.feeding;
  let inputs: readonly Uint8Array[] = [];
  let [at, furthest] = [
    { input: 0, offset: 0 },
    { input: 0, offset: 0 },
  ];
  let underway: Sending[] = [];
  let awaited: Awaited[] = [];
  let outputs = new Map<number, Uint8Array>();
  let [number, round] = [0, 0];
  let allowedBytes = counter.isLossy ? fewFrames() : model.windowBytes;
  let [heardMs, damagedMs] = [0, Number.POSITIVE_INFINITY];

  return {
    async *feedAll(all) {
      inputs = all;
      [at, furthest] = [
        { input: 0, offset: 0 },
        { input: 0, offset: 0 },
      ];
      for (let input = 0; input < inputs.length; input++) {
        while (!outputs.has(input)) {
          sendAllowed();
          await hear();
        }
        yield outputs.get(input) as Uint8Array;
        outputs.delete(input);
      }
      waitFor(undefined);
    },
  };

  function sendAllowed(): void {
    if (underway.length === 0) heardMs = performance.now();
    const frames: Uint8Array[] = [];
    for (let slice = nextSlice(); slice && isAllowed(slice); slice = nextSlice()) frames.push(sent(slice));
    if (frames.length > 0) post(frames);
    waitFor(underway[0]?.sentMs ?? heardMs);
  }

  function nextSlice(): Slice | undefined {
    const input = inputs[at.input];
    const third = Math.floor(allowedBytes / 3); // one comes, one is taken, one is answered
    const mostBytes = Math.min(toDut.dataBytes - extraFieldBytes, third - overheadOf(third));
    return input && sliceOf(input, at, Math.max(leastDataBytes, mostBytes));
  }

  function isAllowed({ data, whole }: Slice): boolean {
    if (whole && awaited.length >= model.keptResults) return false;
    const underwayBytes = underway.reduce((sum, { frameBytes }) => sum + frameBytes, 0);
    return underway.length === 0 || underwayBytes + data.length + overheadOf(data.length) <= allowedBytes;
  }

  function sent(slice: Slice): Uint8Array {
    const held = awaited[0]?.number ?? number;
    const frame = encodeSlice(slice, { number, round, held, limit: limit() });
    const isRepeat = slice.input < furthest.input || (slice.input === furthest.input && slice.offset < furthest.offset);
    counter.fed(isRepeat);
    underway.push({ slice, number, frameBytes: frame.length, sentMs: performance.now(), isRepeat });
    if (slice.whole) awaited.push({ input: slice.input, number });
    at = slice.whole ? { input: slice.input + 1, offset: 0 } : { ...at, offset: slice.offset + slice.data.length };
    if (!isRepeat) furthest = at;
    number = (number + 1) & 0xffff;
    return frame;
  }

  function fewFrames(): number {
    return Math.min(model.windowBytes, framesAfterLoss * (toDut.dataBytes + overheadOf(toDut.dataBytes)));
  }

  function limit(): number {
    return Math.max(toHost.dataBytes, leastAnswerBytes);
  }

  async function hear(): Promise<void> {
    const expected = timing.expected('feed', 1);
    const silenceMs = heardMs + waitMs(patience.window, expected, counter.isLossy, 1);
    const event = await next(Math.min(silenceMs, damagedMs));
    if (event.kind === 'damage') {
      const waitedMs = expected ? expected.meanMs + 2 * expected.deviationMs : patience.window.firstMs;
      damagedMs = Math.min(damagedMs, performance.now() + waitedMs);
    } else if (event.kind === 'frame') {
      onFrame(event.frame);
      if (awaited.some(({ isMissing }) => isMissing)) await catchUp();
    } else {
      await catchUp();
    }
  }

  function onFrame(frame: Frame): void {
    if (frame.kind === kinds.error && frame.payload[0] === kinds.feed) throw refusal('feed', frame.payload, limit());
    if (frame.kind !== (kinds.feed | answerBit)) return;
    [heardMs, damagedMs] = [performance.now(), Number.POSITIVE_INFINITY];
    const answer = readPayload(frame.payload);
    const taken = answer.u16();
    const wasUnderway = underway.some(sending => sending.number === frame.sequence);
    acknowledge(taken);
    const result = answer.rest();
    if (result.length > 0) takeResult(frame.sequence, readPayload(result));
    if (!isBefore(frame.sequence, taken) && wasUnderway) goBack();
    // Answers come in the order of their numbers: what has none by now will get none.
    for (const each of awaited) each.isMissing ||= !each.output && isBefore(each.number, frame.sequence);
    release();
  }

  /** All before this number lie in the DUT. */
  function acknowledge(taken: number): void {
    const count = (taken - (underway[0]?.number ?? taken)) & 0xffff;
    if (count > underway.length) return;
    for (const { frameBytes, sentMs, isRepeat } of underway.splice(0, count)) {
      toDut.passed(frameBytes);
      allowedBytes = Math.min(model.windowBytes, allowedBytes + frameBytes / growth);
      if (!isRepeat) timing.took('feed', 1, performance.now() - sentMs);
    }
  }

  function takeResult(of: number, result: PayloadReader): void {
    const each = awaited.find(candidate => candidate.number === of);
    if (!each || each.output) return;
    const [digest, output] = [result.u32(), result.rest()];
    if (output.length === model.outputBytes) arrived(each, digest, output);
    else each.isMissing = each.isCut = true;
  }

  function arrived(each: Awaited, digest: number, output: Uint8Array): void {
    expectDigest(digest, 'FEED', [inputs[each.input] ?? output, output]);
    each.output = output;
    each.isMissing = false;
    release();
  }

  function release(): void {
    for (let [first] = awaited; first?.output; [first] = awaited) {
      outputs.set(first.input, first.output);
      awaited.shift();
    }
  }

  /** What is underway is lost, from its first slice on: it is cut anew. */
  function goBack(): void {
    const [first] = underway;
    if (!first) return;
    toDut.lost(first.frameBytes);
    counter.fedLost();
    const gone = new Set(underway.map(sending => sending.number));
    awaited = awaited.filter(each => !gone.has(each.number));
    at = { input: first.slice.input, offset: first.slice.offset };
    number = first.number;
    round = (round + 1) % rounds;
    allowedBytes = Math.min(allowedBytes, fewFrames());
    underway = [];
  }

  /** Asks what the DUT has taken, and for the results that it has and the host has not. */
  async function catchUp(): Promise<void> {
    do await collectOldest();
    while (awaited.length > 0);
    [heardMs, damagedMs] = [performance.now(), Number.POSITIVE_INFINITY];
  }

  async function collectOldest(): Promise<void> {
    const [wanted] = awaited;
    let output: Uint8Array = new Uint8Array();
    let digest = 0;
    do {
      const piece = await collect(wanted?.number ?? number, output.length);
      acknowledge(piece.taken);
      goBack(); // it came after all of them
      if (!wanted || awaited[0] !== wanted) return;
      if (piece.number !== wanted.number || (piece.output.length === 0 && output.length < model.outputBytes))
        throw new ProtocolError('it has lost the result of an input that it took', 'DUT', 'see COLLECT in PROTOCOL.md');
      digest = piece.digest;
      output = join(output, piece.output);
    } while (output.length < model.outputBytes);
    if (!wanted.isCut) counter.fedLost(); // its answer would have come before this one
    arrived(wanted, digest, output);
  }

  function collect(held: number, offset: number) {
    const fields = join(u16(held), u32(offset));
    const question = { name: 'collect', fields, leastAnswerBytes: 12, isBehind: 'feed', onOther: onFrame } as const;
    return ask(session, question, answer => {
      const taken = answer.u16();
      const result = answer.rest();
      if (result.length === 0) return { taken, number: undefined, digest: 0, output: result };
      const reader = readPayload(result);
      return { taken, number: reader.u16(), digest: reader.u32(), output: reader.rest() };
    });
  }
}

/** In an order of numbers that wraps. */
function isBefore(number: number, other: number): boolean {
  return ((number - other) & 0xffff) >= 0x8000;
}

/** Those of FEED that WRITE has not, for which frames are sized. */
const extraFieldBytes = fieldBytes - 7;
const leastDataBytes = 10;
/** For the text of an error. */
const leastAnswerBytes = 64;
/** What is underway when a byte is lost is lost with it: few frames at first, and more again while none is. */
const framesAfterLoss = 4;
const growth = 8;
