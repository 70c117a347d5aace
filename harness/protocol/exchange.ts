import { ProtocolError } from '../errors.ts';
import type { Link } from '../target/port.ts';
import { encodeFrame, type Frame, frameParser } from './frame.ts';
import { frameSize } from './frame-size.ts';
import { createInbox } from './inbox.ts';
import { linkCounter } from './link-use.ts';
import { join, u16 } from './payload.ts';
import type { LinkUse, Waiting } from './port.ts';
import { refusal, reportOf, restarted, unanswered } from './refusal.ts';
import { fromCharacter, isText } from './text.ts';
import { createTiming, type Patience, waitAfterDamageMs, waitMs } from './timing.ts';
import { answerBit, kinds, type RequestName } from './wire.ts';

/** One request to the DUT. Sent again it may become shorter, and ask for less, but never more: the DUT carries out only the first it gets. */
export interface Question {
  readonly name: RequestName;
  /** Its fields after `limit`, with at most so many bytes of data among them. */
  readonly fields: (dataBytes: number) => Uint8Array;
  /** Payload bytes that the answer must have room for. @default 64, enough for any answer of fixed size and the text of an error */
  readonly leastAnswerBytes?: number;
  /** Inferences that the answer takes, or 1: they tell how long it may be waited for. @default 1 */
  readonly units?: number;
  readonly patience: Patience;
  /** An answer that this denies is a leftover of another session, and is passed over. */
  readonly isOurs?: (answer: Uint8Array) => boolean;
}

export interface Answer {
  readonly payload: Uint8Array;
  /** How often the question was sent. */
  readonly sendings: number;
}

/** The sendings of one request so far. */
interface Tries {
  readonly sentMs: number[];
  dataBytes: number;
  answerBytes: number;
  /** Whether anything came back. */
  isHeard: boolean;
}

/** Asks the DUT, one request at a time. */
export interface Exchange {
  ask(question: Question): Promise<Answer>;
  /** Waits for the DUT to say that it is ready; at most `waitMs`, since a board may have said so long ago. */
  ready(waitMs: number): Promise<void>;
  /** Frames may carry payloads of so many bytes. */
  allow(maxPayload: number): void;
  use(): LinkUse;
  /** The question that has no answer yet, or never got one. */
  waiting(): Waiting | undefined;
}

const evidenceBytes = 256;
const defaultAnswerBytes = 64;
/** A board may be reset once more when its port is opened. */
const mostRestarts = 2;
const unlimited = Number.POSITIVE_INFINITY;

/**
 * Stop-and-wait over a link: a request is sent again when its answer does not come, and answers to anything else are dropped. Frames shrink
 * in the direction in which they are lost. Reads `link.bytes` until it ends. Rejects with ProtocolError, with what ended the link, or
 * when `signal` aborts.
 */
