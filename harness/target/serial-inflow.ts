import { queueOf } from '../queue.ts';

/** Bytes of a line on their way to one reader. */
export interface Inflow extends AsyncIterable<Uint8Array> {
  push(bytes: Uint8Array): void;
  /** Drops what nobody has read yet; returns how many bytes that were. */
  drop(): number;
  end(error?: Error): void;
}

/** Calls back when more waits than a reader that keeps up ever leaves, and when there is room again. */
export function inflow({ onFull, onRoom }: { onFull: () => void; onRoom: () => void }): Inflow {
  const queue = queueOf<Uint8Array>();
  let waiting = 0;
  let dropping = 0; // of those waiting
  let isFull = false;

  return {
    push(bytes) {
      waiting += bytes.length;
      queue.push(bytes);
      if (isFull || waiting <= mostWaiting) return;
      isFull = true;
      onFull();
    },
    drop() {
      const dropped = waiting - dropping;
      dropping = waiting;
      return dropped;
    },
    end: error => queue.end(error),
    async *[Symbol.asyncIterator]() {
      for await (const bytes of queue) {
        const dropped = Math.min(dropping, bytes.length);
        dropping -= dropped;
        waiting -= bytes.length;
        if (isFull && waiting < mostWaiting / 2) {
          isFull = false;
          onRoom();
        }
        if (dropped < bytes.length) yield bytes.subarray(dropped);
      }
    },
  };
}

/** Half a minute at 921600 baud. Beyond, USB and TCP hold the sender up; a UART loses bytes, in the driver instead of here. */
export const mostWaiting = 4 << 20;
