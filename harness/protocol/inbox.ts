import type { Frame } from './frame.ts';

/** What woke whoever waits: a frame, damaged bytes, or the time. */
export type InboxEvent =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'damage' }
  | { readonly kind: 'time' };

export interface Inbox {
  put(event: InboxEvent): void;
  end(error: unknown): void;
  /** Drops damage that came before now: it cannot be the answer to what is asked next. */
  forgetDamage(): void;
  /** The next event, or 'time' at the deadline (of `performance.now`). Rejects once the link has ended and nothing is left. */
  next(deadlineMs: number): Promise<InboxEvent>;
}

/** An empty one. */
export function createInbox(signal: AbortSignal): Inbox {
  let waiting: InboxEvent[] = [];
  let ended: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const abort = () => wake?.();
  signal.addEventListener('abort', abort);

  return {
    put(event) {
      waiting.push(event);
      wake?.();
    },
    end(error) {
      ended = { error };
      signal.removeEventListener('abort', abort); // a signal outlives the many links of a run
      wake?.();
    },
    forgetDamage() {
      waiting = waiting.filter(event => event.kind !== 'damage');
    },
    async next(deadlineMs) {
      let hasLooked = false;
      while (true) {
        signal.throwIfAborted();
        const event = waiting.shift();
        if (event) return event;
        if (ended) throw ended.error;
        const leftMs = deadlineMs - performance.now();
        if (leftMs <= 0 && hasLooked) return { kind: 'time' };
        if (leftMs <= 0) {
          // Timers come before input in a turn of the event loop: after a pause, what is late may lie there already.
          await new Promise<void>(resolve => setImmediate(resolve));
          hasLooked = true;
          continue;
        }
        await new Promise<void>(resolve => {
          const timer = setTimeout(resolve, Math.min(Math.ceil(leftMs), longestTimerMs));
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
