import type { Reading } from '../recording/trace.ts';

/** Readings of a meter on their way to one reader. */
export interface ReadingQueue extends AsyncIterable<Reading> {
  put(reading: Reading): void;
  /** Ends the iteration once all was read; with an error, by throwing it. The first end counts. */
  end(error?: Error): void;
}

/** An empty one. */
export function readingQueue(): ReadingQueue {
  let waiting: Reading[] = [];
  let ended: { readonly error?: Error } | undefined;
  let wake: (() => void) | undefined;

  return {
    put(reading) {
      if (!ended) waiting.push(reading);
      wake?.();
    },
    end(error) {
      ended ??= { ...(error && { error }) };
      wake?.();
    },
    async *[Symbol.asyncIterator]() {
      while (true) {
        const readings = waiting;
        waiting = [];
        yield* readings;
        if (waiting.length > 0) continue;
        if (ended?.error) throw ended.error;
        if (ended) return;
        await new Promise<void>(resolve => (wake = resolve));
      }
    },
  };
}
