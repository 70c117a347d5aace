import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { HarnessError, InputError, messageOf } from './errors.ts';

/** Writes a whole file or nothing: a reader, or a crash at any moment, sees the old text or the new one. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const draft = `${path}.${process.pid}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, content);
    renameSync(draft, path);
  } catch (cause) {
    remove(draft);
    throw notWritten(path, cause);
  }
}

/** A file that is written piece by piece, in place of one that lies there. Each piece is on its way to the disk when `append` is over. */
export interface Appended extends Disposable {
  append(bytes: Uint8Array): void;
}

/** Throws HarnessError when the disk refuses, as `append` does. After disposal nothing more is written. */
export function openAppended(path: string): Appended {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'w');
  } catch (cause) {
    throw notWritten(path, cause);
  }
  return {
    append(bytes) {
      if (fd === undefined) return;
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done); // a disk that fills up takes a part
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

/** As far as it can be: what failed before is the error to tell. */
function remove(draft: string): void {
  try {
    rmSync(draft, { force: true });
  } catch {
    // the folder that it was to lie in is none
  }
}

/** The error for a file that could not be written, with the way out that its system code suggests. */
export function notWritten(path: string, cause: unknown): HarnessError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  return new HarnessError(`cannot be written (${code})`, path, waysOut[code] ?? 'write to another place', { cause });
}

const waysOut: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space, or write to another disk',
  EACCES: 'allow writing there, or write to another place',
  EPERM: 'allow writing there, or write to another place',
  EROFS: 'the file system is read-only: write to another one',
  EEXIST: 'a file lies where its folder has to be: move it away',
  ENOTDIR: 'a file lies where its folder has to be: move it away',
  EISDIR: 'a folder has this name: move it away',
};

/** A file a person named. Throws InputError when it cannot be read, is no regular file (a device never ends), or exceeds `limitBytes`. */
export function readNamed(path: string, limitBytes: number = 512 << 20): Buffer {
  try {
    const { size } = expectRegular(path);
    if (size <= limitBytes) return readFileSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
    throw new InputError(`cannot be read (${code})`, path, fixes[code] ?? 'name another file', { cause });
  }
  throw new InputError(`is larger than ${limitBytes >>> 20} MiB`, path, 'name a smaller file');
}

const fixes: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file: check the path',
  EACCES: 'allow reading it',
  EISDIR: 'it is a folder: name a file in it',
};

function expectRegular(path: string): Stats {
  const stats = statSync(path);
  if (stats.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
  if (!stats.isFile()) throw new Error('it is a device, a pipe or a socket');
  return stats;
}
