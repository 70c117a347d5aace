/** Things pushed by an event source, read by one `for await`. Nothing is lost between two reads. */
export interface Queue<Thing> extends AsyncIterable<Thing> {
  push(thing: Thing): void;
  /** Ends the iteration once everything pushed has been read; with an error, by throwing it. The first end counts. */
  end(error?: Error): void;
}

/** So many that were read stay until they are let go of together: to shift each off would move all others. */
const most = 1024;

/** An empty queue. */
export function queueOf<Thing>(): Queue<Thing> {
  const waiting: Thing[] = [];
  let taken = 0; // of them
  let ended: { readonly error?: Error } | undefined;
  let wake: (() => void) | undefined;

  return {
    push(thing) {
      if (!ended) waiting.push(thing);
      wake?.();
    },
    end(error) {
      ended ??= { ...(error && { error }) };
      wake?.();
    },
    async *[Symbol.asyncIterator]() {
      while (true) {
        while (taken < waiting.length) {
          const next = waiting[taken++];
          if (taken === most || taken === waiting.length) {
            waiting.splice(0, taken);
            taken = 0;
          }
          yield next;
        }
        if (ended?.error) throw ended.error;
        if (ended) return;
        await new Promise<void>(resolve => (wake = resolve));
      }
    },
  };
}
