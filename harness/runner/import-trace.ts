import type { PowerFormat } from '../power/files/formats.ts';
import { openPowerFile } from '../power/files/open.ts';
import type { PowerFileOptions } from '../power/files/power-file.ts';
import type { TraceFacts } from '../recording/trace.ts';
import { openTraceWriter } from '../recording/trace-writer.ts';
import { type MarkedWindow, windowMarker } from './mark-windows.ts';
import type { WindowSpec } from './power-windows.ts';

/** A capture in a file, and what a person says of it. */
export interface Capture {
  /** Absolute. */
  readonly path: string;
  readonly options: PowerFileOptions & { readonly format?: PowerFormat };
  readonly windows: WindowSpec;
  /** In each window. */
  readonly inferences: number;
  /** Of the DUT, where neither the file nor its options tell. */
  readonly usualSupplyMv?: number;
}

/** What was read of it. */
export interface ReadCapture {
  readonly facts: TraceFacts;
  readonly samples: number;
  readonly windows: readonly MarkedWindow[];
}

/**
 * Writes a capture into `folder` as a trace, its windows as pairs of edges: after it nothing asks whether a trace was measured or imported.
 * `onProgress` takes the share that is read. Throws InputError where the file or its windows are wrong; rejects with the signal's reason.
 */
export async function importTrace(
  folder: string,
  { path, options, windows: spec, inferences, usualSupplyMv }: Capture,
  { onProgress, signal }: { readonly onProgress: (share: number) => void; readonly signal: AbortSignal },
): Promise<ReadCapture> {
  await using file = await openPowerFile(path, options);
  const marker = windowMarker(spec, inferences, file);
  const supplyMv = file.facts.supplyMv ?? usualSupplyMv;
  const meter = { ...file.facts.meter, lines: [] }; // edges have said what levels had to
  const facts = { ...file.facts, meter, ...(supplyMv !== undefined && { supplyMv }) };
  using writer = openTraceWriter(folder, facts);
  for await (const reading of file.readings) {
    signal.throwIfAborted();
    for (const piece of marker.mark(reading)) writer.take(piece);
    onProgress(file.progress());
  }
  for (const piece of marker.end()) writer.take(piece);
  return { facts, samples: marker.samples, windows: marker.windows };
}
