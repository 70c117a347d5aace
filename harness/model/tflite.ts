import { ModelError } from '../errors.ts';
import { readRoot, type Table } from './flatbuffer.ts';
import { byteLength, customOperatorCode, operatorName, type TensorType, tensorTypes } from './schema.ts';

export type { TensorType } from './schema.ts';

/** real = scale × (code − zeroPoint); one scale for the tensor, or one for each index along `axis`. */
export interface Quantization {
  /** float32 values. */
  readonly scales: readonly number[];
  /** As many as scales. */
  readonly zeroPoints: readonly number[];
  readonly axis: number;
}

/** One tensor of the main subgraph. `data` is there for constants: little-endian bytes, a view into the file. */
export interface Tensor {
  readonly index: number;
  readonly name: string;
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  /** The shape as trained, −1 for dimensions that the converter fixed. */
  readonly shapeSignature?: readonly number[];
  readonly type: TensorType;
  readonly quantization?: Quantization;
  readonly data?: Uint8Array;
  /** Keeps its value from one inference to the next. */
  readonly isVariable: boolean;
  /** Stored in a sparse encoding, which nothing here decodes. */
  readonly isSparse: boolean;
}

/** The options of a builtin operator: fields numbered as declared in schema.fbs, absent ones at their default. */
export type OperatorOptions = Pick<Table, 'bool' | 'int8' | 'int32' | 'float32' | 'int32s'>;

