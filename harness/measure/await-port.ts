import { pause } from '../pause.ts';
import type { SerialTarget } from '../target/port.ts';

/** Waits until a board's port is there, or until it is gone; false when that took too long. Rejects when `signal` aborts. */
export async function awaitPort(
  target: Pick<SerialTarget, 'isPresent'>,
  { isThere, withinMs }: { readonly isThere: boolean; readonly withinMs: number },
  signal: AbortSignal,
): Promise<boolean> {
  const deadlineMs = performance.now() + withinMs;
  while ((await target.isPresent()) !== isThere) {
    if (performance.now() >= deadlineMs) return false;
    await pause(everyMs, signal);
  }
  return true;
}

const everyMs = 100;
