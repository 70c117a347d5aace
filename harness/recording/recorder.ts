import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { notWritten, writeWhole } from '../files.ts';
import type { Manifest, Sample } from './recording.ts';

/** Writes a recording as it happens: what was seen survives whatever ends the process. Throws HarnessError when the disk refuses. */
export interface Recorder extends Disposable {
  readonly folder: string;
  sample(sample: Sample): void;
  /** Raw bytes of the link, with the host's time since the recording began, and of which fault on demand they are. */
  wire(direction: 'rx' | 'tx', bytes: Uint8Array, trial?: number): void;
  manifest(manifest: Manifest): void;
}

/** Starts a recording in `folder`, in place of one that lies there. */
export function createRecorder(folder: string, nowMs: () => number): Recorder {
  startAfresh(folder);
  const samples = openLines(join(folder, 'samples.jsonl'));
  const wire = openLines(join(folder, 'wire.jsonl'));
  const startMs = nowMs();

  return {
    folder,
    sample: sample => samples.append(sample),
    wire(direction, bytes, trial) {
      const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
      const ms = Math.round((nowMs() - startMs) * 1000) / 1000;
      wire.append({ ms, dir: direction, data, ...(trial !== undefined && { trial }) });
    },
    manifest: manifest => writeWhole(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`),
    [Symbol.dispose]() {
      samples[Symbol.dispose]();
      wire[Symbol.dispose]();
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
  let fd: number | undefined;
  try {
    fd = openSync(path, 'w');
  } catch (cause) {
    throw notWritten(path, cause);
  }
  return {
    append(value) {
      if (fd === undefined) return;
      try {
        writeSync(fd, `${JSON.stringify(value)}\n`);
      } catch (cause) {
        throw notWritten(path, cause);
      }
    },
    [Symbol.dispose]() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}
