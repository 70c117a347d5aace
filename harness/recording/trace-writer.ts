import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { openAppended, writeWhole } from '../files.ts';
import { type Events, gatherEvents } from './gather-events.ts';
import { type Reading, type TraceFacts, traceFiles } from './trace.ts';

/** Writes a trace as it is measured: whatever ends the process, all but the last second is kept. Throws HarnessError when the disk refuses. */
export interface TraceWriter extends Disposable {
  take(reading: Reading): void;
  /** The DUT's supply was switched. */
  supply(isOn: boolean): void;
  /** How many there are by now, lost ones included. */
  readonly samples: number;
}

const anchorMs = 100;
/** What is missing is written as NaN: a day of it at 100 kHz would be 35 GB. */
const longestGapS = 3600;

/**
 * Begins a trace in `folder`, in place of one that lies there. `nowMs`: the host's time since the recording began; absent for a file's samples,
 * since what the clock says when they are read is nothing about them.
 */
export function openTraceWriter(folder: string, facts: TraceFacts, nowMs?: () => number): TraceWriter {
  const events = gatherEvents(facts);
  const files = openFiles(folder, facts, events);
  let lastAnchorMs = Number.NEGATIVE_INFINITY;

  const anchor = (): void => {
    const hostMs = nowMs?.();
    if (hostMs === undefined || hostMs - lastAnchorMs < anchorMs) return;
    lastAnchorMs = hostMs;
    events.add({ kind: 'anchor', sample: files.samples, hostMs: Math.round(hostMs * 1000) / 1000 });
  };
  const lose = (count: number): void => {
    if (count > longestGapS * facts.rateHz) throw tooLong(count, files.samples, folder);
    files.append(count, (room, _from) => room.fill(Number.NaN));
  };
  return {
    get samples() {
      return files.samples;
    },
    take(reading) {
      if (reading.kind === 'samples') {
        files.append(reading.values.length, (room, from) => {
          const end = from + room.length;
          room.set(reading.values.subarray(from, end));
          if (reading.levels) events.levels(reading.levels.subarray(from, end), files.samples);
        });
        anchor();
      } else {
        events.take(reading, files.samples);
        if (reading.kind === 'gap' || reading.kind === 'impossible') lose(reading.samples);
      }
      files.writeSoon();
    },
    supply(isOn) {
      events.add({ kind: 'supply', sample: files.samples, isOn });
      files.writeSoon();
    },
    [Symbol.dispose]: () => files[Symbol.dispose](),
  };
}

function tooLong(count: number, sample: number, folder: string): InputError {
  const where = `${join(folder, traceFiles.samples)}, sample ${sample}`;
  return new InputError(`${count} samples in a row are missing: more than an hour of them`, where, 'measure again');
}

/** Each method throws what a write has refused, be it an earlier one. */
interface Files extends Disposable {
  readonly samples: number;
  /** Has `fill` put `count` samples into the room there is, piece by piece; `from` counts them. */
  append(count: number, fill: (room: Float32Array, from: number) => void): void;
  /** Writes what has gathered, in the time that a killed process may lose. */
  writeSoon(): void;
}

/** What a killed process loses; of a rate that would make it large, less. */
const buffered = { ms: 250, mostSamples: 1 << 16 } as const;

function openFiles(folder: string, facts: TraceFacts, events: Events): Files {
  const wished = Math.ceil((facts.rateHz * buffered.ms) / 1000);
  const room = new Float32Array(Math.min(buffered.mostSamples, Math.max(1, wished)));
  const bytes = new Uint8Array(room.buffer);
  writeWhole(join(folder, traceFiles.facts), `${JSON.stringify(facts, null, 2)}\n`);
  const values = openAppended(join(folder, traceFiles.samples));
  const lines = openAppended(join(folder, traceFiles.events));
  let samples = 0;
  let filled = 0;
  let timer: NodeJS.Timeout | undefined;
  let refused: { readonly error: unknown } | undefined;

  /** Events first: whatever sample is read back has all that belongs to it. */
  const writeAll = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (refused) return;
    try {
      lines.append(Buffer.from(events.lines(samples)));
      values.append(bytes.subarray(0, filled * 4));
      filled = 0;
    } catch (error) {
      refused = { error };
    }
  };
  const expectWritten = (): void => {
    if (refused) throw refused.error;
  };
  return {
    get samples() {
      return samples;
    },
    append(count, fill) {
      for (let from = 0; from < count; ) {
        expectWritten();
        const piece = room.subarray(filled, filled + count - from);
        fill(piece, from);
        from += piece.length;
        filled += piece.length;
        samples += piece.length;
        if (filled === room.length) writeAll();
      }
    },
    writeSoon() {
      expectWritten();
      timer ??= setTimeout(writeAll, buffered.ms).unref();
    },
    [Symbol.dispose]() {
      using _values = values; // both are closed whatever the last write says
      using _lines = lines;
      writeAll();
      expectWritten();
    },
  };
}
