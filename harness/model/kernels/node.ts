import { ModelError } from '../../errors.ts';
import type { Multiplier } from '../fixed-point.ts';
import { quantizeMultiplier } from '../fixed-point.ts';
import { type Affine, codeRange } from '../quantize.ts';
import { type OperatorOptions, shapeText, type Tensor, type TensorType } from '../tflite.ts';

/** A tensor's values; float16 as its bits. */
export type TensorData = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Float32Array;

/** A tensor with the array that holds its values for the interpreter's lifetime. */
export interface Value {
  readonly tensor: Tensor;
  readonly data: TensorData;
}

/** An operator with its values, as a kernel sees it. */
export interface Node {
  readonly name: string;
  /** The file and the operator, for errors. */
  readonly where: string;
  readonly options: OperatorOptions;
  /** Undefined for an optional input left out. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
}

/** Computes the outputs from the inputs, in place. */
export type Run = () => void;

/** Checks an operator and precomputes what does not depend on the inputs' values. Throws ModelError. */
export type Prepare = (node: Node) => Run;

/** An operator, or a use of it, that no kernel here computes; collected so that one error names them all. */
export class UnsupportedError extends ModelError {
  readonly use: string;

  constructor(use: string, where: string) {
    super(`no kernel for ${use}`, where, 'convert the model to full int8 or float32, without this operator');
    this.use = use;
  }
}

/** The error for a use that TFLM may know and this interpreter does not: `CONV_2D with int16 input`. */
export function unsupported(node: Node, detail: string): UnsupportedError {
  return new UnsupportedError(`${node.name} with ${detail}`, node.where);
}

/** The error for an operator that contradicts itself or its tensors. */
export function malformed(node: Node, what: string): ModelError {
  return new ModelError(`${node.name} is malformed: ${what}`, node.where, 'export the model again');
}

/** Picks the kernel by the type of one value. */
export function byType(node: Node, value: Value, kernels: Partial<Record<TensorType, Prepare>>): Run {
  const prepare = kernels[value.tensor.type];
  if (!prepare) throw unsupported(node, `${value.tensor.type} input`);
  return prepare(node);
}

/** A required input. */
export function inputOf(node: Node, index: number): Value {
  const value = node.inputs[index];
  if (!value) throw malformed(node, `input ${index} is missing`);
  return value;
}

/** A required output. */
export function outputOf(node: Node, index = 0): Value {
  const value = node.outputs[index];
  if (!value) throw malformed(node, `output ${index} is missing`);
  return value;
}

interface ArrayOfType {
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
  readonly int16: Int16Array;
  readonly int32: Int32Array;
  readonly float32: Float32Array;
  readonly float16: Uint16Array;
}

/** The values as the array of a type; another type is unsupported. */
export function dataAs<T extends keyof ArrayOfType>(node: Node, value: Value, type: T): ArrayOfType[T] {
  if (value.tensor.type !== type) throw unsupported(node, `${value.tensor.type} where ${type} is needed`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the interpreter allocates each array by its type
  return value.data as ArrayOfType[T];
}

/** The values of a constant int32 input such as axes, paddings or a size. */
export function constantInts(node: Node, index: number): readonly number[] {
  const value = inputOf(node, index);
  if (value.tensor.type !== 'int32') throw unsupported(node, `${value.tensor.type} input ${index}`);
  if (!value.tensor.data) throw unsupported(node, `a computed input ${index}`);
  return [...value.data];
}

/** The shape, when it has the rank that the kernel is written for. */
export function shapeOfRank(node: Node, value: Value, rank: number): readonly number[] {
  const { shape, index } = value.tensor;
  if (shape.length !== rank)
    throw malformed(node, `tensor ${index} has shape ${shapeText(shape)}, not ${rank} dimensions`);
  return shape;
}

/** Throws for a value of more dimensions than TFLM's kernel takes. */
export function expectRankUpTo(node: Node, value: Value, most: number): void {
  if (value.tensor.shape.length > most) throw unsupported(node, `more than ${most} dimensions`);
}

/** Throws unless a value has this shape. */
export function expectShape(node: Node, value: Value, shape: readonly number[]): void {
  const actual = value.tensor.shape;
  if (actual.length !== shape.length || actual.some((dimension, axis) => dimension !== shape[axis]))
    throw malformed(node, `tensor ${value.tensor.index} has shape ${shapeText(actual)}, not ${shapeText(shape)}`);
}

/** Throws unless both values have the same number of elements. */
export function expectSameCount(node: Node, a: Value, b: Value): void {
  if (a.data.length !== b.data.length)
    throw malformed(node, `${shapeText(a.tensor.shape)} and ${shapeText(b.tensor.shape)} differ in size`);
}

/** An axis counted from the front; negative ones count from the back. */
export function resolveAxis(node: Node, axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (resolved < 0 || resolved >= rank) throw malformed(node, `axis ${axis} of ${rank} dimensions`);
  return resolved;
}

/** How a whole tensor is quantized. */
export function affineOf(node: Node, value: Value): Affine {
  const { quantization, index, type } = value.tensor;
  const scale = quantization?.scales[0];
  const zeroPoint = quantization?.zeroPoints[0];
  if (scale === undefined || zeroPoint === undefined) throw unsupported(node, `tensor ${index} not quantized`);
  if (quantization?.scales.length !== 1) throw unsupported(node, `tensor ${index} quantized per channel`);
  if (!(scale > 0 && scale < Infinity)) throw malformed(node, `tensor ${index} has scale ${scale}`);
  const range = codeRange[type];
  if (!range) throw unsupported(node, `quantized ${type} for tensor ${index}`);
  if (zeroPoint < range[0] || zeroPoint > range[1])
    throw malformed(node, `tensor ${index} has zero point ${zeroPoint}`);
  return { scale, zeroPoint };
}

/** The scale of each of `channels` for symmetric weights quantized along an axis of that size, or as a whole. */
export function channelScales(node: Node, weights: Value, channels: number): readonly number[] {
  const { quantization, index, shape } = weights.tensor;
  if (!quantization) throw unsupported(node, `weights ${index} not quantized`);
  const { scales, zeroPoints, axis } = quantization;
  if (zeroPoints.some(zeroPoint => zeroPoint !== 0)) throw unsupported(node, `weights ${index} with a zero point`);
  if (scales.some(scale => !(scale >= 0 && scale < Infinity)))
    throw malformed(node, `weights ${index} have scales ${scales.join(', ')}`);
  if (scales.length === 1) return Array.from({ length: channels }, () => scales[0] ?? 0);
  if (scales.length !== channels || shape[axis] !== channels)
    throw malformed(node, `weights ${index} have ${scales.length} scales for ${channels} channels`);
  return scales;
}

/** A rescaling factor as a fixed-point multiplier that int32 can apply. */
export function multiplierOf(node: Node, real: number): Multiplier {
  if (!Number.isFinite(real)) throw malformed(node, `it rescales by ${real}`);
  const multiplier = quantizeMultiplier(real);
  if (multiplier.shift > 31) throw malformed(node, `it rescales by ${real}`);
  return multiplier;
}
