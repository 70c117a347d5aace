import type { Tensor } from '../model/tflite.ts';
import { type Fail, within } from './fail.ts';
import type { VectorFormat } from './format.ts';
import { type NpyArray, shapeText } from './formats/npy.ts';
import { type NpzArray, readNpz } from './formats/npz.ts';
import { prepare } from './preprocess.ts';
import { canFill } from './shape.ts';

/**
 * The array of a `.npz` for each input tensor. For one tensor: the one that the suite names, else the only one, else the only one whose
 * shape fits. For several: those of their names. `counted`: whether the first axis counts inputs.
 */
export function npzArrays(bytes: Uint8Array, format: VectorFormat, counted: boolean, fail: Fail): readonly NpyArray[] {
  const all = readNpz(bytes, fail);
  const arrays = all.filter(array => 'read' in array);
  const unread = all.find(array => 'unread' in array && (arrays.length === 0 || array.name === format.array));
  if (unread && 'unread' in unread) throw unread.unread(inflatedLimitBytes, within(fail, `"${unread.name}"`));
  if (arrays.length === 0) throw fail('holds no array', 'save it with np.savez');
  const chosen =
    format.tensors.length === 1 ? [chooseOne(arrays, format, counted, fail)] : chooseByName(arrays, format, fail);
  return chosen.map(array => array.read(inflatedLimitBytes, within(fail, array.name)));
}

const inflatedLimitBytes = 512 << 20;

function chooseOne(arrays: readonly NpzArray[], format: VectorFormat, counted: boolean, fail: Fail): NpzArray {
  if (format.array !== undefined) {
    const named = arrays.find(({ name }) => name === format.array);
    if (named) return named;
    throw fail(`holds no array "${format.array}"`, `name one of ${listed(arrays)}`, ['array']);
  }
  const [only, ...others] = arrays;
  if (only && others.length === 0) return only;
  const fitting = arrays.filter(({ shape }) => fits(counted ? shape.slice(1) : shape, format));
  const [first, second] = fitting;
  if (first && !second) return first;
  const count = second ? `${fitting.length} arrays that could be the inputs` : 'no array of the shape of the inputs';
  const say = format.preprocess ? 'say which in vectors.array' : 'save the one as a .npy';
  throw fail(`holds ${count}`, `${say}: ${listed(second ? fitting : arrays)}`);
}

/** Whether preprocessing makes inputs of this shape what the tensor takes. */
function fits(shape: readonly number[], { tensors: [tensor], preprocess = [] }: VectorFormat): boolean {
  try {
    return tensor !== undefined && canFill(prepare(preprocess, shape, what => new Error(what)).shape, tensor);
  } catch {
    return false;
  }
}

function chooseByName(arrays: readonly NpzArray[], { array, tensors }: VectorFormat, fail: Fail): readonly NpzArray[] {
  if (array !== undefined) {
    throw fail(`one array is named, and the model has ${tensors.length} inputs`, 'leave it out', ['array']);
  }
  return tensors.map(tensor => {
    const named = arrays.find(({ name }) => namesOf(tensor).includes(name));
    if (named) return named;
    const wanted = tensors.map(each => namesOf(each).at(-1)).join(', ');
    throw fail(
      `holds no array for the model's input "${tensor.name}"`,
      `name its arrays ${wanted}; it holds ${listed(arrays)}`,
    );
  });
}

/** As the model has it, and without what TensorFlow's exporter puts around it: `serving_default_audio:0` is `audio`. */
function namesOf({ name }: Tensor): readonly string[] {
  return [name, name.replace(/^serving_default_/, '').replace(/:0$/, '')];
}

function listed(arrays: readonly NpzArray[]): string {
  const shown = arrays.slice(0, 10).map(({ name, dtype, shape }) => `${name} ${dtype} ${shapeText(shape)}`);
  return [...shown, ...(arrays.length > 10 ? ['…'] : [])].join(', ');
}
