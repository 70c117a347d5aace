import { ModelError } from '../errors.ts';
import { estimateArenaBytes } from './arena.ts';
import { elementCount, type Model, type Operator, shapeText, type Tensor, type TensorType } from './tflite.ts';
import { countWeights, type WeightCount } from './zeros.ts';

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
export interface OperatorFacts extends WeightCount {
  readonly index: number;
  readonly name: string;
  readonly version: number;
  /** Activations it reads. */
  readonly inputs: readonly TensorFacts[];
  /** Weights, biases, shapes. */
  readonly constants: readonly TensorFacts[];
  readonly outputs: readonly TensorFacts[];
  /** Multiply-accumulates of one inference; 0 for operators that multiply no weights. */
  readonly macs: number;
  /** All its constants. */
  readonly weightBytes: number;
}

/** What can be said of a model without running it. */
export interface ModelFacts extends WeightCount {
  readonly description: string;
  readonly fileBytes: number;
  /** All constants: weights, biases, shapes. */
  readonly weightBytes: number;
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
  return {
    description: model.description,
    fileBytes: model.bytes,
    weightBytes: total(constants, constantBytes),
    ...countWeights(constants),
    macs: total(operators, ({ macs }) => macs),
    inputs: tensorsOf(model.inputs).map(tensorFacts),
    outputs: tensorsOf(model.outputs).map(tensorFacts),
    operators,
    arenaEstimateBytes: estimateArenaBytes(model),
  };
}

/** A model beside the float model that it was quantized from. */
export interface TwinFacts {
  readonly fileBytes: number;
  readonly weightBytes: number;
  /** The quantized model's bytes by the twin's: 0.26 where it takes 26 %. */
  readonly fileShare: number;
  readonly weightShare: number;
}

/** Sets a model's sizes against its float twin's. Throws ModelError at `where` for a twin whose inputs or outputs have other shapes. */
export function twinFacts(facts: ModelFacts, twin: ModelFacts, where: string): TwinFacts {
  for (const side of ['inputs', 'outputs'] as const) {
    const [own, other] = [facts, twin].map(model => model[side].map(({ shape }) => shapeText(shape)).join(', '));
    if (own !== other)
      throw new ModelError(
        `no twin of this model: its ${side} are ${other}, not ${own}`,
        where,
        'give its float model',
      );
  }
  const { fileBytes, weightBytes } = twin;
  return {
    fileBytes,
    weightBytes,
    fileShare: facts.fileBytes / fileBytes,
    weightShare: facts.weightBytes / weightBytes,
  };
}

function operatorFacts(
  operator: Operator,
  tensorsOf: (indexes: readonly number[]) => readonly Tensor[],
): OperatorFacts {
  const inputs = tensorsOf(operator.inputs);
  const outputs = tensorsOf(operator.outputs);
  const constants = inputs.filter(({ data }) => data !== undefined);
  return {
    index: operator.index,
    name: operator.name,
    version: operator.version,
    inputs: inputs.filter(({ data }) => !data).map(tensorFacts),
    constants: constants.map(tensorFacts),
    outputs: outputs.map(tensorFacts),
    macs: macsOf(operator, { inputs, outputs }),
    weightBytes: total(constants, constantBytes),
    ...countWeights(constants),
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

function total<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((sum, item) => sum + amount(item), 0);
}