export function openExchange(link: Link, signal: AbortSignal): Exchange {
  const inbox = createInbox(signal);
  const timing = createTiming();
  const counter = linkCounter();
  const [toDut, toHost] = [frameSize(), frameSize()];
  let heard: Uint8Array = new Uint8Array();
  let sequence = 0;
  let isFramed = false;
  let lastAnswered: RequestName | undefined; // from HELLO's answer on
  let restarts = 0;
  let asked: { readonly name: RequestName; readonly sentMs: readonly number[] } | undefined;

  void pump();
  return {
    ask,
    ready,
    allow(maxPayload) {
      toDut.allow(maxPayload - requestFieldBytes);
      toHost.allow(maxPayload);
    },
    use: () => ({ ...counter.use, leastDataBytes: Math.min(toDut.leastDataBytes, toHost.leastDataBytes) }),
    waiting() {
      const [firstMs] = asked?.sentMs ?? [];
      if (!asked || firstMs === undefined) return undefined;
      return { request: asked.name.toUpperCase(), sendings: asked.sentMs.length, ms: performance.now() - firstMs };
    },
  };

  async function pump(): Promise<void> {
    const parse = frameParser();
    try {
      for await (const bytes of link.bytes) {
        heard = Buffer.concat([heard, bytes]).subarray(-evidenceBytes);
        for (const item of parse(bytes)) {
          if (item.kind === 'frame') noteFrame(item.frame);
          else if (!isText(item.bytes)) noteDamage(item.bytes);
        }
      }
      inbox.end(new ProtocolError('the link ended', 'DUT', 'see why the target closed it'));
    } catch (error) {
      inbox.end(error);
    }
  }

  function noteFrame(frame: Frame): void {
    isFramed = true;
    if (frame.sequence !== 0) counter.heard();
    toHost.passed(frame.payload.length + frameOverheadBytes);
    inbox.put({ kind: 'frame', frame });
  }

  /** What comes before the first frame is a boot loader's, or of another baud rate: it says nothing about the line. */
  function noteDamage(bytes: Uint8Array): void {
    if (isFramed) {
      counter.damaged();
      toHost.lost(bytes.length);
    }
    inbox.put({ kind: 'damage' });
  }

  async function ready(mostMs: number): Promise<void> {
    const deadlineMs = performance.now() + mostMs;
    while (true) {
      const event = await inbox.next(deadlineMs);
      if (event.kind !== 'frame' || reportOf(event.frame) === 'ready') return;
    }
  }

  async function ask(question: Question): Promise<Answer> {
    sequence = (sequence % 0xffff) + 1; // 0 is for what the DUT says unasked
    const tries: Tries = { sentMs: [], dataBytes: unlimited, answerBytes: unlimited, isHeard: false };
    asked = { name: question.name, sentMs: tries.sentMs };
    while (mayTry(question, tries)) {
      const frameBytes = await send(question, tries);
      const answer = await answerTo(question, tries.sentMs);
      if (answer === 'silence') toDut.lost(frameBytes);
      else toDut.passed(frameBytes);
      tries.isHeard ||= answer !== 'silence';
      if (typeof answer === 'object') return accepted(question, tries, answer);
    }
    // Silence from end to end is that of a DUT which has stopped: only a link known as bad is said to have lost these too.
    if (counter.isLossy) counter.settle();
    throw unanswered({
      name: question.name,
      sendings: tries.sentMs.length,
      use: counter.use,
      heard: fromCharacter(heard),
      lastAnswered,
    });
  }

  function mayTry({ patience }: Question, { sentMs, isHeard }: Tries): boolean {
    signal.throwIfAborted();
    return sentMs.length < (isHeard || counter.isLossy ? patience.tries : patience.silentTries);
  }

  /** Bytes sent. */
  async function send(
    { name, fields, leastAnswerBytes = defaultAnswerBytes }: Question,
    tries: Tries,
  ): Promise<number> {
    inbox.forgetDamage();
    tries.dataBytes = Math.min(tries.dataBytes, toDut.dataBytes);
    tries.answerBytes = Math.min(tries.answerBytes, Math.max(toHost.dataBytes, leastAnswerBytes));
    const payload = join(u16(tries.answerBytes), fields(tries.dataBytes));
    const frame = encodeFrame({ kind: kinds[name], sequence, payload });
    counter.sent(tries.sentMs.length > 0);
    tries.sentMs.push(performance.now());
    await link.write(frame);
    return frame.length;
  }

  function accepted({ name, units = 1 }: Question, { sentMs, answerBytes }: Tries, answer: Frame): Answer {
    counter.settle();
    asked = undefined;
    if (answer.kind === kinds.error) throw refusal(name, answer.payload, answerBytes);
    lastAnswered = name;
    if (sentMs.length === 1) timing.took(name, units, performance.now() - (sentMs[0] ?? 0));
    return { payload: answer.payload, sendings: sentMs.length };
  }

  /** 'silence' and 'damage' say why it is time to ask again. */
  async function answerTo(
    { name, patience, units = 1, isOurs = () => true }: Question,
    sentMs: readonly number[],
  ): Promise<Frame | 'silence' | 'damage'> {
    const lastSentMs = sentMs.at(-1) ?? 0;
    const expected = timing.expected(name, units);
    let damagedMs = unlimited;
    while (true) {
      // Anew each time: a late answer to an earlier sending may show that nothing was lost after all.
      const silenceMs = lastSentMs + waitMs(patience, expected, counter.isLossy, sentMs.length);
      const event = await inbox.next(Math.min(silenceMs, damagedMs));
      if (event.kind === 'time') return damagedMs < unlimited ? 'damage' : 'silence';
      if (event.kind === 'damage') {
        const nowMs = performance.now();
        damagedMs = Math.min(damagedMs, nowMs + waitAfterDamageMs(patience, expected, nowMs - lastSentMs));
        continue;
      }
      const { frame } = event;
      if (reportOf(frame) === 'ready') noteRestart();
      if (frame.sequence !== sequence) continue;
      if (frame.kind === kinds.error) return frame;
      if (frame.kind === (kinds[name] | answerBit) && isOurs(frame.payload)) return frame;
    }
  }

  function noteRestart(): void {
    if (lastAnswered !== undefined || ++restarts > mostRestarts) throw restarted(lastAnswered);
  }
}

/** `limit` and the fields of WRITE. */
const requestFieldBytes = 7;
/** Kind, sequence, CRC, COBS and the zeros around. */
const frameOverheadBytes = 10;
