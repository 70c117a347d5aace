import { shapeText } from '../tflite.ts';
import {
  expectSameCount,
  inputOf,
  malformed,
  type Node,
  outputOf,
  type Prepare,
  type Run,
  unsupported,
  type Value,
} from './node.ts';

/** RESHAPE, SQUEEZE and EXPAND_DIMS: the same values under another shape. TFLM takes the output's shape from the file. */
export const prepareCopy: Prepare = node => {
  const [input, output] = sameTypePair(node);
  expectSameCount(node, input, output);
  return () => output.data.set(input.data);
};

/** The first input and the output of an operator that moves values and computes none. */
export function sameTypePair(node: Node): readonly [input: Value, output: Value] {
  const [input, output] = [inputOf(node, 0), outputOf(node)];
  expectSameType(node, input, output);
  return [input, output];
}

/** Throws unless a value goes to the output code by code. */
export function expectSameType(node: Node, input: Value, output: Value): void {
  const [from, to] = [input.tensor.type, output.tensor.type];
  if (from !== to) throw unsupported(node, `${from} input and ${to} output`);
}

/**
 * Output element i takes input element map[i], or `fill` where the map says −1.
 * The map has one entry for each output element; every entry must lie within the input.
 */
export function gather(node: Node, { map, fill = 0 }: { readonly map: Int32Array; readonly fill?: number }): Run {
  const [input, output] = sameTypePair(node);
  if (map.length !== output.data.length)
    throw malformed(node, `it makes ${map.length} elements for ${shapeText(output.tensor.shape)}`);
  if (map.some(from => from >= input.data.length))
    throw malformed(node, `it reads past ${shapeText(input.tensor.shape)}`);
  const [from, to] = [input.data, output.data];
  return () => {
    for (let i = 0; i < to.length; i++) {
      const source = map[i];
      to[i] = source < 0 ? fill : from[source];
    }
  };
}
