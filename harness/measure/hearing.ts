import { type Queue, queueOf } from '../queue.ts';
import type { Link } from '../target/port.ts';

/** A link as one session has it: it hears what comes from its opening on, and nothing once it is closed. */
export interface Hearing extends Link {
  close(): void;
}

/** Lets several sessions hear one link, as it takes when the DUT boots anew at the other end. What comes before the first is kept for it. */
export function hearingsOf(link: Link): () => Hearing {
  const open = new Set<Queue<Uint8Array>>();
  let isListening = false;

  const listen = async (): Promise<void> => {
    try {
      for await (const bytes of link.bytes) for (const queue of open) queue.push(bytes);
      for (const queue of open) queue.end();
    } catch (error) {
      for (const queue of open) queue.end(error as Error);
    }
  };
  return () => {
    const queue = queueOf<Uint8Array>();
    open.add(queue);
    if (!isListening) void listen();
    isListening = true;
    return {
      ...link,
      bytes: queue,
      close() {
        open.delete(queue);
        queue.end();
      },
    };
  };
}
