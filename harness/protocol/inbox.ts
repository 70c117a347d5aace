import { deadlineQueue } from './deadline-queue.ts';
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
  const events = deadlineQueue<InboxEvent>(signal);
  return {
    put: events.put,
    end: events.end,
    forgetDamage: () => events.keep(({ kind }) => kind !== 'damage'),
    next: async deadlineMs => (await events.next(deadlineMs)) ?? { kind: 'time' },
  };
}
