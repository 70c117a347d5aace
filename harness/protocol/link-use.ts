import type { LinkUse } from './port.ts';

/** Counts what a link did to the frames of one session. */
export interface LinkCounter {
  /** `isRepeat`: the same request went before. */
  sent(isRepeat: boolean): void;
  /** An answer that is whole, to whatever request. */
  heard(): void;
  damaged(): void;
  /** The request that was asked last has its answer, or is given up: what else was sent and not answered is lost. */
  settle(): void;
  /** Whether the link has lost or damaged anything, as far as is known. */
  readonly isLossy: boolean;
  readonly use: Omit<LinkUse, 'leastDataBytes'>;
}

/** Of a new session. */
export function linkCounter(): LinkCounter {
  const count = { requests: 0, repeats: 0, heard: 0, damaged: 0, settled: 0 };
  // A request that was repeated too early is answered twice, and nothing was lost: so both are counted, late answers included.
  const lost = (): number => Math.max(0, count.settled - count.heard - count.damaged);

  return {
    sent(isRepeat) {
      count[isRepeat ? 'repeats' : 'requests']++;
    },
    heard() {
      count.heard++;
    },
    damaged() {
      count.damaged++;
    },
    settle() {
      count.settled = count.requests + count.repeats;
    },
    get isLossy() {
      return count.damaged > 0 || lost() > 0;
    },
    get use() {
      return { requests: count.requests, repeats: count.repeats, damagedFrames: count.damaged, lostFrames: lost() };
    },
  };
}
