import { mkdirSync, readFileSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
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
    rmSync(draft, { force: true });
    throw notWritten(path, cause);
  }
}

/** The error for a file that could not be written, with the way out that its system code suggests. */
export function notWritten(path: string, cause: unknown): HarnessError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  const fixes: Record<string, string> = {
    ENOSPC: 'the disk is full: free some space, or choose another --out',
    EACCES: 'allow writing there, or choose another --out',
    EROFS: 'the file system is read-only: choose another --out',
  };
  return new HarnessError(`cannot be written (${code})`, path, fixes[code] ?? 'choose another --out', { cause });
}

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
