/** What a meter has dropped between two samples that seem to follow one another. */
export interface DroppedBlocks {
  readonly samples: number;
  /** How far back that may be, in samples. */
  readonly within: number;
}

/** Watches a stream by the clock of the host. */
export interface BlockWatch {
  /** So many samples came by `nowMs`. Returns what was found to be missing. */
  take(samples: number, nowMs: number): DroppedBlocks | undefined;
  /** The same at the end, by what has come since. */
  end(): DroppedBlocks | undefined;
}

interface Spell {
  readonly startMs: number;
  /** The least that samples were late by, against the first ones. */
  lagMs: number;
  arrivals: number;
}

const spellMs = 500;
const spellsASide = 6;
const leastASide = 4;
/** A busy machine takes samples late, and some of so many nearly in time. */
const leastArrivals = 8;

/**
 * A meter that drops whole blocks, of a size that its counter comes round to, falls behind by their time, and for good. What a busy host does to a
 * stream passes, and the clocks part by less than 0.5 ms in a second: what the best arrivals of some seconds are behind those of the
 * seconds before, all of them, is blocks.
 */
export function watchBlocks({ rateHz, blockSamples }: { rateHz: number; blockSamples: number }): BlockWatch {
  const blockMs = (1000 * blockSamples) / rateHz;
  const spells: Spell[] = [];
  let total = 0;
  let spell: Spell | undefined;

  const judge = (aSide: number): DroppedBlocks | undefined => {
    const [before, after] = [spells.slice(-2 * aSide, -aSide), spells.slice(-aSide)];
    if (before.length < aSide || aSide < leastASide) return undefined;
    const behindMs = bestOf(after) - bestOf(before);
    if (behindMs < 0.7 * blockMs) return undefined;
    const samples = Math.round(behindMs / blockMs) * blockSamples;
    total += samples;
    const sinceMs = (spells.at(-1)?.startMs ?? 0) + spellMs - (before[0]?.startMs ?? 0);
    return { samples, within: Math.ceil((sinceMs * rateHz) / 1000) };
  };
  const endSpell = (): void => {
    if (spell && spell.arrivals >= leastArrivals) spells.push(spell);
    if (spells.length > 2 * spellsASide) spells.shift();
    spell = undefined;
  };
  return {
    take(samples, nowMs) {
      const isOver = spell !== undefined && nowMs >= spell.startMs + spellMs;
      if (isOver) endSpell();
      const found = isOver ? judge(spellsASide) : undefined;
      total += samples;
      const lagMs = nowMs - (1000 * total) / rateHz;
      spell ??= { startMs: nowMs, lagMs, arrivals: 0 };
      spell.lagMs = Math.min(spell.lagMs, lagMs);
      spell.arrivals++;
      return found;
    },
    end() {
      endSpell();
      return judge(Math.min(spellsASide, Math.floor(spells.length / 2)));
    },
  };
}

function bestOf(spells: readonly Spell[]): number {
  return Math.min(...spells.map(({ lagMs }) => lagMs));
}
