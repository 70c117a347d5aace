import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { InputError } from '../errors.ts';
import type { Basis } from '../units.ts';
import type { Target } from './port.ts';

/** A log that somebody has kept, in place of the firmware that printed it: nothing runs, and its bytes end where the file does. */
export interface FileTargetOptions {
  readonly name: string;
  readonly basis: Basis;
  /** A path, or `-`: standard input. */
  readonly path: string;
}

/** Large enough that reading is no work, small enough to be no matter. */
const pieceBytes = 1 << 20;

/** Opening rejects with InputError where there is no such file. */
export function fileTarget({ name, basis, path }: FileTargetOptions): Target {
  return {
    name,
    basis,
    async open(_imagePath, signal) {
      await expectFile(path);
      const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: pieceBytes, signal });
      return {
        bytes: stream,
        write: async () => {}, // nobody is there to hear it
        async [Symbol.asyncDispose]() {
          stream.destroy();
        },
      };
    },
  };
}

/** Throws InputError for what is no file, or cannot be read. */
export async function expectFile(path: string): Promise<void> {
  if (path === '-') return;
  try {
    const stats = await stat(path);
    if (!stats.isDirectory()) return;
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
    throw new InputError(`cannot be read (${code})`, path, 'check the path; - is standard input', { cause });
  }
  throw new InputError('is a folder', path, 'name a log in it');
}
