/** A case that is to be measured. `cost` [s] need only be right in proportion; 0 for one that will not run here. */
export interface Expected {
  readonly id: string;
  readonly suite: string;
  readonly target: string;
  readonly cost: number;
}

/** How far one case is. `mips` is the emulator's speed over the last second or so [million instructions a second]. */
export interface Progress {
  readonly caseId: string;
  readonly done: number;
  readonly total: number;
  readonly mips?: number;
  /** What takes its time besides vectors: `idle for 1 s`. */
  readonly busy?: string;
}

/** How far a run is. */
export interface RunProgress {
  /** The cases of the run in the order of their turns, and how many are under way at once. */
  expect(cases: readonly Expected[], atOnce: number): void;
  update(progress: Progress): void;
  /** A case is at its end; `isWhole` unless it was broken off or skipped. */
  measured(caseId: string, isWhole: boolean): void;
  judged(caseId: string): void;
  /** Who measures was started again: nothing is under way, and what was not judged is measured anew. */
  restart(): void;
  state(): RunState;
}

export interface RunState {
  readonly judged: number;
  readonly planned: number;
  /** The first to be started first. */
  readonly underWay: readonly UnderWay[];
  /** Absent while there is nothing to tell it by, or nothing left to be measured. */
  readonly leftMs?: number;
}

/** A case that is being measured. */
export interface UnderWay extends Progress {
  readonly title: string;
}

interface Clocked extends UnderWay {
  readonly startMs: number;
  /** When the first vectors were done, and how many: a start is no measure of what follows. */
  readonly first?: { readonly ms: number; readonly done: number };
}

interface Ended {
  readonly tookMs: number;
  readonly isWhole: boolean;
}

/** Follows a run from what is told of it. */
export function createRunProgress(nowMs: () => number): RunProgress {
  let expected: ReadonlyMap<string, Expected> = new Map();
  let atOnce = 1;
  let underWay = new Map<string, Clocked>();
  let ended = new Map<string, Ended>();
  const judged = new Set<string>();

  return {
    expect(cases, most) {
      expected = new Map(cases.map(each => [each.id, each]));
      atOnce = most;
    },
    update(progress) {
      const { startMs = nowMs(), first = firstOf(progress, nowMs()) } = underWay.get(progress.caseId) ?? {};
      underWay.set(progress.caseId, { ...progress, title: titleOf(progress.caseId), startMs, ...(first && { first }) });
    },
    measured(caseId, isWhole) {
      const { startMs = nowMs() } = underWay.get(caseId) ?? {};
      ended.set(caseId, { tookMs: nowMs() - startMs, isWhole });
      underWay.delete(caseId);
    },
    judged(caseId) {
      judged.add(caseId);
      underWay.delete(caseId); // where who measured it is gone, nobody said that it ended
    },
    restart() {
      underWay = new Map();
      ended = new Map([...ended].filter(([caseId]) => judged.has(caseId)));
    },
    state() {
      const leftMs = leftOf({ expected, underWay, ended, judged, atOnce, nowMs: nowMs() });
      const facts = { judged: judged.size, planned: expected.size, underWay: [...underWay.values()] };
      return { ...facts, ...(leftMs !== undefined && { leftMs }) };
    },
  };

  function titleOf(caseId: string): string {
    const { suite, target } = expected.get(caseId) ?? {};
    return suite === undefined ? caseId : `${suite} on ${target}`;
  }
}

function firstOf({ done }: Progress, ms: number): Clocked['first'] {
  return done > 0 ? { ms, done } : undefined;
}

interface Seen {
  readonly expected: ReadonlyMap<string, Expected>;
  readonly underWay: ReadonlyMap<string, Clocked>;
  readonly ended: ReadonlyMap<string, Ended>;
  readonly judged: ReadonlySet<string>;
  readonly atOnce: number;
  readonly nowMs: number;
}

/** Deals what is left out to as many as are at work; the last to be ready tells. */
function leftOf(seen: Seen): number | undefined {
  const { expected, underWay, ended, judged, atOnce, nowMs } = seen;
  const timeOf = timesOf(seen);
  const left = [...underWay.values()].map(each => {
    const wholeMs = timeOf(expected.get(each.caseId));
    return ownLeftMs(each, nowMs) ?? Math.max(0, wholeMs - (nowMs - each.startMs));
  });
  const waiting = [...expected.values()].filter(({ id }) => !underWay.has(id) && !ended.has(id) && !judged.has(id));
  for (const each of waiting) {
    const free = left.length < atOnce ? left.push(0) - 1 : left.indexOf(Math.min(...left));
    left[free] = (left[free] ?? 0) + timeOf(each);
  }
  const leftMs = Math.max(0, ...left);
  return leftMs > 0 && Number.isFinite(leftMs) ? leftMs : undefined;
}

const basisMs = 1000;

/** By its own vectors, after a second of them: the first are slow (warm-up) and would promise hours. */
function ownLeftMs({ done, total, first }: Clocked, nowMs: number): number | undefined {
  if (!first || done <= first.done || nowMs - first.ms <= basisMs) return undefined;
  return ((nowMs - first.ms) / (done - first.done)) * (total - done);
}

/** Milliseconds that a case takes by its cost: as others did on its target, else as all did; not finite before there is a second of that. */
function timesOf({ expected, underWay, ended, nowMs }: Seen): (planned?: Expected) => number {
  const here = new Map<string, Tally>();
  const everywhere: Tally = { ms: 0, cost: 0 };
  const count = (caseId: string, ms: number, isWhole: boolean): void => {
    const { target = '', cost = 0 } = expected.get(caseId) ?? {};
    add(here.get(target) ?? here.set(target, { ms: 0, cost: 0 }).get(target), { ms, cost });
    if (isWhole) add(everywhere, { ms, cost }); // what is skipped here is not elsewhere
  };
  for (const [caseId, { tookMs, isWhole }] of ended) count(caseId, tookMs, isWhole);
  for (const each of underWay.values()) {
    const leftMs = ownLeftMs(each, nowMs);
    if (leftMs !== undefined) count(each.caseId, nowMs - each.startMs + leftMs, true);
  }
  return ({ target, cost } = { id: '', suite: '', target: '', cost: 0 }) => {
    if (cost === 0) return 0;
    const seen = here.get(target) ?? everywhere;
    return everywhere.ms < basisMs ? Number.POSITIVE_INFINITY : (cost * seen.ms) / seen.cost;
  };
}

interface Tally {
  ms: number;
  cost: number;
}

function add(tally: Tally | undefined, { ms, cost }: Tally): void {
  if (!tally) return;
  tally.ms += ms;
  tally.cost += cost;
}
