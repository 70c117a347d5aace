import { InputError } from '../errors.ts';
import { elementCount, type Model } from '../model/tflite.ts';
import { encoderOf } from '../vectors/encode.ts';
import type { Vectors } from '../vectors/vectors.ts';

/** Real values of the model's one input [elements]: they are quantized as a suite's are. */
export type RealValues = readonly number[] | Float32Array | Float64Array;

/** Codes as they are, of all input tensors, end to end: their bytes are the DUT's. */
export type Codes = Uint8Array | Int8Array | Int16Array | Int32Array;

/** A vector of the suite by its number, real values, or codes. */
export type GivenInput = number | RealValues | Codes;

/** The bytes that the DUT gets, a copy. Throws InputError for what does not fit the model. */
export function inputBytes(given: GivenInput, vectors: Vectors, model: Model): Uint8Array {
  if (typeof given === 'number') return vectorAt(given, vectors);
  const bytes = isCodes(given) ? bytesOf(given) : encoded(given, model);
  const wanted = vectors.inputs[0]?.length ?? bytes.length;
  if (bytes.length === wanted) return bytes;
  throw fail(`${bytes.length} bytes of input, and the model takes ${wanted}`, 'give all of them');
}

function vectorAt(index: number, { inputs, count }: Vectors): Uint8Array {
  const vector = inputs[index];
  if (vector) return vector.slice();
  throw fail(`there is no vector ${index}`, `name one from 0 to ${count - 1}`);
}

function isCodes(given: RealValues | Codes): given is Codes {
  return [Uint8Array, Int8Array, Int16Array, Int32Array].some(kind => given instanceof kind);
}

function bytesOf({ buffer, byteOffset, byteLength }: Codes): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}

function encoded(given: RealValues, { tensors, inputs }: Model): Uint8Array {
  const values = realValues(given);
  const [tensor] = inputs.map(index => tensors[index]);
  if (!tensor || inputs.length > 1)
    throw fail(`the model has ${inputs.length} inputs`, 'give the bytes of all of them, end to end');
  const elements = elementCount(tensor.shape);
  if (values.length !== elements)
    throw fail(`${values.length} values, and the model's input has ${elements}`, 'give one value an element');
  return encoderOf(tensor, fail).encode(values, 0, fail);
}

/** JavaScript may give anything. */
function realValues(given: unknown): Float64Array {
  if (Array.isArray(given) || given instanceof Float32Array || given instanceof Float64Array)
    return Float64Array.from(given);
  const kind = Object.prototype.toString.call(given).slice('[object '.length, -1);
  throw fail(`${kind} is no input`, "give a vector's number, an array of real values, or codes as an Int8Array");
}

function fail(what: string, fix: string): InputError {
  return new InputError(what, 'dut.infer', fix);
}
