import { ModelError } from '../errors.ts';
import { kernels } from './kernels/index.ts';
import { type Run, type TensorData, UnsupportedError, type Value } from './kernels/node.ts';
import { byteLength, customOperatorCode } from './schema.ts';
import { elementCount, type Model, type Operator, shapeText, type Tensor, type TensorType } from './tflite.ts';

export type { TensorData } from './kernels/node.ts';

/** A model ready to run: the golden for what firmware computes. */
export interface Interpreter {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /**
   * Runs one inference. Takes one array a model input, of its type and size, and gives new arrays.
   * int8 outputs are those of TFLM's reference kernels, bit for bit; float32 ones agree within rounding.
   * Throws ModelError for an input of another type or size.
   */
  invoke(inputs: readonly TensorData[]): readonly TensorData[];
  /** Sets variable tensors back to real zeros, as before the first inference. */
  reset(): void;
}

/**
 * Prepares a model. `where` names it in errors.
 * Throws ModelError that names every operator and type without a kernel, or what contradicts itself.
 */
export function createInterpreter(model: Model, where: string): Interpreter {
  checkSize(model, where);
  checkOrder(model, where);
  const valueOf = valueStore(model, where);
  const runs = prepareAll(model, valueOf, where);
  const [inputs, outputs] = [model.inputs, model.outputs].map(indexes => indexes.map(index => valueOf(index)));
  const variables = model.tensors.filter(({ isVariable }) => isVariable).map(({ index }) => valueOf(index));
  const reset = () => {
    for (const { tensor, data } of variables) data.fill(codeOfZero(tensor));
  };
  reset();

  return {
    inputs: inputs.map(({ tensor }) => tensor),
    outputs: outputs.map(({ tensor }) => tensor),
    invoke(given) {
      load(inputs, given, where);
      for (const run of runs) run();
      return outputs.map(({ data }) => data.slice());
    },
    reset,
  };
}

/** Far above any microcontroller, far below what would stall a host. */
const maxActivationBytes = 64 * 1024 * 1024;

function checkSize(model: Model, where: string): void {
  const used = new Set([
    ...model.inputs,
    ...model.outputs,
    ...model.tensors.filter(({ isVariable }) => isVariable).map(({ index }) => index),
    ...model.operators.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]),
  ]);
  const bytes = model.tensors
    .filter(tensor => used.has(tensor.index) && !tensor.data)
    .reduce((total, { type, shape }) => total + (byteLength(type, elementCount(shape)) ?? 0), 0);
  if (bytes > maxActivationBytes)
    throw new ModelError(
      `its activations take ${bytes} bytes`,
      where,
      `use a model with at most ${maxActivationBytes}`,
    );
}

/** Every operator reads what is there by then, and writes what nothing else wrote. */
function checkOrder({ tensors, inputs, outputs, operators }: Model, where: string): void {
  const fail = (what: string) =>
    new ModelError(`the model is damaged: ${what}`, where, 'copy or export the file again');
  const ready = new Set(inputs);
  for (const tensor of tensors) if (tensor.data || tensor.isVariable) ready.add(tensor.index);
  if (inputs.some(index => tensors[index]?.data)) throw fail('a graph input is a constant');
  for (const { index, name, inputs: reads, outputs: writes } of operators) {
    const early = reads.find(read => read >= 0 && !ready.has(read));
    if (early !== undefined) throw fail(`operator ${index} ${name} reads tensor ${early} before it is written`);
    for (const write of writes) {
      if (ready.has(write)) throw fail(`operator ${index} ${name} overwrites tensor ${write}`);
      ready.add(write);
    }
  }
  const never = outputs.find(output => !ready.has(output));
  if (never !== undefined) throw fail(`nothing writes its output, tensor ${never}`);
}

/** Gives the values of a tensor; `user` names who asks for it, should its type be unknown here. */
type ValueOf = (index: number, user?: string) => Value;

/** One array a tensor, made when it is first asked for, so that unused tensors cost nothing. */
function valueStore({ tensors }: Model, where: string): ValueOf {
  const values = new Map<number, Value>();
  return (index, user = 'the model') => {
    const known = values.get(index);
    if (known) return known;
    const value = { tensor: tensors[index], data: allocate(tensors[index], { user, where }) };
    values.set(index, value);
    return value;
  };
}

function prepareAll(model: Model, valueOf: ValueOf, where: string): readonly Run[] {
  const missing = new Map<string, number[]>();
  const runs: Run[] = [];
  for (const operator of model.operators) {
    try {
      runs.push(prepareOne(operator, valueOf, where));
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      missing.set(error.use, [...(missing.get(error.use) ?? []), operator.index]);
    }
  }
  if (missing.size === 0) return runs;
  const list = [...missing].map(([what, indexes]) => `${what} (operator ${indexes.join(', ')})`);
  throw new ModelError(
    `no kernel for ${list.join('; ')}`,
    where,
    'convert the model to full int8 or float32, without these operators',
  );
}

function prepareOne({ index, name, code, options, inputs, outputs }: Operator, valueOf: ValueOf, where: string): Run {
  // A custom operator may bear any name, that of a builtin one included.
  const prepare = code !== customOperatorCode && Object.hasOwn(kernels, name) ? kernels[name] : undefined;
  if (!prepare) throw new UnsupportedError(name, where);
  return prepare({
    name,
    where: `${where}, operator ${index}`,
    options,
    inputs: inputs.map(input => (input < 0 ? undefined : valueOf(input, name))),
    outputs: outputs.map(output => valueOf(output, name)),
  });
}

const arrays: Partial<Record<TensorType, new (buffer: ArrayBuffer) => TensorData>> = {
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  float16: Uint16Array,
  float32: Float32Array,
};

function allocate(
  { type, shape, data, isSparse }: Tensor,
  { user, where }: { readonly user: string; readonly where: string },
): TensorData {
  const ArrayOfType = arrays[type];
  if (!ArrayOfType) throw new UnsupportedError(`${user} with ${type} values`, where);
  if (isSparse) throw new UnsupportedError(`${user} with sparse values`, where);
  // A copy, because the file's bytes need not be aligned.
  return new ArrayOfType(
    data ? Uint8Array.from(data).buffer : new ArrayBuffer(byteLength(type, elementCount(shape)) ?? 0),
  );
}

/** What TFLM resets a variable to (micro_interpreter_graph.cc: ResetTensorData). */
function codeOfZero({ type, quantization }: Tensor): number {
  return type === 'int8' ? (quantization?.zeroPoints[0] ?? 0) : 0;
}

function load(inputs: readonly Value[], given: readonly TensorData[], where: string): void {
  if (given.length !== inputs.length)
    throw new ModelError(`${given.length} inputs given for ${inputs.length}`, where, 'give one array a model input');
  for (const [index, { tensor, data }] of inputs.entries()) {
    const values = given[index];
    if (values.constructor !== data.constructor || values.length !== data.length)
      throw new ModelError(
        `input ${index} got ${values.constructor.name} of ${values.length} elements`,
        where,
        `give ${tensor.type} ${shapeText(tensor.shape)}, ${data.length} elements`,
      );
    data.set(values);
  }
}
