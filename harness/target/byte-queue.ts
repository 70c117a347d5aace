/** Bytes pushed by an event source, read by one `for await`. Nothing is lost between two reads. */
export interface ByteQueue extends AsyncIterable<Uint8Array> {
  push(bytes: Uint8Array): void;
  /** Ends the iteration once everything pushed has been read; with an error, by throwing it. The first end counts. */
  end(error?: Error): void;
}

/** An empty queue. */
export function byteQueue(): ByteQueue {
  const waiting: Uint8Array[] = [];
  let ended: { readonly error?: Error } | undefined;
  let wake: (() => void) | undefined;

  return {
    push(bytes) {
      if (!ended) waiting.push(bytes);
      wake?.();
    },
    end(error) {
      ended ??= { ...(error && { error }) };
      wake?.();
    },
    async *[Symbol.asyncIterator]() {
      while (true) {
        const next = waiting.shift();
        if (next) yield next;
        else if (ended?.error) throw ended.error;
        else if (ended) return;
        else await new Promise<void>(resolve => (wake = resolve));
      }
    },
  };
}
