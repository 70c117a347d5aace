import type { LinkUse } from './port.ts';

/** Counts what a link did to the frames of one session. */
export interface LinkCounter {
  /** `isRepeat`: the same request went before. */
  sent(isRepeat: boolean): void;
  /** An answer that is whole, to whatever request. */
  heard(): void;
  damaged(): void;
  /** A FEED, of which many are underway at once: only a loss that shows is counted. */
  fed(isRepeat: boolean): void;
  fedLost(): void;
  /** Damaged bytes while it was feeding: the answer to any of them, or to none. */
  fedDamaged(): void;
  /** The request that was asked last has its answer, or is given up: what else was sent and not answered is lost. */
  settle(): void;
  /** Whether the link has lost or damaged anything, as far as is known. */
  readonly isLossy: boolean;
  readonly use: Omit<LinkUse, 'leastDataBytes'>;
}

/** Of a new session. */
export function linkCounter(): LinkCounter {
  const fed = { requests: 0, repeats: 0, lost: 0, damaged: 0 };
  const count = { requests: 0, repeats: 0, heard: 0, damaged: 0, settled: 0 };
  // A request that was repeated too early is answered twice, and nothing was lost: so both are counted, late answers included.
  const lost = (): number => Math.max(0, count.settled - count.heard - count.damaged) + fed.lost;

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
    fed(isRepeat) {
      fed[isRepeat ? 'repeats' : 'requests']++;
    },
    fedLost() {
      fed.lost++;
    },
    fedDamaged() {
      fed.damaged++;
    },
    settle() {
      count.settled = count.requests + count.repeats;
    },
    get isLossy() {
      return count.damaged + fed.damaged > 0 || lost() > 0;
    },
    get use() {
      return {
        requests: count.requests + fed.requests,
        repeats: count.repeats + fed.repeats,
        damagedFrames: count.damaged + fed.damaged,
        lostFrames: lost(),
      };
    },
  };
}
