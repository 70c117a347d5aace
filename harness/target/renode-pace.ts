/** What a slice of virtual time has brought. */
export interface Slice {
  readonly microseconds: number;
  /** Executed in it. */
  readonly instructions: number;
  /** Bytes that the UART has sent in it. */
  readonly sent: number;
}

/** How far a core has come since it booted or was last given input. Times in microseconds of virtual time. */
export interface Pace {
  /** How long the next slice is. */
  readonly next: number;
  /** For how long it has done next to nothing, and sent nothing. */
  readonly idle: number;
  /** For how long it has sent nothing. */
  readonly silent: number;
  /** Only input, or a timer that is set for later, will wake it. */
  readonly isAsleep: boolean;
  /** Input may be handed over: it sleeps, or it is one that never does. */
  readonly isReady: boolean;
}

/** In instructions. A core that polls its UART executes some two million a second of the host's: there, the longest slice takes seconds. */
const firstInstructions = 250_000;
const growth = 4;
const mostInstructions = 8_000_000;
const patienceInstructions = 1_000_000;
const settling = 20_000;

/** An operating system wakes its core at every tick, to find nothing to do. */
const idleShare = 0.1;
/** renode/bridge.py has the same. */
const busyShare = 0.9;
/** How many slices are asked for at once: Renode goes on by itself while the core computes, and says nothing. */
const slicesAhead = 4;

/** The pace of a core that boots, or has just been given input. `mips` is what it executes in a microsecond of virtual time. */
export function awake(mips: number): Pace {
  return { next: Math.ceil(firstInstructions / mips), idle: 0, silent: 0, isAsleep: false, isReady: false };
}

/**
 * How a core goes on after a slice. Decided by virtual time alone, so that every run is cut the same way and hands over its input at the
 * same instruction.
 */
export function paceAfter(pace: Pace, { microseconds, instructions, sent }: Slice, mips: number): Pace {
  const share = instructions / (microseconds * mips);
  const silent = sent === 0 ? pace.silent + microseconds : 0;
  const idle = sent === 0 && share <= idleShare ? pace.idle + microseconds : 0;
  const isAsleep = idle >= settling;
  const isBusy = share >= busyShare;
  return {
    next: isBusy ? Math.min(growth * pace.next, Math.ceil(mostInstructions / mips)) : settling,
    idle,
    silent,
    isAsleep,
    isReady: isAsleep || (isBusy && silent * mips >= patienceInstructions),
  };
}

/** What Renode is asked for at once, in microseconds: slices of a core that computes, and one that settles it when it has slept. */
export interface Asked {
  readonly slices: readonly number[];
  /** 0 for none. */
  readonly settling: number;
}

/** What to ask for next. A core that was asleep has settled. */
export function nextFor(pace: Pace, mips: number): Asked {
  const slices: number[] = [];
  for (let at = pace; slices.length < slicesAhead; at = paceAfter(at, busySlice(at.next, mips), mips))
    slices.push(at.next);
  return { slices, settling: pace.isAsleep ? 0 : settling };
}

/** What Renode says of a request: how many slices it has run, and of the last of them what came of it; then of the one that settles, if any. */
export interface Ran {
  readonly count: number;
  readonly last: Omit<Slice, 'microseconds'>;
  readonly settled: Omit<Slice, 'microseconds'>;
}

/**
 * The pace after these slices were asked for, and `settling` for a core that slept in the last. Only of that one it is told what came of it: a
 * core is let run on only while it computes and is silent.
 */
export function paceAfterAll(pace: Pace, asked: Asked, { count, last, settled }: Ran, mips: number): Pace {
  const slices = asked.slices.slice(0, count);
  const before = slices
    .slice(0, -1)
    .reduce((at, microseconds) => paceAfter(at, busySlice(microseconds, mips), mips), pace);
  const microseconds = slices.at(-1) ?? 0;
  const after = paceAfter(before, { microseconds, ...last }, mips);
  const hasSlept = last.instructions < busyShare * microseconds * mips;
  return hasSlept && asked.settling > 0 ? paceAfter(after, { microseconds: asked.settling, ...settled }, mips) : after;
}

function busySlice(microseconds: number, mips: number): Slice {
  return { microseconds, instructions: microseconds * mips, sent: 0 };
}
