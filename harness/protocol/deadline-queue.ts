/** Values in the order they came, each waited for until a deadline. */
export interface DeadlineQueue<Value> {
  readonly put: (value: Value) => void;
  /** The first error counts: what was put before it is still to be had. */
  readonly end: (error: unknown) => void;
  /** Drops what came so far and is not to be kept. */
  readonly keep: (isKept: (value: Value) => boolean) => void;
  /** The next value; undefined at the deadline (of `performance.now`). Rejects once it has ended and nothing is left, or on abort. */
  readonly next: (deadlineMs: number) => Promise<Value | undefined>;
}

/** An empty one. */
export function deadlineQueue<Value>(signal: AbortSignal): DeadlineQueue<Value> {
  let waiting: Value[] = [];
  let ended: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const abort = () => wake?.();
  signal.addEventListener('abort', abort);

  return {
    put(value) {
      waiting.push(value);
      wake?.();
    },
    end(error) {
      ended ??= { error };
      signal.removeEventListener('abort', abort); // a signal outlives the many links of a run
      wake?.();
    },
    keep(isKept) {
      waiting = waiting.filter(isKept);
    },
    async next(deadlineMs) {
      let hasLooked = false;
      while (true) {
        signal.throwIfAborted();
        const value = waiting.shift();
        if (value !== undefined) return value;
        if (ended) throw ended.error;
        const leftMs = deadlineMs - performance.now();
        if (leftMs <= 0 && hasLooked) return undefined;
        hasLooked = leftMs <= 0;
        // Timers come before input in a turn of the event loop: after a pause, what is late may lie there already.
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