/** One operator, in the order of execution. Tensor indexes are within range. */
export interface Operator {
  readonly index: number;
  /** `CONV_2D`, or the name of a custom operator. */
  readonly name: string;
  readonly code: number;
  readonly version: number;
  /** −1 for an optional input left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: OperatorOptions;
}

/** The main subgraph of a `.tflite`. */
export interface Model {
  readonly tensors: readonly Tensor[];
  readonly operators: readonly Operator[];
  /** Tensor indexes. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly description: string;
  /** Size of the file. */
  readonly bytes: number;
}

/**
 * Reads a `.tflite` (schema version 3, first subgraph).
 * `where` names the file in errors. Throws ModelError for whatever is not a whole, consistent model.
 */
export function readModel(bytes: Uint8Array, where: string): Model {
  const root = readRoot(bytes, 'TFL3', where);
  const fail = (what: string): ModelError =>
    new ModelError(`the model is damaged: ${what}`, where, 'copy or export the file again');

  const version = root.uint32(0);
  if (version !== 3) throw fail(`its schema version is ${version}, not 3`);
  const graph = root.tables(2)[0];
  if (!graph) throw fail('it has no subgraph');

  const buffers = root.tables(4).map(buffer => bufferBytes(buffer, bytes, fail));
  const tensors = graph.tables(0).map((table, index) => readTensor(table, index, buffers, fail));
  const codes = root.tables(1);
  const operators = graph.tables(3).map((table, index) => readOperator(table, index, codes, tensors.length, fail));
  return {
    tensors,
    operators,
    inputs: tensorIndexes(graph.int32s(1), tensors.length, 0, () => fail('a graph input is no tensor')),
    outputs: tensorIndexes(graph.int32s(2), tensors.length, 0, () => fail('a graph output is no tensor')),
    description: root.string(3),
    bytes: bytes.length,
  };
}

/** How many elements a shape has; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, dimension) => count * dimension, 1);
}

/** `[1, 49, 10, 1]`. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

type Fail = (what: string) => ModelError;

/** Files near 2 GB keep their buffers behind the FlatBuffer, at an offset from the start of the file. */
function bufferBytes(buffer: Table, file: Uint8Array, fail: Fail): Uint8Array | undefined {
  const offset = buffer.uint64(1);
  if (offset <= 1) return buffer.bytes(0);
  const end = offset + buffer.uint64(2);
  if (end > file.length) throw fail(`a buffer ends at byte ${end}, and the file has ${file.length}`);
  return file.subarray(offset, end);
}

function readTensor(table: Table, index: number, buffers: readonly (Uint8Array | undefined)[], fail: Fail): Tensor {
  const failHere: Fail = what => fail(`tensor ${index} ${what}`);
  const code = table.int8(1);
  const type = tensorTypes[code];
  if (!type) throw failHere(`has the unknown type ${code}`);
  const shape = table.int32s(0);
  if (shape.length > 8 || shape.some(dimension => dimension < 0)) throw failHere(`has the shape ${shapeText(shape)}`);
  if (elementCount(shape) > 2 ** 31) throw failHere(`has more than 2^31 elements: ${shapeText(shape)}`);

  const bufferIndex = table.uint32(2);
  if (bufferIndex >= Math.max(1, buffers.length)) throw failHere(`has buffer ${bufferIndex} of ${buffers.length}`);
  const isSparse = table.table(6) !== undefined;
  const data = constantBytes(buffers[bufferIndex], { type, shape, isSparse }, failHere);
  const quantization = readQuantization(table.table(4), shape, failHere);
  const shapeSignature = table.int32s(7);
  return {
    index,
    name: table.string(3),
    shape,
    type,
    isVariable: table.bool(5),
    isSparse,
    ...(shapeSignature.length > 0 && { shapeSignature }),
    ...(quantization && { quantization }),
    ...(data && { data }),
  };
}

function constantBytes(
  bytes: Uint8Array | undefined,
  { type, shape, isSparse }: Pick<Tensor, 'type' | 'shape' | 'isSparse'>,
  fail: Fail,
): Uint8Array | undefined {
  if (!bytes || bytes.length === 0) return undefined;
  const wanted = byteLength(type, elementCount(shape));
  // A sparse tensor holds fewer values than its shape says; the interpreter refuses it by name.
  if (wanted !== undefined && bytes.length !== wanted && !isSparse)
    throw fail(`holds ${bytes.length} bytes, and ${type} ${shapeText(shape)} takes ${wanted}`);
  return bytes;
}

function readQuantization(table: Table | undefined, shape: readonly number[], fail: Fail): Quantization | undefined {
  const scales = table?.float32s(2) ?? [];
  if (!table || scales.length === 0) return undefined;
  const stored = table.int64s(3);
  const zeroPoints = stored.length === 0 ? scales.map(() => 0) : stored;
  if (zeroPoints.length !== scales.length)
    throw fail(`has ${scales.length} scales and ${zeroPoints.length} zero points`);
  const axis = table.int32(6);
  if (scales.length > 1 && shape[axis] !== scales.length)
    throw fail(`has ${scales.length} scales along axis ${axis} of ${shapeText(shape)}`);
  return { scales, zeroPoints, axis };
}

function readOperator(table: Table, index: number, codes: readonly Table[], tensorCount: number, fail: Fail): Operator {
  const codeIndex = table.uint32(0);
  const opcode = codes[codeIndex];
  if (!opcode) throw fail(`operator ${index} has the code ${codeIndex} of ${codes.length}`);
  // Codes above 127 did not fit the first field, so a second one was added: the larger of both counts.
  const code = Math.max(opcode.int8(0), opcode.int32(3));
  const name = code === customOperatorCode ? opcode.string(1) || 'CUSTOM' : operatorName(code);
  const failHere = (what: string) => () => fail(`operator ${index} ${name} ${what}`);
  return {
    index,
    name,
    code,
    version: opcode.int32(2, 1),
    inputs: tensorIndexes(table.int32s(1), tensorCount, -1, failHere('reads what is no tensor')),
    outputs: tensorIndexes(table.int32s(2), tensorCount, 0, failHere('writes what is no tensor')),
    options: table.table(4) ?? noOptions,
  };
}

const noOptions: OperatorOptions = {
  bool: (_field, fallback = false) => fallback,
  int8: (_field, fallback = 0) => fallback,
  int32: (_field, fallback = 0) => fallback,
  float32: (_field, fallback = 0) => fallback,
  int32s: () => [],
};

function tensorIndexes(
  indexes: readonly number[],
  count: number,
  lowest: number,
  fail: () => ModelError,
): readonly number[] {
  if (indexes.some(index => index < lowest || index >= count)) throw fail();
  return indexes;
}
