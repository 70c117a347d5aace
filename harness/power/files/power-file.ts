import type { Accuracy, Reading, TraceFacts } from '../../recording/trace.ts';
import type { ColumnsFile } from '../../suite/columns-file.generated.ts';

/** A capture in a file. Its readings are read once, in order and in bounded memory. */
export interface PowerFile extends AsyncDisposable {
  readonly facts: TraceFacts;
  /** What the file calls the time of its first sample. */
  readonly firstS: number;
  /** Throws InputError, with the line, where the file cannot be read on. */
  readonly readings: AsyncIterable<Reading>;
  /** How much of it was read, from 0 to 1. */
  progress(): number;
}

/** What a person says of a file beside what it says itself. */
export interface PowerFileOptions {
  readonly columns?: ColumnsFile;
  /** In place of the rate that the file tells or its times give. */
  readonly rateHz?: number;
  readonly supplyMv?: number;
  readonly accuracy?: Accuracy;
}

/** The facts that every file has alike. */
export function factsOf(
  file: { readonly path: string; readonly format: string },
  facts: Pick<TraceFacts, 'quantity' | 'rateHz' | 'meter'> & Partial<TraceFacts>,
  { supplyMv = facts.supplyMv, accuracy }: PowerFileOptions,
): TraceFacts {
  return {
    ...facts,
    tickmark: 1,
    unit: facts.quantity === 'current' ? 'mA' : 'µJ',
    meter: { ...facts.meter, ...(accuracy && { accuracy }) },
    ...(supplyMv !== undefined && { supplyMv }),
    from: { format: file.format, file: file.path },
  };
}

/** Beyond any meter, and any file that is not damaged: 10 GHz is a period of 0.1 ns. */
export const mostRateHz = 1e9;
