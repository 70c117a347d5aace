/** Tells whether a window may still have been open when its request was sent again. */
export interface WindowClock {
  /** A window of so many ticks had its answer after so many ms; it was asked for once. */
  saw(ticks: number, ms: number): void;
  /** Whether a window of so many ticks may take longer than `ms`; so it may while none was seen. */
  mayOutlast(ms: number, ticks: number): boolean;
}

/**
 * Learns what a tick takes in the host's time, which an emulator's tick rate does not tell. The way there and back counts as part of the
 * window, which errs on the safe side.
 */
export function windowClock(): WindowClock {
  let msPerTick: number | undefined;
  return {
    saw(ticks, ms) {
      msPerTick = (msPerTick ?? ms / ticks) * 0.875 + (ms / ticks) * 0.125;
    },
    mayOutlast: (ms, ticks) => ms < (msPerTick ?? Number.POSITIVE_INFINITY) * ticks,
  };
}
