import { ModelError } from '../errors.ts';
import { modelFacts } from '../model/facts.ts';
import { createInterpreter, type Interpreter } from '../model/interpreter.ts';
import { elementCount, type Model, type Tensor } from '../model/tflite.ts';
import { codesOf, isElementType, partsOf, type TensorSpec, valuesOf } from './tensor.ts';

/** What the host knows without any target: the right outputs, and the model's own figures. */
export interface Reference {
  /** Input tensors in the model's order. */
  readonly inputs: readonly TensorSpec[];
  /** Output tensors in the model's order. */
  readonly outputs: readonly TensorSpec[];
  /** The golden [vectors]: bytes of all output tensors, end to end. */
  readonly golden: readonly Uint8Array[];
  /** Real values of the float twin's first output [vectors]; absent without a twin. */
  readonly float?: readonly Float32Array[];
  /** Bytes of all constant tensors. */
  readonly weightBytes: number;
  readonly floatWeightBytes?: number;
  /** Operators in the order of execution. */
  readonly operators: readonly { readonly name: string; readonly macs: number }[];
}

/**
 * Runs the golden interpreter, and the float twin on the dequantized inputs, over every vector. `inputs` [vectors] are the bytes of all
 * input tensors, end to end. Vectors run in order on one interpreter that starts fresh: a model that keeps state (variable tensors)
 * carries it from vector to vector, as the DUT does from its preparation in each boot on. Throws ModelError for a model that has no
 * kernels here, or a twin that does not match.
 */
export function computeReference(
  model: Model,
  floatModel: Model | undefined,
  inputs: readonly Uint8Array[],
): Reference {
  const { infer, ...layout } = openGolden(model, modelName);
  const golden = inputs.map(infer);
  const { weightBytes, operators } = modelFacts(model);
  return {
    ...layout,
    golden,
    weightBytes,
    operators,
    ...(floatModel && {
      float: runTwin(floatModel, layout, inputs),
      floatWeightBytes: modelFacts(floatModel).weightBytes,
    }),
  };
}

/** The golden interpreter over bytes, fresh: its state, where the model has any, goes on from one inference to the next. */
export interface Golden extends Layout {
  /** The bytes of all output tensors for those of all input tensors, end to end. */
  readonly infer: (input: Uint8Array) => Uint8Array;
}

/** Throws ModelError at `where` for a model that has no kernels here. */
export function openGolden(model: Model, where: string): Golden {
  const interpreter = createInterpreter(model, where);
  const layout = layoutOf(interpreter, where);
  return { ...layout, infer: bytes => joined(interpreter.invoke(codesOfAll(bytes, layout.inputs))) };
}

const modelName = "the suite's model";
const twinName = "the suite's float twin";

/** The model's input and output tensors, in its order. */
export interface Layout {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

function runTwin(model: Model, { inputs: specs, outputs }: Layout, inputs: readonly Uint8Array[]): Float32Array[] {
  const interpreter = createInterpreter(model, twinName);
  const [twinOutput] = layoutOf(interpreter, twinName).outputs;
  if (twinOutput?.type !== 'float32' || twinOutput.elements !== outputs[0]?.elements) {
    throw new ModelError(
      `its first output is ${textOf(twinOutput)}, the model's is ${textOf(outputs[0])}`,
      twinName,
      "name the float32 model that the suite's model was quantized from",
    );
  }
  return inputs.map(bytes => {
    const parts = partsOf(bytes, specs);
    const reals = specs.map((spec, index) => Float32Array.from(valuesOf(parts[index] ?? bytes, spec)));
    return Float32Array.from(interpreter.invoke(reals)[0] ?? []);
  });
}

function layoutOf({ inputs, outputs }: Interpreter, where: string): Layout {
  return { inputs: inputs.map(tensor => specOf(tensor, where)), outputs: outputs.map(tensor => specOf(tensor, where)) };
}

function specOf({ name, type, shape, quantization }: Tensor, where: string): TensorSpec {
  if (!isElementType(type)) {
    throw new ModelError(`tensor "${name}" is ${type}`, where, 'convert it to int8 or float32 inputs and outputs');
  }
  const [scale = 1] = quantization?.scales ?? [];
  const [zeroPoint = 0] = quantization?.zeroPoints ?? [];
  return { name, type, elements: elementCount(shape), scale, zeroPoint };
}

function codesOfAll(bytes: Uint8Array, specs: readonly TensorSpec[]): ReturnType<typeof codesOf>[] {
  const parts = partsOf(bytes, specs);
  return specs.map(({ type }, index) => codesOf(parts[index] ?? bytes, type));
}

function joined(tensors: ReturnType<Interpreter['invoke']>): Uint8Array {
  return Buffer.concat(
    tensors.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
  );
}

function textOf(tensor: TensorSpec | undefined): string {
  return tensor ? `${tensor.type} with ${tensor.elements} elements` : 'missing';
}
