import type { Fail } from '../fail.ts';
import { type Dtype, type NpyArray, readNpy, readNpyHeader } from './npy.ts';
import { readZip, unzip, unzipStart, type ZipEntry } from './zip.ts';

/** An array in a `.npz`, whose elements are read when they are asked for. */
export interface NpzArray {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Throws `fail(…)` where the elements are damaged, or more than `limitBytes`. */
  read(limitBytes: number, fail: Fail): NpyArray;
}

/** An array of what is not read: text, objects, half floats. */
export interface UnreadArray {
  readonly name: string;
  /** The error that says why. Throws `fail(…)` where it is damaged, or more than `limitBytes`. */
  readonly unread: (limitBytes: number, fail: Fail) => Error;
}

/**
 * The arrays of a `.npz` as np.savez and np.savez_compressed write it: a zip with a `.npy` an array. Throws `fail(…)` for a damaged archive.
 */
export function readNpz(bytes: Uint8Array, fail: Fail): readonly (NpzArray | UnreadArray)[] {
  const entries = readZip(bytes, fail);
  if (entries.length > entriesLimit) throw fail(`holds ${entries.length} files`, `save at most ${entriesLimit}`);
  return entries.filter(({ name }) => name.endsWith('.npy')).map(entry => arrayOf(entry, fail));
}

const entriesLimit = 1000;

function arrayOf(entry: ZipEntry, fail: Fail): NpzArray | UnreadArray {
  const name = entry.name.slice(0, -'.npy'.length);
  const header = headerOf(unzipStart(entry, fail));
  if ('unread' in header) {
    const { what, fix } = header.unread;
    return {
      name,
      unread(limitBytes, failHere) {
        unzip(entry, limitBytes, failHere); // one that is damaged is no such array
        return failHere(what, fix);
      },
    };
  }
  const { dtype, shape } = header;
  return { name, dtype, shape, read: (limitBytes, failHere) => readNpy(unzip(entry, limitBytes, failHere), failHere) };
}

type Header = Pick<NpyArray, 'dtype' | 'shape'> | { readonly unread: { readonly what: string; readonly fix: string } };

function headerOf(start: Uint8Array): Header {
  let unread: { what: string; fix: string } | undefined;
  try {
    return readNpyHeader(start, (what, fix) => {
      unread = { what, fix };
      return new Error(what);
    });
  } catch (error) {
    if (!unread) throw error;
    return { unread };
  }
}
