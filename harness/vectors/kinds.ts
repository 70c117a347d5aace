import { extname } from 'node:path';
import type { Fail } from './fail.ts';

/** Kinds of files that inputs come from. */
export type Kind = 'bin' | 'npy' | 'npz' | 'csv' | 'wav' | 'png' | 'netpbm';

/** The kind that a file's extension says, `bin` for one that says nothing. Throws `fail(…)` for known others, with what to save instead. */
export function kindOf(path: string, fail: Fail): Kind {
  const extension = extname(path).slice(1).toLowerCase();
  const other = others.find(({ extensions }) => extensions.includes(extension));
  if (other) throw fail(`a .${extension} is not read`, `save it as ${other.instead}`);
  return isExtension(extension) ? kinds[extension] : 'bin';
}

/** Whether a file in a folder is an input by its extension. */
export function isInput(path: string): boolean {
  return isExtension(extname(path).slice(1).toLowerCase());
}

/** The extensions of inputs, for messages. */
export const inputExtensions = '.npy, .npz, .csv, .wav, .png, .pgm, .ppm or .bin';

/** The largest file of each kind: what a Buffer holds on every system where its bytes are used as they are, less where they grow. */
export const limitsBytes: Readonly<Record<Kind, number>> = {
  bin: 2 ** 31 - 1,
  npy: 2 ** 31 - 1,
  npz: 512 << 20,
  csv: 256 << 20,
  wav: 128 << 20,
  png: 64 << 20,
  netpbm: 64 << 20,
};

const kinds = {
  bin: 'bin',
  npy: 'npy',
  npz: 'npz',
  csv: 'csv',
  wav: 'wav',
  png: 'png',
  pgm: 'netpbm',
  ppm: 'netpbm',
  pnm: 'netpbm',
} as const;

const others = [
  { extensions: ['jpg', 'jpeg', 'gif', 'bmp', 'tif', 'tiff', 'webp', 'heic'], instead: 'PNG' },
  { extensions: ['mp3', 'flac', 'ogg', 'opus', 'm4a', 'aif', 'aiff'], instead: 'WAV' },
  { extensions: ['tsv', 'xls', 'xlsx', 'ods'], instead: 'CSV' },
  { extensions: ['h5', 'hdf5', 'mat', 'pkl', 'pt', 'parquet', 'tfrecord'], instead: '.npy' },
];

function isExtension(extension: string): extension is keyof typeof kinds {
  return Object.hasOwn(kinds, extension);
}
