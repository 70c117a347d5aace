import type { Reference } from '../reference.ts';
import { byVector, type Session } from '../session.ts';
import { bytesOf, type TensorSpec, valuesOf } from '../tensor.ts';
import type { Views } from './finding.ts';

/** The real values of an inference's first output [elements]. */
export type Values = ArrayLike<number>;

/** The values of each vector's inferences, none where it was not measured. Decoded when asked for: all at once can be gigabytes. */
export interface Outputs {
  readonly vectors: number;
  of(vector: number): readonly Values[];
}

/** The model's first output as the DUT, the golden and the float twin give it. */
export function outputsOf(session: Session, { outputs: [output], golden, float }: Reference): Views<Outputs> {
  const inferences = byVector(session);
  return {
    measured: {
      vectors: session.vectors,
      of: vector =>
        (inferences[vector] ?? []).map(inference => inference.printed ?? firstOutput(inference.output, output)),
    },
    ...(golden.length > 0 && {
      golden: single(golden.length, vector => firstOutput(golden[vector] ?? new Uint8Array(), output)),
      ...(float && { float: single(golden.length, vector => float[vector] ?? []) }),
    }),
  };
}

/** What `see` makes of each vector that was measured, in order; undefined leaves a vector out. */
export function eachVector<T>(
  outputs: Outputs,
  see: (inferences: readonly Values[], vector: number) => T | undefined,
): readonly T[] {
  return Array.from({ length: outputs.vectors }, (_, vector) => {
    const inferences = outputs.of(vector);
    return inferences.length === 0 ? undefined : see(inferences, vector);
  }).filter(seen => seen !== undefined);
}

function single(vectors: number, valuesAt: (vector: number) => Values): Outputs {
  return { vectors, of: vector => [valuesAt(vector)] };
}

function firstOutput(bytes: Uint8Array, output: TensorSpec | undefined): Values {
  return output ? valuesOf(bytes.subarray(0, bytesOf(output)), output) : [];
}
