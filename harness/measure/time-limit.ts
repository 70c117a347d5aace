/** A limit on what a session takes. It stands still while something is done that is none of the session. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
  pause(): void;
  /** Goes on; a limit that does already is left alone. */
  resume(): void;
}

/** Aborts with `late` once `limitMs` have passed in which it was not paused, or when `interrupt` does. It goes on from the start. */
export function timeLimit(limitMs: number, late: () => Error, interrupt: AbortSignal): TimeLimit {
  const over = new AbortController();
  let leftMs = limitMs;
  let startedMs = 0;
  let timer: NodeJS.Timeout | undefined;

  const pause = (): void => {
    if (!timer) return;
    clearTimeout(timer);
    timer = undefined;
    leftMs -= performance.now() - startedMs;
  };
  const resume = (): void => {
    if (timer) return;
    startedMs = performance.now();
    timer = setTimeout(() => over.abort(late()), Math.max(0, leftMs));
  };
  resume();
  return { signal: AbortSignal.any([interrupt, over.signal]), pause, resume, [Symbol.dispose]: pause };
}
