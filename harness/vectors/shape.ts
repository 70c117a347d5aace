import { elementCount, type Tensor, shapeText as tensorShapeText } from '../model/tflite.ts';
import type { Fail } from './fail.ts';
import { shapeText } from './formats/npy.ts';

export type Shape = readonly number[];

/** The shape of one input of a tensor: without its batch of 1. */
export function inputShape({ shape }: Pick<Tensor, 'shape'>): Shape {
  return shape[0] === 1 ? shape.slice(1) : shape;
}

/** Whether an input of this shape is what a tensor takes: dimensions of 1 do not count. */
export function isShapeOf(shape: Shape, tensor: Tensor): boolean {
  return squeezed(shape).join() === squeezed(tensor.shape).join();
}

/** Whether an input is what a tensor takes, or becomes it in C order: frames [5, 128] make the 640 elements of a tensor of one axis. */
export function canFill(shape: Shape, tensor: Tensor): boolean {
  const isFlat = squeezed(tensor.shape).length <= 1;
  return isShapeOf(shape, tensor) || (isFlat && elementCount(shape) === elementCount(tensor.shape));
}

export interface GivenShape {
  readonly shape: Shape;
  /** Whether the first dimension counts inputs. */
  readonly counted: boolean;
  /** Whether there is preprocessing that could mend it. */
  readonly canPreprocess: boolean;
  /** Whether it is [frames, channels] of a sound. */
  readonly isSound?: boolean;
}

/** The error for an input of another shape than the tensor's, with what would most likely mend it. */
export function shapeMisfit(given: GivenShape, tensor: Tensor, fail: Fail): Error {
  const { shape } = given;
  const what = `has the shape ${shapeText(shape)}, and the model's input is ${tensorShapeText(tensor.shape)}`;
  return fail(what, fixOf(given, tensor));
}

function fixOf({ shape, counted, canPreprocess, isSound }: GivenShape, tensor: Tensor): string {
  const wanted = inputShape(tensor);
  if (isSound && (shape[1] ?? 1) > 1) return 'save it with one channel';
  const step = canPreprocess ? missingStep(counted ? shape.slice(1) : shape, wanted) : undefined;
  if (step) return step;
  return counted ? `save an array of shape (count, ${wanted.join(', ')})` : `give inputs of ${shapeText(wanted)}`;
}

function missingStep(shape: Shape, wanted: Shape): string | undefined {
  const [height, width, channels] = shape;
  const [wantedHeight = 1, wantedWidth = 1, wantedChannels = 1] = wanted;
  if (shape.length === 3 && wanted.length >= 2 && channels !== undefined && channels <= 4) {
    if (channels !== wantedChannels && wantedChannels === 1) return 'add `- gray: true` to vectors.preprocess';
    if (channels === 4 && wantedChannels === 3) return 'save the images without an alpha channel';
    if (channels === wantedChannels && (height !== wantedHeight || width !== wantedWidth))
      return `add \`- resize: { height: ${wantedHeight}, width: ${wantedWidth} }\` to vectors.preprocess`;
  }
  const [steps = 0, ...rest] = squeezed(shape);
  const [size = 0, ...wantedRest] = squeezed(wanted);
  if (rest.join() === wantedRest.join() && steps >= 2 * size && size > 1)
    return `add \`- window: { size: ${size} }\` to vectors.preprocess, which cuts it`;
  return undefined;
}

function squeezed(shape: Shape): Shape {
  return shape.filter(size => size !== 1);
}
