import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { HarnessError } from './errors.ts';

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
