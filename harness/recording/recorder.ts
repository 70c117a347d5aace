import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { notWritten, openAppended, writeWhole } from '../files.ts';
import type { Manifest, Sample } from './recording.ts';

/** Writes a recording as it happens: what was seen survives whatever ends the process. Throws HarnessError when the disk refuses. */
export interface Recorder extends Disposable {
  readonly folder: string;
  /** The host's time since the recording began: of the bytes of the link, the marks, and the trace. */
  nowMs(): number;
  sample(sample: Sample): void;
  /**
   * Raw bytes of the link, with the host's time since the recording began, and of which fault on demand they are. What follows within two
   * milliseconds is one line with it.
   */
  wire(direction: 'rx' | 'tx', bytes: Uint8Array, trial?: number): void;
  /** A line that a tool of the rig has printed, into rig.log. */
  tool(line: string): void;
  manifest(manifest: Manifest): void;
}

/** Starts a recording in `folder`, in place of one that lies there. */
export function createRecorder(folder: string, clockMs: () => number): Recorder {
  startAfresh(folder);
  const samples = openLines(join(folder, 'samples.jsonl'));
  const wire = openLines(join(folder, 'wire.jsonl'));
  const startMs = clockMs();
  const nowMs = (): number => clockMs() - startMs;
  const stretch = gatherStretches(({ direction, ms, bytes, trial }) => {
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    const of = trial === undefined ? {} : { trial };
    wire.append({ ms: Math.round(ms * 1000) / 1000, dir: direction, data, ...of });
  });

  return {
    folder,
    nowMs,
    sample: sample => samples.append(sample),
    wire: (direction, bytes, trial) => stretch.add({ direction, ms: nowMs(), bytes, trial }),
    tool: line => appendTo(join(folder, 'rig.log'), `${line}\n`),
    manifest: manifest => writeWhole(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`),
    [Symbol.dispose]() {
      using _samples = samples; // both are closed whatever the last write says
      using _wire = wire;
      stretch.write();
    },
  };
}

/** Most recordings have no such file. */
function appendTo(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (cause) {
    throw notWritten(path, cause);
  }
}

interface Stretch {
  readonly direction: 'rx' | 'tx';
  readonly ms: number;
  readonly bytes: Uint8Array;
  readonly trial: number | undefined;
}

const stretchMs = 2;

/**
 * An emulated UART gives byte for byte: writing a line for each takes longer than the emulator takes for the next. What cannot be written when
 * the time is over is thrown at the next call.
 */
function gatherStretches(write: (stretch: Stretch) => void): { add(stretch: Stretch): void; write(): void } {
  let gathered: Stretch[] = [];
  let timer: NodeJS.Timeout | undefined;
  let refused: { readonly error: unknown } | undefined;

  const writeAll = (): void => {
    clearTimeout(timer);
    if (refused) throw refused.error;
    const [first] = gathered;
    if (first) write({ ...first, bytes: Buffer.concat(gathered.map(({ bytes }) => bytes)) });
    gathered = [];
  };
  const writeLate = (): void => {
    try {
      writeAll();
    } catch (error) {
      refused = { error };
    }
  };
  return {
    write: writeAll,
    add(stretch) {
      const [first = stretch] = gathered;
      const isOther = first.direction !== stretch.direction || first.trial !== stretch.trial;
      if (refused || isOther || stretch.ms - first.ms > stretchMs) writeAll();
      if (gathered.length === 0) timer = setTimeout(writeLate, stretchMs);
      gathered.push(stretch);
    },
  };
}

function startAfresh(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw notWritten(folder, cause);
  }
}

function openLines(path: string): Disposable & { append(value: unknown): void } {
  const file = openAppended(path);
  return {
    append: value => file.append(Buffer.from(`${JSON.stringify(value)}\n`)),
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}
