import { estimateArenaBytes } from './arena.ts';
import { elementCount, type Model, type Operator, type Tensor, type TensorType } from './tflite.ts';

/** A tensor as a person wants to see it. */
export interface TensorFacts {
  readonly index: number;
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** One for the whole tensor or one a channel; absent where nothing is quantized. */
  readonly scales?: readonly number[];
  readonly zeroPoints?: readonly number[];
}

/** One operator: what it reads and writes, and what it costs. */
export interface OperatorFacts {
  readonly index: number;
  readonly name: string;
  readonly version: number;
  /** Activations it reads; constants are counted in weightBytes. */
  readonly inputs: readonly TensorFacts[];
  readonly outputs: readonly TensorFacts[];
  /** Multiply-accumulates of one inference; 0 for operators that multiply no weights. */
  readonly macs: number;
  readonly weightBytes: number;
}

/** What can be said of a model without running it. */
export interface ModelFacts {
  readonly description: string;
  readonly fileBytes: number;
  /** All constants: weights, biases, shapes. */
  readonly weightBytes: number;
  /** Constant elements that are 0, of weightElements: what pruning left. */
  readonly zeroWeights: number;
  readonly weightElements: number;
  readonly macs: number;
  readonly inputs: readonly TensorFacts[];
  readonly outputs: readonly TensorFacts[];
  readonly operators: readonly OperatorFacts[];
  /** An estimate of TFLM's arena, fitted to a few models; a device's own figure decides. */
  readonly arenaEstimateBytes: number;
}

/** Describes a model: operators with shapes and costs, sizes, and an estimate of the arena. */
export function modelFacts(model: Model): ModelFacts {
  const tensorsOf = (indexes: readonly number[]) =>
    indexes.filter(index => index >= 0).map(index => model.tensors[index]);
  const operators = model.operators.map(operator => operatorFacts(operator, tensorsOf));
  const constants = model.tensors.filter(({ data }) => data !== undefined);
  // Constants of rank 2 and more are weights; biases and shapes have rank 1 and are not what pruning is about.
  const weights = constants.filter(({ shape }) => shape.length >= 2);
  return {
    description: model.description,
    fileBytes: model.bytes,
    weightBytes: total(constants, constantBytes),
    zeroWeights: total(weights, zeroElements),
    weightElements: total(weights, ({ shape }) => elementCount(shape)),
    macs: total(operators, ({ macs }) => macs),
    inputs: tensorsOf(model.inputs).map(tensorFacts),
    outputs: tensorsOf(model.outputs).map(tensorFacts),
    operators,
    arenaEstimateBytes: estimateArenaBytes(model),
  };
}

function operatorFacts(
  operator: Operator,
  tensorsOf: (indexes: readonly number[]) => readonly Tensor[],
): OperatorFacts {
  const inputs = tensorsOf(operator.inputs);
  const outputs = tensorsOf(operator.outputs);
  return {
    index: operator.index,
    name: operator.name,
    version: operator.version,
    inputs: inputs.filter(({ data }) => !data).map(tensorFacts),
    outputs: outputs.map(tensorFacts),
    macs: macsOf(operator, { inputs, outputs }),
    weightBytes: total(inputs, constantBytes),
  };
}

/** Every product that the kernel's definition asks for, those with padding included. */
function macsOf(
  { name }: Operator,
  { inputs, outputs }: { readonly inputs: readonly Tensor[]; readonly outputs: readonly Tensor[] },
): number {
  const weights = inputs[1]?.shape ?? [];
  const produced = elementCount(outputs[0]?.shape ?? [0]);
  switch (name) {
    case 'CONV_2D':
      return produced * elementCount(weights.slice(1));
    case 'DEPTHWISE_CONV_2D':
      return produced * elementCount(weights.slice(1, 3));
    case 'FULLY_CONNECTED':
      return produced * (weights.at(-1) ?? 0);
    case 'TRANSPOSE_CONV':
      return elementCount(inputs[2]?.shape ?? [0]) * elementCount(weights.slice(0, 3));
    case 'SVDF':
      return (inputs[0]?.shape[0] ?? 0) * (elementCount(weights) + elementCount(inputs[2]?.shape ?? [0]));
    default:
      return 0;
  }
}

function tensorFacts({ index, name, type, shape, quantization }: Tensor): TensorFacts {
  return {
    index,
    name,
    type,
    shape,
    ...(quantization && { scales: quantization.scales, zeroPoints: quantization.zeroPoints }),
  };
}

function constantBytes({ data }: Tensor): number {
  return data?.length ?? 0;
}

function zeroElements({ data, shape, isSparse }: Tensor): number {
  const size = (data?.length ?? 0) / elementCount(shape);
  // Sub-byte and sparse elements cannot be told apart by bytes.
  if (!data || isSparse || !Number.isInteger(size) || size < 1) return 0;
  let zeros = 0;
  for (let at = 0; at < data.length; at += size) if (data.subarray(at, at + size).every(byte => byte === 0)) zeros++;
  return zeros;
}

function total<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((sum, item) => sum + amount(item), 0);
}
