import { ProtocolError } from '../errors.ts';
import type { Link } from '../target/port.ts';
import { encodeFrame, type Frame, frameParser } from './frame.ts';
import { type FrameSize, frameSize } from './frame-size.ts';
import { createInbox, type InboxEvent } from './inbox.ts';
import { type LinkCounter, linkCounter } from './link-use.ts';
import { join, u16 } from './payload.ts';
import type { LinkUse, Waiting } from './port.ts';
import { refusal, reportOf, restarted, unanswered } from './refusal.ts';
import { fromCharacter, isText } from './text.ts';
import { createTiming, type Patience, type Timing, waitAfterDamageMs, waitMs } from './timing.ts';
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
  /** Work that it waits behind: what that took is expected of this one too while it was never seen. */
  readonly isBehind?: RequestName;
  /** An answer that this denies is a leftover of another session, and is passed over. */
  readonly isOurs?: (answer: Uint8Array) => boolean;
  /** Sees what else comes meanwhile. */
  readonly onOther?: (frame: Frame) => void;
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

/** Asks the DUT, one request at a time; what is posted besides goes without waiting for its answer. */
export interface Exchange {
  ask(question: Question): Promise<Answer>;
  /** Frames of one kind, numbered by themselves, while `ask` may be used in between. */
  readonly feeding: Feeding;
  /** Waits for the DUT to say that it is ready; at most `waitMs`, since a board may have said so long ago. */
  ready(waitMs: number): Promise<void>;
  /** Frames may carry payloads of so many bytes. */
  allow(maxPayload: number): void;
  use(): LinkUse;
  /** The question that has no answer yet, or never got one. */
  waiting(): Waiting | undefined;
}

/** What a stream of FEED is made of. */
export interface Feeding {
  /** The line as far as it is known, shared with `ask`. */
  readonly toDut: FrameSize;
  readonly toHost: FrameSize;
  readonly counter: LinkCounter;
  readonly timing: Timing;
  /** Sends them together. That they cannot be written is told by `next`. */
  readonly post: (frames: readonly Uint8Array[]) => void;
  /** The next event, or 'time' at the deadline. Rejects for a fault, a restart, the end of the link, or when the signal aborts. */
  readonly next: (deadlineMs: number) => Promise<InboxEvent>;
  /** The FEED that waits for an answer longest; undefined: none does. */
  readonly waitFor: (sentMs: number | undefined) => void;
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
  let isFeeding = false;
  let posted: Promise<void> = Promise.resolve();
  let asked: { readonly name: RequestName; readonly sentMs: readonly number[] } | undefined;

  void pump();
  return {
    ask,
    ready,
    feeding: { toDut, toHost, counter, timing, post, next, waitFor },
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
    if (frame.sequence !== 0 && frame.kind !== feedAnswer) counter.heard();
    toHost.passed(frame.payload.length + frameOverheadBytes);
    inbox.put({ kind: 'frame', frame });
  }

  /** What comes before the first frame is a boot loader's, or of another baud rate: it says nothing about the line. */
  function noteDamage(bytes: Uint8Array): void {
    if (isFramed) {
      if (isFeeding) counter.fedDamaged();
      else counter.damaged();
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

  function post(frames: readonly Uint8Array[]): void {
    const bytes = join(...frames);
    posted = posted.then(() => link.write(bytes)).catch(error => inbox.end(error));
  }

  async function next(deadlineMs: number): Promise<InboxEvent> {
    const event = await inbox.next(deadlineMs);
    if (event.kind === 'frame') {
      if (reportOf(event.frame) === 'ready') noteRestart();
      if (event.frame.kind === feedAnswer) lastAnswered = 'feed';
    }
    return event;
  }

  function waitFor(sentMs: number | undefined): void {
    isFeeding = sentMs !== undefined;
    asked = sentMs === undefined ? undefined : { name: 'feed', sentMs: [sentMs] };
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
    await posted;
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
    { name, patience, units = 1, isBehind = name, isOurs = () => true, onOther = () => {} }: Question,
    sentMs: readonly number[],
  ): Promise<Frame | 'silence' | 'damage'> {
    const lastSentMs = sentMs.at(-1) ?? 0;
    const expected = timing.expected(name, units) ?? timing.expected(isBehind, units);
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
      if (reportOf(frame) === 'ready') {
        if (name === 'reset') return frame; // its answer may be lost in the reset
        noteRestart();
      }
      const isError = frame.kind === kinds.error && frame.payload[0] !== kinds.feed;
      const isAnswer = isError || (frame.kind === (kinds[name] | answerBit) && isOurs(frame.payload));
      if (frame.sequence === sequence && isAnswer) return frame;
      onOther(frame);
    }
  }

  function noteRestart(): void {
    if (lastAnswered !== undefined || ++restarts > mostRestarts) throw restarted(lastAnswered);
  }
}

const feedAnswer = kinds.feed | answerBit;
/** `limit` and the fields of WRITE. */
const requestFieldBytes = 7;
/** Kind, sequence, CRC, COBS and the zeros around. */
const frameOverheadBytes = 10;
