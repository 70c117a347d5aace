import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { isRun, joinedRun } from './gather-events.ts';
import type { TraceEvent } from './trace.ts';

/** All are held in memory: what has more of them, or a longer line, was not written by Tickmark. */
const most = { events: 5_000_000, lineBytes: 1 << 16 } as const;

/**
 * A trace's events by sample; those beyond the last of `samples` are left out, as is a last line that was cut short. Throws InputError at any
 * other line that is none.
 */
export function readTraceEvents(path: string, samples: number): TraceEvent[] {
  const events: TraceEvent[] = [];
  const lastOf = new Map<string, number>();
  let line = 0;
  for (const text of linesOf(path)) {
    const event = within(parse(text, `${path}:${++line}`), samples);
    if (!event) continue;
    const place = lastOf.get(event.kind) ?? -1;
    const joined = join(events[place], event);
    if (joined) events[place] = joined;
    else lastOf.set(event.kind, events.push(event) - 1);
    if (events.length > most.events) throw new InputError(`has more than ${most.events} events`, path, damaged);
  }
  return events.sort((a, b) => a.sample - b.sample);
}

const damaged = 'this recording is damaged: measure again';

/** What went on when the writer had to write is two events, or more. */
function join(last: TraceEvent | undefined, event: TraceEvent): TraceEvent | undefined {
  return last && isRun(last) && isRun(event) ? joinedRun(last, event) : undefined;
}

/** Events are written before the samples they are of. */
function within(event: TraceEvent, samples: number): TraceEvent | undefined {
  const isOfSample = isRun(event) || event.kind === 'levels'; // the others may come after the last
  if (event.sample > samples || (event.sample === samples && isOfSample)) return undefined;
  return isRun(event) ? { ...event, samples: Math.min(event.samples, samples - event.sample) } : event;
}

type Fields = Readonly<Record<string, (value: unknown) => boolean>>;

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown) => typeof value === 'string';
const fieldsOf: Readonly<Record<TraceEvent['kind'], Fields>> = {
  levels: { levels: value => isCount(value) && (value as number) < 256 },
  gap: { samples: isCount, isLeast: value => value === undefined || value === true },
  impossible: { samples: isCount, what: isText },
  saturated: { samples: isCount },
  anchor: { hostMs: value => typeof value === 'number' },
  edge: { line: isText, inferences: value => value === undefined || isCount(value) },
  supply: { isOn: value => typeof value === 'boolean' },
  crowded: { samples: isCount, events: isCount },
  note: { text: isText },
};

function parse(text: string, where: string): TraceEvent {
  try {
    const value: unknown = JSON.parse(text);
    if (isEvent(value)) return value;
  } catch (cause) {
    throw new InputError('is not JSON', where, damaged, { cause });
  }
  throw new InputError('is no event of a trace', where, damaged);
}

function isEvent(value: unknown): value is TraceEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, sample, ...own } = value as Record<string, unknown>;
  const fields = Object.entries(fieldsOf).find(([name]) => name === kind)?.[1];
  return fields !== undefined && isCount(sample) && Object.entries(fields).every(([name, is]) => is(own[name]));
}

/** The lines of a file of any length, without one that has no end. */
function* linesOf(path: string): Generator<string> {
  if (!existsSync(path)) return;
  if (!statSync(path).isFile()) throw new InputError('is no file', path, damaged);
  const fd = openSync(path, 'r');
  try {
    yield* linesIn(fd, path);
  } finally {
    closeSync(fd);
  }
}

function* linesIn(fd: number, path: string): Generator<string> {
  const room = Buffer.alloc(2 * most.lineBytes);
  let filled = 0;
  for (;;) {
    const count = readSync(fd, room, filled, room.length - filled, null);
    if (count === 0) return;
    const read = room.subarray(0, filled + count);
    let start = 0;
    for (let end = read.indexOf(10); end >= 0; end = read.indexOf(10, start)) {
      yield read.toString('utf8', start, end);
      start = end + 1;
    }
    filled = read.length - start;
    if (filled > most.lineBytes) throw new InputError(`has a line of more than ${most.lineBytes} B`, path, damaged);
    read.copyWithin(0, start);
  }
}
