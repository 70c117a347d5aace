import type { Reading, TraceEvent, TraceFacts } from './trace.ts';

/** What is seen of a trace besides its samples, as lines of JSON until they are written. `at` is how many samples there are by then. */
export interface Events {
  add(event: TraceEvent): void;
  take(reading: Exclude<Reading, { kind: 'samples' }>, at: number): void;
  /** Of the digital inputs, with each sample from `at` on. */
  levels(levels: Uint8Array, at: number): void;
  /** Gives the lines that have gathered, with what goes on at the moment, and forgets them. */
  lines(at: number): string;
}

/**
 * An input that nobody has wired may change with every sample, and a reader has all events in memory: so many are kept of a second, and in all.
 * It is room for 2,000 inferences a second, and for a dozen a second over a day.
 */
const most = { aSecond: 4000, inAll: 3_000_000, noteCharacters: 1000 } as const;

/** What goes on for some samples. */
type Run = Extract<TraceEvent, { samples: number }>;

export function isRun(event: TraceEvent): event is Run {
  return 'samples' in event;
}

/** Gathers a trace's events: what goes on over readings is one event, levels are told when they change, and what is too much is counted. */
export function gatherEvents(facts: TraceFacts): Events {
  const kept = keepSome(facts.rateHz);
  const mask = maskOf(facts);
  let run: Run | undefined;

  const endRun = (): void => {
    if (run) kept.add(run);
    run = undefined;
  };
  const addRun = (next: Run): void => {
    const joined = run && joinedRun(run, next);
    if (!joined) endRun();
    run = joined ?? next;
  };
  return {
    add: event => kept.add(event),
    take(reading, at) {
      if (reading.kind === 'edge') kept.add({ ...reading, sample: at });
      else if (reading.kind === 'note') kept.add({ kind: 'note', sample: at, text: cut(reading.text) });
      else addRun(runOf(reading, at));
    },
    levels: (levels, at) => kept.levels(levels, at, mask),
    lines(at) {
      endRun();
      return kept.lines(at);
    },
  };
}

function runOf(reading: Extract<Reading, { samples: number }>, at: number): Run {
  if (reading.kind === 'saturated') return { ...reading, sample: at - reading.samples }; // those have come already
  return reading.kind === 'impossible'
    ? { ...reading, sample: at, what: cut(reading.what) }
    : { ...reading, sample: at };
}

function cut(text: string): string {
  return text.length > most.noteCharacters ? `${text.slice(0, most.noteCharacters)}…` : text;
}

/** The marker's bit, or all eight. */
function maskOf({ marker, meter }: TraceFacts): number {
  const bit = marker === undefined ? -1 : meter.lines.indexOf(marker);
  return bit < 0 ? 0xff : 1 << bit;
}

/** Two as one where the second goes on with the first. */
export function joinedRun(run: Run, next: Run): Run | undefined {
  if (next.sample !== run.sample + run.samples || 'within' in run || 'within' in next) return undefined;
  const joined = { ...run, samples: run.samples + next.samples };
  if (joined.kind === 'gap' && next.kind === 'gap') return next.isLeast ? { ...joined, isLeast: true } : joined;
  if (joined.kind === 'impossible' && next.kind === 'impossible') return joined.what === next.what ? joined : undefined;
  if (joined.kind === 'crowded' && next.kind === 'crowded') return { ...joined, events: joined.events + next.events };
  return joined.kind === next.kind ? joined : undefined;
}

interface Kept {
  add(event: TraceEvent): void;
  levels(levels: Uint8Array, at: number, mask: number): void;
  lines(at: number): string;
}

/** What is left out of a second is one event, after which the levels are told anew. */
function keepSome(rateHz: number): Kept {
  let lines: string[] = [];
  let second = 0;
  let inSecond = 0;
  let inAll = 0;
  let crowd: { readonly sample: number; events: number } | undefined;
  let seen: number | undefined;
  let told: number | undefined;

  const write = (event: TraceEvent): void => {
    lines.push(`${JSON.stringify(event)}\n`);
    if (event.kind === 'levels') told = event.levels;
  };
  const endCrowd = (end: number): void => {
    if (!crowd) return;
    const { sample, events } = crowd;
    crowd = undefined;
    write({ kind: 'crowded', sample, samples: Math.max(1, end - sample), events });
    if (seen !== undefined && seen !== told) write({ kind: 'levels', sample: end, levels: seen });
  };
  const beginSecond = (of: number): void => {
    if (of <= second) return;
    endCrowd(Math.ceil((second + 1) * rateHz));
    second = of;
    inSecond = 0;
  };
  const add = (event: TraceEvent): void => {
    beginSecond(Math.floor(event.sample / rateHz));
    if (inSecond < most.aSecond && inAll < most.inAll) {
      inSecond++;
      inAll++;
      write(event);
    } else {
      crowd ??= { sample: event.sample, events: 0 };
      crowd.events++;
    }
  };
  return {
    add,
    levels(levels, at, mask) {
      for (let index = 0; index < levels.length; index++) {
        const now = (levels[index] ?? 0) & mask;
        if (now === seen) continue;
        add({ kind: 'levels', sample: at + index, levels: now });
        seen = now; // not before: what ends until here ends with the levels of before
      }
    },
    lines(at) {
      endCrowd(at);
      const text = lines.join('');
      lines = [];
      return text;
    },
  };
}
