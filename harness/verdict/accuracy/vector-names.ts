import type { Truth } from '../../suite/truth.ts';

export type NameOf = (vector: number) => string;

/** How a person finds a vector: `vector 14`, with its file where vectors were cut from some: `vector 14 (door.wav, window 3)`. */
export function vectorNames({ sources = [] }: Truth): NameOf {
  const places = sources.flatMap(({ name, count }) =>
    Array.from({ length: count }, (_, window) => (count === 1 ? ` (${name})` : ` (${name}, window ${window})`)),
  );
  return vector => `vector ${vector}${places[vector] ?? ''}`;
}
