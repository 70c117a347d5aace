import { TargetError } from '../../errors.ts';
import type { Link } from '../../target/port.ts';
import { type Line, lineReader } from './lines.ts';

/** The lines that come from a link, one after the other. */
export interface Hearing {
  /** The next line; undefined at the deadline (of `performance.now`). Rejects once the link has ended and nothing is left, or on abort. */
  next(deadlineMs: number): Promise<Line | undefined>;
  /** Takes away what was heard of a line that has not ended. */
  takePending(): string;
  /** Bytes since the last end of a line. */
  unendedBytes(): number;
  /** When the last byte came, by `performance.now`. */
  lastMs(): number;
}

/** Begins to listen. */
export function hear(link: Link, signal: AbortSignal): Hearing {
  const reader = lineReader();
  const lines: Line[] = [];
  let lastMs = 0;
  let ended: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const abort = (): void => wake?.();

  const listen = async (): Promise<void> => {
    try {
      for await (const bytes of link.bytes) {
        lastMs = performance.now();
        lines.push(...reader.read(bytes, lastMs));
        wake?.();
      }
      ended = { error: undefined };
    } catch (error) {
      ended = { error };
    }
    signal.removeEventListener('abort', abort); // a signal outlives the many links of a run
    wake?.();
  };
  signal.addEventListener('abort', abort);
  void listen();

  return {
    takePending: () => reader.takePending(),
    unendedBytes: () => reader.unendedBytes,
    lastMs: () => lastMs,
    async next(deadlineMs) {
      let hasLooked = false;
      while (true) {
        signal.throwIfAborted();
        const line = lines.shift();
        if (line) return line;
        if (ended) throw ended.error ?? linkEnded();
        const leftMs = deadlineMs - performance.now();
        if (leftMs <= 0 && hasLooked) return undefined;
        hasLooked = leftMs <= 0;
        // timers come before input in a turn of the event loop: after a pause, what is late may lie there already
        if (hasLooked) await new Promise<void>(resolve => setImmediate(resolve));
        else await wakened(leftMs);
      }
    },
  };

  function wakened(leftMs: number): Promise<void> {
    return new Promise<void>(resolve => {
      const timer = setTimeout(resolve, Math.min(Math.ceil(leftMs), longestTimerMs));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** setTimeout takes no more, and an endless wait is made of many. */
const longestTimerMs = 2 ** 31 - 1;

function linkEnded(): Error {
  return new TargetError('the link has ended', 'DUT', 'see whether its port, or what runs it, is still there');
}
