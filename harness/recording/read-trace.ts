import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, messageOf } from '../errors.ts';
import { readTraceEvents } from './read-trace-events.ts';
import { readTraceFacts } from './read-trace-facts.ts';
import { type TraceEvent, type TraceFacts, traceFiles } from './trace.ts';

/** A trace that can be read at any place. It takes the memory of its events, whatever its length. */
export interface Trace extends Disposable {
  readonly facts: TraceFacts;
  readonly samples: number;
  /** By sample. */
  readonly events: readonly TraceEvent[];
  /** The samples from `first` on, as many as `into` holds; gives how many there were. Lost ones are NaN. */
  read(first: number, into: Float32Array): number;
}

/**
 * Opens the trace in a recording's folder. What a killed run cut short is left out: half a sample, half a line, events of samples that were not
 * written any more. Throws InputError when none lies there or it is damaged otherwise.
 */
export function openTrace(folder: string): Trace {
  const facts = readTraceFacts(join(folder, traceFiles.facts));
  const file = openSamples(join(folder, traceFiles.samples));
  try {
    const events = readTraceEvents(join(folder, traceFiles.events), file.samples);
    return { ...file, facts, events };
  } catch (error) {
    file[Symbol.dispose]();
    throw error;
  }
}

/** Whether a meter was listened to. */
export function hasTrace(folder: string): boolean {
  return existsSync(join(folder, traceFiles.facts));
}

const bytesASample = 4;

function openSamples(path: string): Disposable & Pick<Trace, 'samples' | 'read'> {
  let fd: number | undefined = open(path);
  return {
    samples: Math.floor(fstatSync(fd).size / bytesASample),
    read(first, into) {
      if (fd === undefined) return 0;
      const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
      return Math.floor(readAt({ fd, path }, first * bytesASample, bytes) / bytesASample);
    },
    [Symbol.dispose]() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}

/** A pipe would be waited for at its opening. */
function open(path: string): number {
  try {
    if (statSync(path).isFile()) return openSync(path, 'r');
  } catch (cause) {
    throw unreadable(path, cause);
  }
  throw new InputError('is no file', path, 'this recording is damaged: measure again');
}

/** A read may give less than there is. */
function readAt({ fd, path }: { fd: number; path: string }, position: number, into: Uint8Array): number {
  let done = 0;
  try {
    while (done < into.length) {
      const count = readSync(fd, into, done, into.length - done, position + done);
      if (count === 0) break;
      done += count;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return done;
}

function unreadable(path: string, cause: unknown): InputError {
  const code = (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
  return new InputError(`cannot be read (${code})`, path, 'this recording is damaged: measure again', { cause });
}
