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

/** Lets time pass. Rejects with the signal's reason when it aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
