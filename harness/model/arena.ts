import { byteLength } from './schema.ts';
import { elementCount, type Model, type Operator, type Tensor } from './tflite.ts';

/**
 * An estimate of the arena bytes that TFLM's reference kernels need on a Cortex-M, for plans before anything is measured.
 * What must live at the same time is placed as TFLM places it (micro/memory_planner/greedy_memory_planner.cc); to that
 * come the structures that it keeps by tensor, operator and channel, whose sizes were measured on a Cortex-M4 with
 * tflite-micro of August 2026: within 1 % on the MLPerf Tiny models, within 3 % on models of some KiB. CMSIS-NN's
 * kernels took up to 14 % more. Never a substitute for what a device reports.
 */
export function estimateArenaBytes(model: Model): number {
  const { tensors, operators } = model;
  const variables = tensors.filter(({ isVariable }) => isVariable).map(tensor => aligned(bytesOf(tensor)));
  const kept = operators.map(operator => keptBytes(operator, tensors));
  const bookkeeping = interpreterBytes + bytesPerTensor * tensors.length + bytesPerOperator * operators.length;
  return activationBytes(model) + sum(variables) + sum(kept) + bookkeeping;
}

/** The interpreter's own objects and the graph's input and output. */
const interpreterBytes = 256;
/** TfLiteEvalTensor. */
const bytesPerTensor = 12;
/** NodeAndRegistration. */
const bytesPerOperator = 32;
/** A multiplier and a shift, int32 each. */
const bytesPerChannel = 8;

/** What a kernel keeps for one operator beside its channels, with what aligning it costs. */
const keptByName: Readonly<Partial<Record<string, number>>> = {
  ADD: 60,
  AVERAGE_POOL_2D: 92,
  CONCATENATION: 60,
  CONV_2D: 94,
  DEPTHWISE_CONV_2D: 94,
  ELU: 268,
  FULLY_CONNECTED: 56,
  LEAKY_RELU: 44,
  MAX_POOL_2D: 92,
  MEAN: 96,
  MUL: 50,
  PAD: 64,
  PADV2: 68,
  PRELU: 48,
  QUANTIZE: 44,
  REDUCE_MAX: 96,
  REDUCE_MIN: 96,
  RELU: 44,
  SOFTMAX: 76,
  SQUEEZE: 44,
  STRIDED_SLICE: 120,
  SUB: 60,
  SUM: 96,
  SVDF: 92,
  TRANSPOSE_CONV: 100,
};
const keptByOthers = 24;

function keptBytes({ name, inputs, outputs }: Operator, tensors: readonly Tensor[]): number {
  const scales = tensors[inputs[1]]?.quantization?.scales.length ?? 1;
  const isConvolution = name.endsWith('CONV') || name.endsWith('CONV_2D');
  const channels = isConvolution ? (tensors[outputs[0]]?.shape.at(-1) ?? 0) : 0;
  const perChannel = name === 'FULLY_CONNECTED' && scales > 1 ? scales : channels;
  return (keptByName[name] ?? keptByOthers) + bytesPerChannel * perChannel;
}

/** int32 sums that a kernel asks for while its operator runs. */
function scratchBytes({ name, inputs, outputs }: Operator, tensors: readonly Tensor[]): number {
  const outputElements = elementCount(tensors[outputs[0]]?.shape ?? [0]);
  switch (name) {
    case 'MEAN':
    case 'SUM':
    case 'TRANSPOSE_CONV':
      return 4 * outputElements;
    case 'SVDF': {
      const [batches = 0] = tensors[inputs[0]]?.shape ?? [];
      const [filters = 0] = tensors[inputs[1]]?.shape ?? [];
      return 4 * (batches * filters + outputElements);
    }
    default:
      return 0;
  }
}

/** An activation, or the scratch memory of an operator, with the operators between which it must be kept. */
interface Lifetime {
  readonly index: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

interface Placed extends Lifetime {
  readonly offset: number;
}

function activationBytes(model: Model): number {
  const placed: Placed[] = [];
  const bySize = lifetimes(model).sort((a, b) => b.bytes - a.bytes || b.index - a.index);
  for (const tensor of bySize) placed.push({ ...tensor, offset: lowestGap(tensor, placed) });
  return placed.reduce((highest, { offset, bytes }) => Math.max(highest, offset + bytes), 0);
}

function lifetimes(model: Model): Lifetime[] {
  const { tensors, operators } = model;
  const uses = usesOf(model);
  const activations = tensors.filter(isActivation).flatMap(tensor => {
    const lifetime = uses.get(tensor.index);
    return lifetime ? [{ index: tensor.index, bytes: aligned(bytesOf(tensor)), ...lifetime }] : [];
  });
  const scratch = operators.map((operator, at) => {
    return { index: tensors.length + at, bytes: aligned(scratchBytes(operator, tensors)), first: at, last: at };
  });
  return [...activations, ...scratch.filter(({ bytes }) => bytes > 0)];
}

/** The first and the last operator between which each tensor is needed. */
function usesOf({ operators, inputs, outputs }: Model): ReadonlyMap<number, Pick<Lifetime, 'first' | 'last'>> {
  const uses = new Map<number, { first: number; last: number }>();
  const use = (index: number, at: number) => {
    const known = uses.get(index);
    if (known) known.last = at;
    else uses.set(index, { first: at, last: at });
  };
  for (const index of inputs) use(index, 0);
  for (const [at, operator] of operators.entries())
    for (const index of [...operator.inputs, ...operator.outputs]) use(index, at);
  for (const index of outputs) use(index, operators.length);
  return uses;
}

function isActivation({ data, isVariable }: Tensor): boolean {
  return !data && !isVariable;
}

function bytesOf({ type, shape }: Tensor): number {
  return byteLength(type, elementCount(shape)) ?? 0;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

/** The first place where a tensor fits between those that live at the same time. */
function lowestGap(tensor: Lifetime, placed: readonly Placed[]): number {
  const neighbours = placed
    .filter(({ first, last }) => first <= tensor.last && last >= tensor.first)
    .sort((a, b) => a.offset - b.offset);
  let offset = 0;
  for (const neighbour of neighbours) {
    if (offset + tensor.bytes <= neighbour.offset) break;
    offset = Math.max(offset, neighbour.offset + neighbour.bytes);
  }
  return offset;
}
