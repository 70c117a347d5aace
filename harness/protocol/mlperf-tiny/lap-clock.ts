/** A pair of readings of the DUT's clock in µs, modulo 2^32, and when each was heard. */
export interface HeardLaps {
  readonly lap0Us: number;
  readonly lap1Us: number;
  readonly heard0Ms: number;
  readonly heard1Ms: number;
}

/** Holds readings against the host's clock and against those of before: one that lost a digit is far off both. */
export interface LapClock {
  isOff(laps: HeardLaps): boolean;
  /** Whether they are of a clock that began anew since the last ones that were noted. */
  hasRestarted(laps: HeardLaps): boolean;
  note(laps: HeardLaps): void;
}

/** The host hears both through a driver that gathers bytes, on a machine with other work; clocks differ by less than this share. */
const toleranceUs = 250_000;
const share = 0.05;

/** Between two pairs the DUT may have been idle for long, and clocks drift. */
const gapToleranceUs = 2_000_000;

const wrapUs = 2 ** 32;

/** From one reading to a later one. */
export function elapsedUs(fromUs: number, toUs: number): number {
  return (toUs - fromUs + wrapUs) % wrapUs;
}

/** One that has noted nothing. */
export function lapClock(): LapClock {
  let last: { readonly us: number; readonly ms: number } | undefined;

  return {
    isOff({ lap0Us, lap1Us, heard0Ms, heard1Ms }) {
      if (isFar(elapsedUs(lap0Us, lap1Us), (heard1Ms - heard0Ms) * 1000, toleranceUs)) return true;
      return last !== undefined && isFar(elapsedUs(last.us, lap0Us), (heard0Ms - last.ms) * 1000, gapToleranceUs);
    },
    hasRestarted({ lap0Us, heard0Ms }) {
      if (!last) return false;
      const gapUs = (heard0Ms - last.ms) * 1000;
      return isFar(elapsedUs(last.us, lap0Us), gapUs, gapToleranceUs) && lap0Us <= gapUs + gapToleranceUs;
    },
    note({ lap1Us, heard1Ms }) {
      last = { us: lap1Us, ms: heard1Ms };
    },
  };
}

function isFar(us: number, hostUs: number, least: number): boolean {
  return Math.abs(us - hostUs) > least + share * Math.max(hostUs, 0);
}
