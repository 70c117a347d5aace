import { FirmwareFault, ProtocolError } from '../errors.ts';
import type { Link } from '../target/port.ts';
import { encodeFrame, type Frame, frameParser } from './frame.ts';
import { frameSize } from './frame-size.ts';
import { createInbox } from './inbox.ts';
import { linkCounter } from './link-use.ts';
import { join, u16 } from './payload.ts';
import type { LinkUse } from './port.ts';
import { refusal } from './refusal.ts';
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
  /** From the last sending. */
  readonly tookMs: number;
  /** The shortest time between two sendings; Infinity when it was sent once. */
  readonly shortestGapMs: number;
}

/** Asks the DUT, one request at a time. */
export interface Exchange {
  ask(question: Question): Promise<Answer>;
  /** Waits for the DUT to say that it is ready; at most `waitMs`, since a board may have said so long ago. */
  ready(waitMs: number): Promise<void>;
  /** Frames may carry payloads of so many bytes. */
  allow(maxPayload: number): void;
  use(): LinkUse;
}

const evidenceBytes = 256;
const defaultAnswerBytes = 64;
const noTime = Number.POSITIVE_INFINITY;

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
  let isIntroduced = false;

  void pump();
  return {
    ask,
    ready,
    allow(maxPayload) {
      toDut.allow(maxPayload - requestFieldBytes);
      toHost.allow(maxPayload);
    },
    use: () => ({ ...counter.use, leastDataBytes: Math.min(toDut.leastDataBytes, toHost.leastDataBytes) }),
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
    if (frame.sequence !== 0) counter.heard();
    toHost.passed(frame.payload.length + frameOverheadBytes);
    inbox.put({ kind: 'frame', frame });
  }

  function noteDamage(bytes: Uint8Array): void {
    counter.damaged();
    toHost.lost(bytes.length);
    inbox.put({ kind: 'damage' });
  }

  async function ready(waitMs: number): Promise<void> {
    const deadlineMs = performance.now() + waitMs;
    while (true) {
      const event = await inbox.next(deadlineMs);
      if (event.kind !== 'frame' || reportOf(event.frame) === 'ready') return;
    }
  }

  async function ask(question: Question): Promise<Answer> {
    const { name, patience, units = 1 } = question;
    sequence = (sequence % 0xffff) + 1; // 0 is for what the DUT says unasked
    const sentMs: number[] = [];
    let dataBytes = noTime;
    let answerBytes = noTime;
    let isHeard = false;
    try {
      while (sentMs.length < (isHeard || counter.isLossy ? patience.tries : patience.silentTries)) {
        signal.throwIfAborted();
        inbox.forgetDamage();
        dataBytes = Math.min(dataBytes, toDut.dataBytes);
        answerBytes = Math.min(
          answerBytes,
          Math.max(toHost.dataBytes, question.leastAnswerBytes ?? defaultAnswerBytes),
        );
        const payload = join(u16(answerBytes), question.fields(dataBytes));
        const frame = encodeFrame({ kind: kinds[name], sequence, payload });
        counter.sent(sentMs.length > 0);
        sentMs.push(performance.now());
        await link.write(frame);
        const answer = await answerTo(question, sentMs);
        if (answer === 'silence') {
          toDut.lost(frame.length);
          continue;
        }
        isHeard = true;
        toDut.passed(frame.length);
        if (answer === 'damage') continue;
        if (answer.kind === kinds.error) throw refusal(name, answer.payload, answerBytes);
        isIntroduced ||= name === 'hello';
        const tookMs = performance.now() - (sentMs.at(-1) ?? 0);
        if (sentMs.length === 1) timing.took(name, units, tookMs);
        return { payload: answer.payload, tookMs, shortestGapMs: shortestGap(sentMs) };
      }
    } finally {
      counter.settle();
    }
    throw new ProtocolError(
      `no answer to ${name.toUpperCase()} (sent ${sentMs.length} times); ${lossOf(counter.use)}; last heard: ${shown(heard)}`,
      'DUT',
      'check that the firmware has the Tickmark agent and that the link carries bytes both ways',
    );
  }

  /** 'silence' and 'damage' say why it is time to ask again. */
  async function answerTo(
    { name, patience, units = 1, isOurs = () => true }: Question,
    sentMs: readonly number[],
  ): Promise<Frame | 'silence' | 'damage'> {
    const lastSentMs = sentMs.at(-1) ?? 0;
    const expected = timing.expected(name, units);
    let damagedMs = noTime;
    while (true) {
      // Anew each time: a late answer to an earlier sending may show that nothing was lost after all.
      const silenceMs = lastSentMs + waitMs(patience, expected, counter.isLossy, sentMs.length);
      const event = await inbox.next(Math.min(silenceMs, damagedMs));
      if (event.kind === 'time') return damagedMs < noTime ? 'damage' : 'silence';
      if (event.kind === 'damage') {
        const nowMs = performance.now();
        damagedMs = Math.min(damagedMs, nowMs + waitAfterDamageMs(patience, expected, nowMs - lastSentMs));
        continue;
      }
      const { frame } = event;
      if (reportOf(frame) === 'ready' && isIntroduced)
        throw new FirmwareFault(
          'the firmware restarted',
          'DUT',
          'look for a watchdog, a brown-out or a stack overflow',
        );
      if (frame.sequence !== sequence) continue;
      if (frame.kind === kinds.error) return frame;
      if (frame.kind === (kinds[name] | answerBit) && isOurs(frame.payload)) return frame;
    }
  }
}

/** `limit` and the fields of WRITE. */
const requestFieldBytes = 7;
/** Kind, sequence, CRC, COBS and the zeros around. */
const frameOverheadBytes = 10;

/** Tells what the DUT says unasked from answers; a fault throws. */
function reportOf(frame: Frame): 'ready' | 'answer' {
  if (frame.kind === kinds.fault) {
    const text = Buffer.from(frame.payload).toString('utf8');
    throw new FirmwareFault(
      `the firmware faulted: ${text}`,
      'DUT',
      'look the addresses up in the image: arm-none-eabi-addr2line -fe',
    );
  }
  return frame.kind === kinds.ready && frame.sequence === 0 ? 'ready' : 'answer';
}

/** Firmware may print between frames. No whole answer passes for text: its kind is a byte that UTF-8 has only inside a character. */
function isText(bytes: Uint8Array): boolean {
  const text = new TextDecoder('utf-8').decode(bytes);
  return !/[^\P{Cc}\t\r\n]|\ufffd/u.test(text);
}

function shortestGap(timesMs: readonly number[]): number {
  return Math.min(...timesMs.slice(1).map((timeMs, index) => timeMs - (timesMs[index] ?? 0)));
}

function lossOf({ requests, repeats, damagedFrames, lostFrames }: ReturnType<typeof linkCounter>['use']): string {
  if (damagedFrames + lostFrames === 0) return 'the link had lost nothing before';
  const sent = requests + repeats;
  return `of ${sent} frames sent so far ${lostFrames} were lost on the way there or back, ${damagedFrames} answers came damaged`;
}

function shown(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'nothing';
  return [...bytes.subarray(-32)].map(byte => byte.toString(16).padStart(2, '0')).join(' ');
}
