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

/**
 * The arrays of a `.npz` as np.savez and np.savez_compressed write it: a zip with a `.npy` an array. Arrays of a kind that is not read
 * (text, objects) are left out. Throws `fail(…)` for a damaged archive.
 */
export function readNpz(bytes: Uint8Array, fail: Fail): readonly NpzArray[] {
  const entries = readZip(bytes, fail);
  if (entries.length > entriesLimit) throw fail(`holds ${entries.length} files`, `save at most ${entriesLimit}`);
  return entries.flatMap(entry => arrayOf(entry) ?? []);
}

const entriesLimit = 1000;

function arrayOf(entry: ZipEntry): NpzArray | undefined {
  if (!entry.name.endsWith('.npy')) return undefined;
  try {
    const { dtype, shape } = readNpyHeader(unzipStart(entry), what => new Error(what));
    const name = entry.name.slice(0, -'.npy'.length);
    return { name, dtype, shape, read: (limitBytes, fail) => readNpy(unzip(entry, limitBytes, fail), fail) };
  } catch {
    return undefined;
  }
}
