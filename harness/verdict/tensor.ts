const arrays = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
} as const;

/** What a model's inputs and outputs may hold to be judged. */
export type ElementType = keyof typeof arrays;

export function isElementType(type: string): type is ElementType {
  return Object.hasOwn(arrays, type);
}

/** One input or output tensor: real = scale × (code − zeroPoint). Scale 1 and zero point 0 where codes are values already. */
export interface TensorSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly elements: number;
  readonly scale: number;
  readonly zeroPoint: number;
}

export function bytesOf(tensor: TensorSpec): number {
  return tensor.elements * arrays[tensor.type].BYTES_PER_ELEMENT;
}

/** The bytes of each tensor, out of those of all tensors end to end. */
export function partsOf(bytes: Uint8Array, tensors: readonly TensorSpec[]): readonly Uint8Array[] {
  let start = 0;
  return tensors.map(tensor => {
    const part = bytes.subarray(start, start + bytesOf(tensor));
    start += part.length;
    return part;
  });
}

/** The codes of a tensor from its little-endian bytes [elements]; a copy, since the bytes need not be aligned. */
export function codesOf(bytes: Uint8Array, type: ElementType): InstanceType<(typeof arrays)[ElementType]> {
  return new arrays[type](aligned(bytes));
}

/** The little-endian bytes of a tensor's codes; one that the type does not hold wraps. */
export function bytesOfCodes(codes: readonly number[], type: ElementType): Uint8Array {
  return new Uint8Array(new arrays[type](codes).buffer);
}

/**
 * The real values of a tensor from its bytes [elements]: (code − zeroPoint) × scale, in double precision. Exact for 8 and 16 bits,
 * so that a score is above a threshold when it is, whatever rounding a float would have added.
 */
export function valuesOf(bytes: Uint8Array, { type, scale, zeroPoint }: TensorSpec): readonly number[] {
  return Array.from(codesOf(bytes, type), code => (code - zeroPoint) * scale);
}

/**
 * Integers whose differences are distances in LSB. Those of float32 count representable values, so that neighbours are 1 apart and
 * both zeros are the same.
 */
export function lsbsOf(bytes: Uint8Array, type: ElementType): ArrayLike<number> {
  if (type !== 'float32') return codesOf(bytes, type);
  return Float64Array.from(new Int32Array(aligned(bytes)), bits => (bits < 0 ? -(2 ** 31) - bits : bits));
}

function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
