import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { notWritten } from '../files.ts';

/** Keeps a log as it came: whole up to a bound, else its beginning and its end. */
export interface LogFile extends Disposable {
  add(bytes: Uint8Array): void;
}

const headBytes = 4 << 20;
const tailBytes = 1 << 20;

/** Adds to `log.txt` in a recording's folder. Throws HarnessError when the disk refuses. */
export function logFile(folder: string): LogFile {
  const path = join(folder, 'log.txt');
  const fd = guarded(path, () => openSync(path, 'a'));
  let written = 0;
  let tail: Buffer[] = [];
  let tailLength = 0;
  let left = 0;

  const keep = (bytes: Uint8Array): void => {
    tail.push(Buffer.from(bytes.slice(-tailBytes)));
    left += bytes.length;
    tailLength += Math.min(bytes.length, tailBytes);
    if (tailLength < 2 * tailBytes) return;
    tail = [Buffer.concat(tail).subarray(-tailBytes)];
    tailLength = tailBytes;
  };
  return {
    add(bytes) {
      const room = Math.max(0, headBytes - written);
      const head = bytes.subarray(0, room);
      if (head.length > 0) guarded(path, () => writeSync(fd, head));
      written += head.length;
      if (bytes.length > room) keep(bytes.subarray(room));
    },
    [Symbol.dispose]() {
      const end = Buffer.concat(tail).subarray(-tailBytes);
      const note = left > end.length ? `\n[${left - end.length} bytes are left out here]\n` : '';
      guarded(path, () => {
        writeSync(fd, note);
        writeSync(fd, end);
        closeSync(fd);
      });
    },
  };
}

function guarded<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw notWritten(path, cause);
  }
}
