import type { Tensor } from '../model/tflite.ts';
import type { Preprocess } from '../suite/suite.ts';

/** Where vectors are, and what they have to become. */
export interface VectorFormat {
  /** A file, or a folder with a file an input. */
  readonly path: string;
  /** The files of a folder in the order of their labels, relative to it; sorted by name where absent. */
  readonly files?: readonly string[];
  /** Which array of a `.npz`. */
  readonly array?: string;
  /** Which columns of a `.csv`. */
  readonly columns?: readonly string[];
  /** The model's inputs, in its order. */
  readonly tensors: readonly Tensor[];
  /** Absent where there is no way to ask for any: then no message advises it. */
  readonly preprocess?: readonly Preprocess[];
  /** Only the first so many vectors. */
  readonly first?: number;
}
