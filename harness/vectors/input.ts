import type { Numbers } from './formats/numbers.ts';
import type { Shape } from './shape.ts';

/** The inputs of a file or a folder, each read when it is asked for. */
export interface Inputs {
  readonly inputs: Iterable<Input>;
  /** How many there are, where that is known before they are read. */
  readonly count?: number;
}

/** One input as its file gives it; with windows it becomes several vectors. */
export type Input = {
  readonly name: string;
  /** The file that holds it and nothing else, in a folder. */
  readonly file?: string;
} & ({ readonly parts: readonly Part[] } | { readonly vectors: Uint8Array });
// `parts`: one for each input tensor. `vectors`: the bytes of all input tensors end to end, of one vector or of several.

/** What one input tensor gets: numbers that become its codes, or codes. */
export type Part = Numbers | Codes;

/** Elements in the tensor's own type, which are taken as they are. */
export interface Codes {
  readonly shape: Shape;
  readonly codes: Uint8Array;
}
