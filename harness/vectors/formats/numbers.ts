/** Elements as numbers. */
export type Values =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** One input as a file holds it: numbers in C order. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly values: Values;
  /** Of a sound. */
  readonly sampleHz?: number;
  /** Bytes that the file has of it, where that is not the size of `values`; text tells none. */
  readonly stored?: number | 'text';
  /** Of an image: what its brightest sample would be. */
  readonly brightest?: number;
}

/** The most samples that an image may say to have, or a series has: 64 Mi. */
export const samplesLimit = 2 ** 26;
