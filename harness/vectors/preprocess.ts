import { elementCount } from '../model/tflite.ts';
import type { Preprocess } from '../suite/suite.ts';
import type { Fail } from './fail.ts';
import { shapeText } from './formats/npy.ts';
import type { Values } from './formats/numbers.ts';
import { resampler } from './resize.ts';
import type { Shape } from './shape.ts';

/** The steps of a suite, made ready for inputs of one shape. */
export interface Prepared {
  /** Of what the steps make. */
  readonly shape: Shape;
  /** The real values of the vectors that one input makes, in double precision where there is a step. */
  transform(values: Values): Iterable<Values>;
}

/** Makes the steps ready, in order. Throws `fail(…)` at the step that cannot take what it would get. */
export function prepare(steps: readonly Preprocess[], shape: Shape, fail: Fail): Prepared {
  let now = shape;
  const ready = steps.map((step, index) => {
    const failHere: Fail = (what, fix, at = []) => fail(`${step.kind} ${what}`, fix, ['preprocess', index, ...at]);
    const made = readyStep(step, now, failHere);
    now = made.shape;
    return made;
  });
  return {
    shape: now,
    transform: values => (ready.length === 0 ? [values] : through(new Float64Array(values), ready)),
  };
}

interface ReadyStep {
  readonly shape: Shape;
  apply(values: Float64Array): Iterable<Float64Array>;
}

function* through(values: Float64Array, [step, ...rest]: readonly ReadyStep[]): Generator<Float64Array> {
  if (!step) yield values;
  else for (const made of step.apply(values)) yield* through(made, rest);
}

function readyStep(step: Preprocess, shape: Shape, fail: Fail): ReadyStep {
  if (elementCount(shape) === 0) throw fail(`gets an empty input ${shapeText(shape)}`, 'save the inputs again');
  switch (step.kind) {
    case 'scale':
      return { shape, apply: scaler(step) };
    case 'clip':
      return { shape, apply: values => [values.map(value => Math.min(step.high, Math.max(step.low, value)))] };
    case 'normalize':
      return { shape, apply: normalizer(step, shape, fail) };
    case 'window':
      return windower(step, shape, fail);
    case 'resize':
      return resizer(step, shape, fail);
    case 'gray':
      return grayer(shape, fail);
    default:
      return step satisfies never;
  }
}

type Step<Kind extends Preprocess['kind']> = Extract<Preprocess, { kind: Kind }>;

function scaler({ from, to }: Step<'scale'>): ReadyStep['apply'] {
  const slope = (to[1] - to[0]) / (from[1] - from[0]);
  return values => [values.map(value => to[0] + (value - from[0]) * slope)];
}

function normalizer({ mean, std }: Step<'normalize'>, shape: Shape, fail: Fail): ReadyStep['apply'] {
  const channels = shape.at(-1) ?? 1;
  for (const [key, { length }] of Object.entries({ mean, std })) {
    if (length === 1 || length === channels) continue;
    throw fail(
      `has ${length} numbers, and its input ${shapeText(shape)} has ${channels} channels`,
      'give one for all, or one for each',
      ['normalize', key],
    );
  }
  const [means, stds] = [mean, std].map(numbers =>
    Float64Array.from({ length: channels }, (_, channel) => numbers[channel % numbers.length] ?? 0),
  );
  return values => [values.map((value, at) => (value - (means?.[at % channels] ?? 0)) / (stds?.[at % channels] ?? 1))];
}

function windower({ size, hop }: Step<'window'>, shape: Shape, fail: Fail): ReadyStep {
  const [steps = 0, ...rest] = shape;
  if (shape.length === 0) throw fail('gets a single number', 'give inputs with a time axis, which comes first');
  if (steps < size) {
    throw fail(
      `takes ${size} steps, and gets an input of ${shapeText(shape)}: ${steps} along its first axis`,
      'give longer inputs (in a .npy behind the axis that counts them), or write a smaller size',
      ['window', 'size'],
    );
  }
  const stride = elementCount(rest);
  return {
    shape: [size, ...rest],
    *apply(values) {
      for (let start = 0; start + size <= steps; start += hop) {
        yield values.subarray(start * stride, (start + size) * stride);
      }
    },
  };
}

function resizer(step: Step<'resize'>, shape: Shape, fail: Fail): ReadyStep {
  const [height, width, channels] = imageShape(shape, fail);
  const resample = resampler({ height, width, channels }, step);
  return { shape: [step.height, step.width, channels], apply: values => [resample(values)] };
}

/** Red, green and blue to luma (ITU-R BT.601); a gray image stays, alpha is left out. */
function grayer(shape: Shape, fail: Fail): ReadyStep {
  const [height, width, channels] = imageShape(shape, fail);
  const [red, green, blue] = channels < 3 ? [1, 0, 0] : [0.299, 0.587, 0.114];
  return {
    shape: [height, width, 1],
    apply(values) {
      const luma = new Float64Array(height * width);
      for (let pixel = 0, at = 0; pixel < luma.length; pixel++, at += channels) {
        luma[pixel] = red * (values[at] ?? 0) + green * (values[at + 1] ?? 0) + blue * (values[at + 2] ?? 0);
      }
      return [luma];
    },
  };
}

function imageShape(shape: Shape, fail: Fail): readonly [height: number, width: number, channels: number] {
  const [height, width, channels = 1] = shape;
  if (height === undefined || width === undefined || shape.length > 3 || channels > 4) {
    throw fail(
      `takes an image [height, width, channels], and gets ${shapeText(shape)}`,
      'leave it out, or give images',
    );
  }
  return [height, width, channels];
}
