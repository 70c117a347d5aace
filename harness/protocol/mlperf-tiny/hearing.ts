import { TargetError } from '../../errors.ts';
import type { Link } from '../../target/port.ts';
import { deadlineQueue } from '../deadline-queue.ts';
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
  const lines = deadlineQueue<Line>(signal);
  let lastMs = 0;

  const listen = async (): Promise<void> => {
    try {
      for await (const bytes of link.bytes) {
        lastMs = performance.now();
        for (const line of reader.read(bytes, lastMs)) lines.put(line);
      }
      lines.end(linkEnded());
    } catch (error) {
      lines.end(error);
    }
  };
  void listen();

  return {
    takePending: () => reader.takePending(),
    unendedBytes: () => reader.unendedBytes,
    lastMs: () => lastMs,
    next: lines.next,
  };
}

function linkEnded(): Error {
  return new TargetError('the link has ended', 'DUT', 'see whether its port, or what runs it, is still there');
}
