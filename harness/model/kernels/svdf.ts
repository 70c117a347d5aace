import { multiplyByQuantizedMultiplier } from '../fixed-point.ts';
import { svdfOptions } from '../options.ts';
import { floatBounds } from './fused-activation.ts';
import {
  affineOf,
  byType,
  dataAs,
  expectShape,
  inputOf,
  malformed,
  multiplierOf,
  type Node,
  outputOf,
  type Prepare,
  shapeOfRank,
  unsupported,
} from './node.ts';
import { biasOf } from './weights.ts';

/**
 * SVDF: input [batch, inputs], feature weights [filters, inputs], time weights [filters, memory], bias [units] and the
 * state [batch, filters × memory], which is a variable. TFLM: svdf_common.cc.
 */
export const prepareSvdf: Prepare = node =>
  byType(node, inputOf(node, 0), { int8: prepareInt8, float32: prepareFloat32 });

const prepareInt8: Prepare = node => {
  const shape = svdfShape(node);
  const [inputValue, featureValue, timeValue, stateValue] = [0, 1, 2, 4].map(index => inputOf(node, index));
  const stateType = timeValue.tensor.type === 'int8' ? 'int8' : 'int16';
  const input = dataAs(node, inputValue, 'int8');
  const feature = dataAs(node, featureValue, 'int8');
  const time = dataAs(node, timeValue, stateType);
  const state = dataAs(node, stateValue, stateType);
  const output = dataAs(node, outputOf(node), 'int8');
  const [from, features, times, kept, to] = [inputValue, featureValue, timeValue, stateValue, outputOf(node)].map(
    value => affineOf(node, value),
  );
  // TFLM combines the scales in float32.
  const toState = multiplierOf(node, Math.fround(Math.fround(from.scale * features.scale) / kept.scale));
  const toOutput = multiplierOf(node, Math.fround(Math.fround(kept.scale * times.scale) / to.scale));
  // TFLM dereferences the bias that is not there.
  if (!node.inputs[3]) throw unsupported(node, 'no bias');
  const bias = biasOf(node, { value: node.inputs[3], channels: shape.units, type: 'int32' });
  const limit = stateType === 'int8' ? 127 : 32767;

  return () =>
    svdf(
      shape,
      { input, feature, time, state, bias },
      {
        inputZero: from.zeroPoint,
        stateZero: kept.zeroPoint,
        remember(sum) {
          const scaled = multiplyByQuantizedMultiplier(sum | 0, toState.mantissa, toState.shift);
          return Math.min(limit, Math.max(-limit - 1, scaled)) + kept.zeroPoint;
        },
        // TFLM applies no fused activation to int8.
        emit(index, sum) {
          const code = multiplyByQuantizedMultiplier(sum | 0, toOutput.mantissa, toOutput.shift) + to.zeroPoint;
          output[index] = Math.min(127, Math.max(-128, code));
        },
      },
    );
};

const prepareFloat32: Prepare = node => {
  const shape = svdfShape(node);
  const [input, feature, time, state] = [0, 1, 2, 4].map(index => dataAs(node, inputOf(node, index), 'float32'));
  const output = dataAs(node, outputOf(node), 'float32');
  const bias = biasOf(node, { value: node.inputs[3], channels: shape.units, type: 'float32' });
  const [lowest, highest] = floatBounds(node, svdfOptions(node.options).activation);
  return () =>
    svdf(
      shape,
      { input, feature, time, state, bias },
      {
        inputZero: 0,
        stateZero: 0,
        remember: sum => sum,
        emit(index, sum) {
          output[index] = Math.min(highest, Math.max(lowest, sum));
        },
      },
    );
};

interface SvdfShape {
  readonly batches: number;
  readonly inputs: number;
  readonly filters: number;
  readonly memory: number;
  readonly units: number;
  readonly rank: number;
}

function svdfShape(node: Node): SvdfShape {
  const [batches, inputs] = shapeOfRank(node, inputOf(node, 0), 2);
  const [filters] = shapeOfRank(node, inputOf(node, 1), 2);
  const [, memory] = shapeOfRank(node, inputOf(node, 2), 2);
  const { rank } = svdfOptions(node.options);
  const units = filters / rank;
  if (!Number.isInteger(units) || units < 1 || memory < 1) throw malformed(node, `${filters} filters of rank ${rank}`);
  expectShape(node, inputOf(node, 1), [filters, inputs]);
  expectShape(node, inputOf(node, 2), [filters, memory]);
  expectShape(node, inputOf(node, 4), [batches, filters * memory]);
  expectShape(node, outputOf(node), [batches, units]);
  if (!inputOf(node, 4).tensor.isVariable) throw unsupported(node, 'a state that is no variable');
  return { batches, inputs, filters, memory, units, rank };
}

interface SvdfData {
  readonly input: Int8Array | Float32Array;
  readonly feature: Int8Array | Float32Array;
  readonly time: Int8Array | Int16Array | Float32Array;
  readonly state: Int8Array | Int16Array | Float32Array;
  readonly bias: Int32Array | Float32Array;
}

interface SvdfArithmetic {
  readonly inputZero: number;
  readonly stateZero: number;
  /** What the state keeps of a filter's product with the input. */
  readonly remember: (sum: number) => number;
  /** Writes one output. */
  readonly emit: (index: number, sum: number) => void;
}

/** Shifts the state by one step, adds the newest one, and filters each unit's memory. */
function svdf(
  { batches, inputs, filters, memory, units, rank }: SvdfShape,
  { input, feature, time, state, bias }: SvdfData,
  { inputZero, stateZero, remember, emit }: SvdfArithmetic,
): void {
  state.copyWithin(0, 1);
  for (let row = 0; row < batches * filters; row++) {
    const [inputStart, featureStart] = [Math.floor(row / filters) * inputs, (row % filters) * inputs];
    let sum = 0;
    for (let i = 0; i < inputs; i++) sum += feature[featureStart + i] * (input[inputStart + i] - inputZero);
    state[row * memory + memory - 1] = remember(sum);
  }
  for (let index = 0; index < batches * units; index++) {
    const [stateStart, timeStart] = [index * rank * memory, (index % units) * rank * memory];
    let sum = bias[index % units];
    for (let i = 0; i < rank * memory; i++) sum += time[timeStart + i] * (state[stateStart + i] - stateZero);
    emit(index, sum);
  }
}
