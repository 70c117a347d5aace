import { FirmwareFault, ModelRefused, messageOf, ProtocolError } from '../errors.ts';
import type { Link } from '../target/port.ts';
import { encodeFrame, type Frame, frameParser } from './frame.ts';
import { type PayloadReader, readPayload } from './payload.ts';
import { answerBit, errorCodes, kinds, type RequestName } from './wire.ts';

/** When a request is sent again, and how often it is sent at most. */
export interface Patience {
  readonly retryMs: number;
  readonly tries: number;
}

/** Asks the DUT, one request at a time. */
export interface Exchange {
  /** The answer's payload. An answer that `isOurs` denies is a leftover of another session, and is passed over. */
  request(
    name: RequestName,
    payload: Uint8Array,
    patience: Patience,
    isOurs?: (answer: Uint8Array) => boolean,
  ): Promise<Uint8Array>;
  /** Waits for the DUT to say that it is ready; at most `waitMs`, since a board may have said so long ago. */
  ready(waitMs: number): Promise<void>;
}

/** What woke whoever waits: a frame, bytes that were no frame, or the end of the link. */
type Event = { readonly kind: 'frame'; readonly frame: Frame } | { readonly kind: 'noise' } | { readonly kind: 'time' };

const evidenceBytes = 256;

/**
 * Stop-and-wait over a link: the same frame is sent again when its answer does not come, and answers to anything else are dropped.
 * Reads `link.bytes` until it ends. Rejects with ProtocolError, with what ended the link, or when `signal` aborts.
 */
export function openExchange(link: Link, signal: AbortSignal): Exchange {
  const inbox = eventInbox(signal);
  let heard: Uint8Array = new Uint8Array();
  let sequence = 0;
  let isIntroduced = false;

  void pump();
  return { request, ready };

  async function pump(): Promise<void> {
    const parse = frameParser();
    try {
      for await (const bytes of link.bytes) {
        heard = Buffer.concat([heard, bytes]).subarray(-evidenceBytes);
        for (const item of parse(bytes)) inbox.put(item.kind === 'frame' ? item : { kind: 'noise' });
      }
      inbox.end(new ProtocolError('the link ended', 'DUT', 'see why the target closed it'));
    } catch (error) {
      inbox.end(error);
    }
  }

  async function ready(waitMs: number): Promise<void> {
    const deadlineMs = performance.now() + waitMs;
    while (true) {
      const event = await inbox.next(deadlineMs);
      if (event.kind === 'time') return;
      if (event.kind === 'frame' && reportOf(event.frame) === 'ready') return;
    }
  }

  async function request(
    name: RequestName,
    payload: Uint8Array,
    patience: Patience,
    isOurs: (answer: Uint8Array) => boolean = () => true,
  ): Promise<Uint8Array> {
    sequence = (sequence + 1) % 0x1_0000;
    const frame = { kind: kinds[name], sequence, payload };
    for (let tries = 0; tries < patience.tries; tries++) {
      signal.throwIfAborted();
      inbox.forgetNoise();
      await link.write(encodeFrame(frame));
      const answer = await answerTo(frame, patience.retryMs, isOurs);
      if (!answer) continue;
      if (answer.kind === kinds.error) throw refusal(name, readPayload(answer.payload));
      isIntroduced ||= name === 'hello';
      return answer.payload;
    }
    throw new ProtocolError(
      `no answer to ${name.toUpperCase()} (sent ${patience.tries} times); last heard: ${shown(heard)}`,
      'DUT',
      'check that the firmware has the Tickmark agent and that the link carries bytes both ways',
    );
  }

  /** Undefined when it is time to ask again. What arrives damaged may have been the answer, so it need not be waited for long. */
  async function answerTo(
    asked: Frame,
    retryMs: number,
    isOurs: (answer: Uint8Array) => boolean,
  ): Promise<Frame | undefined> {
    let deadlineMs = performance.now() + retryMs;
    while (true) {
      const event = await inbox.next(deadlineMs);
      if (event.kind === 'time') return undefined;
      if (event.kind === 'noise') {
        deadlineMs = Math.min(deadlineMs, performance.now() + afterNoiseMs);
        continue;
      }
      const { frame } = event;
      if (reportOf(frame) === 'ready' && isIntroduced)
        throw new FirmwareFault('the firmware restarted', 'DUT', restartAdvice);
      if (frame.sequence !== asked.sequence) continue;
      if (frame.kind === kinds.error) return frame;
      if (frame.kind === (asked.kind | answerBit) && isOurs(frame.payload)) return frame;
    }
  }
}

const afterNoiseMs = 1000;
const restartAdvice = 'look for a watchdog, a brown-out or a stack overflow';

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

function refusal(name: RequestName, error: PayloadReader): ProtocolError {
  try {
    error.u8();
    const code = error.u8();
    const what = `it refused ${name.toUpperCase()}: ${Buffer.from(error.rest()).toString('utf8')} (error ${code})`;
    if (name === 'prepare' && isAboutTheModel(code))
      return new ModelRefused(what, 'DUT', 'change the model, or use firmware with another runtime or a larger arena');
    if (code === errorCodes.inferenceFailed)
      return new FirmwareFault(what, 'DUT', 'run the model on the host to see whether it is the model or the runtime');
    return new ProtocolError(
      what,
      'DUT',
      'host and firmware disagree about the protocol or the memory: see PROTOCOL.md',
    );
  } catch (cause) {
    return new ProtocolError(`it sent a damaged error: ${messageOf(cause)}`, 'DUT', 'see PROTOCOL.md', { cause });
  }
}

function isAboutTheModel(code: number): boolean {
  return code === errorCodes.notAModel || code === errorCodes.noKernel || code === errorCodes.doesNotFit;
}

interface EventInbox {
  put(event: Event): void;
  end(error: unknown): void;
  /** Drops noise that came before now: it cannot be a damaged answer to what is asked next. */
  forgetNoise(): void;
  /** The next event, or 'time' at the deadline (of `performance.now`). Rejects once the link has ended and nothing is left. */
  next(deadlineMs: number): Promise<Event>;
}

function eventInbox(signal: AbortSignal): EventInbox {
  let waiting: Event[] = [];
  let ended: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;
  signal.addEventListener('abort', () => wake?.(), { once: true });

  return {
    put(event) {
      waiting.push(event);
      wake?.();
    },
    end(error) {
      ended = { error };
      wake?.();
    },
    forgetNoise() {
      waiting = waiting.filter(event => event.kind !== 'noise');
    },
    async next(deadlineMs) {
      while (true) {
        signal.throwIfAborted();
        const event = waiting.shift();
        if (event) return event;
        if (ended) throw ended.error;
        const leftMs = deadlineMs - performance.now();
        if (leftMs <= 0) return { kind: 'time' };
        await new Promise<void>(resolve => {
          const timer = setTimeout(resolve, Math.min(leftMs, longestTimerMs));
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
  };
}

/** setTimeout takes no more, and an endless wait is made of many. */
const longestTimerMs = 2 ** 31 - 1;

function shown(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'nothing';
  return [...bytes.subarray(-32)].map(byte => byte.toString(16).padStart(2, '0')).join(' ');
}
