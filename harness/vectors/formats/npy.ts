import type { Fail } from '../fail.ts';
import type { Values } from './numbers.ts';

/** How one kind of number is stored in a `.npy`. 64-bit integers are read into doubles, and must fit them. */
const dtypes = {
  bool: { descr: '|b1', bytes: 1, view: Uint8Array },
  int8: { descr: '|i1', bytes: 1, view: Int8Array },
  uint8: { descr: '|u1', bytes: 1, view: Uint8Array },
  int16: { descr: '<i2', bytes: 2, view: Int16Array },
  uint16: { descr: '<u2', bytes: 2, view: Uint16Array },
  int32: { descr: '<i4', bytes: 4, view: Int32Array },
  uint32: { descr: '<u4', bytes: 4, view: Uint32Array },
  int64: { descr: '<i8', bytes: 8, view: BigInt64Array },
  float32: { descr: '<f4', bytes: 4, view: Float32Array },
  float64: { descr: '<f8', bytes: 8, view: Float64Array },
} as const;

export type Dtype = keyof typeof dtypes;

/** An array as numpy saves it: `data` is the elements' little-endian bytes in C order. */
export interface NpyArray {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Whether bytes begin as a `.npy` does. */
export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/**
 * Reads a `.npy` of format version 1, 2 or 3 (NEP 1). Throws `fail(…)` for Fortran order, big-endian or structured elements, and for a
 * header that does not fit its data.
 */
export function readNpy(bytes: Uint8Array, fail: Fail): NpyArray {
  const { dtype, shape, start } = readNpyHeader(bytes, fail);
  const data = bytes.subarray(start);
  const expected = shape.reduce((product, size) => product * size, dtypes[dtype].bytes);
  if (data.length !== expected) {
    const fix = 'save the file again, one array with np.save';
    throw fail(`its header says ${dtype} ${shapeText(shape)}, ${expected} bytes, and ${data.length} follow`, fix);
  }
  return { dtype, shape, data };
}

/** What a `.npy` holds, and where its elements start. Throws as readNpy does, whether or not the elements are there. */
export function readNpyHeader(bytes: Uint8Array, fail: Fail): Omit<NpyArray, 'data'> & { readonly start: number } {
  const { header, start } = readHeader(bytes, fail);
  const dtype = readDtype(header, fail);
  if (/'fortran_order'\s*:\s*True/.test(header)) {
    throw fail('its elements are in Fortran order', 'save np.ascontiguousarray(array)');
  }
  return { dtype, shape: readShape(header, fail), start };
}

/** The bytes of a `.npy`, version 1.0, as np.save writes it. */
export function writeNpy({ dtype, shape, data }: NpyArray): Uint8Array {
  const header = `{'descr': '${dtypes[dtype].descr}', 'fortran_order': False, 'shape': ${shapeText(shape)}, }`;
  const padded = header.padEnd(Math.ceil((10 + header.length + 1) / 64) * 64 - 11) + '\n';
  const lengths = [padded.length & 0xff, padded.length >> 8];
  return Buffer.concat([Uint8Array.from([...magic, 1, 0, ...lengths]), Buffer.from(padded, 'latin1'), data]);
}

/** The elements as numbers [elements], a view where they are aligned. Throws `fail(…)` for a 64-bit integer that a double does not hold. */
export function valuesOf({ dtype, data }: NpyArray, fail: Fail): Values {
  const { bytes, view: View } = dtypes[dtype];
  const { buffer, byteOffset } = data.byteOffset % bytes === 0 ? data : new Uint8Array(data);
  const view = new View(buffer as ArrayBuffer, byteOffset, data.length / bytes);
  return view instanceof BigInt64Array ? Float64Array.from(view, value => exactNumber(value, fail)) : view;
}

/** The array's inputs [count], along its first axis. */
export function* rowsOf({ dtype, shape, data }: NpyArray): Generator<NpyArray> {
  const [count = 0, ...rest] = shape;
  const stride = rest.reduce((product, size) => product * size, dtypes[dtype].bytes);
  for (let row = 0; row < count; row++) {
    yield { dtype, shape: rest, data: data.subarray(row * stride, (row + 1) * stride) };
  }
}

/** A shape as numpy shows it: `(200, 64, 3)`. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

/** Whether a `.npy` holds numbers of this name. */
export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(dtypes, name);
}

const magic = [0x93, ...Buffer.from('NUMPY')];
const longestHeader = 65_535; // what version 1 allows; more is for structured elements, which are refused

function readHeader(bytes: Uint8Array, fail: Fail): { header: string; start: number } {
  const damaged = (what: string) => fail(what, 'save the file again with np.save');
  const major = bytes[6];
  if (!isNpy(bytes) || bytes.length < 12) throw damaged('is no .npy file');
  if (major === undefined || major < 1 || major > 3)
    throw damaged(`its .npy format version is ${major}, not 1, 2 or 3`);

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const from = major === 1 ? 10 : 12;
  if (length > longestHeader || from + length > bytes.length)
    throw damaged(`its header says to be ${length} bytes long`);
  return { header: Buffer.from(bytes.subarray(from, from + length)).toString('utf8'), start: from + length };
}

function readDtype(header: string, fail: Fail): Dtype {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const known = Object.keys(dtypes).filter(isDtype);
  if (descr === undefined) throw fail('its elements are structured', `save one plain array of ${known.join(', ')}`);
  if (descr.startsWith('>'))
    throw fail('its elements are big-endian', "save array.astype(array.dtype.newbyteorder('<'))");
  const dtype = known.find(name => dtypes[name].descr.slice(1) === descr.slice(1));
  if (!dtype) throw fail(`its elements are "${descr}"`, `save ${known.join(', ')}`);
  return dtype;
}

function readShape(header: string, fail: Fail): readonly number[] {
  const inner = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (inner === undefined) throw fail('its header has no shape', 'save the file again with np.save');
  return inner
    .split(',')
    .map(size => size.trim())
    .filter(size => size !== '')
    .map(Number);
}

function exactNumber(value: bigint, fail: Fail): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw fail(`the integer ${value} is too large`, 'save float32 or int32');
  return number;
}
