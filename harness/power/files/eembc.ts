// `trace1-energy.bin` of EEMBC's EnergyRunner, as benchmark submissions to MLPerf Tiny hold it: the byte 0xF1, the rate as float32, then
// float32 µJ a sample; all little-endian.
import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../../errors.ts';
import type { Reading } from '../../recording/trace.ts';
import { meters } from './meters.ts';
import { factsOf, mostRateHz, type PowerFile, type PowerFileOptions } from './power-file.ts';

const headerBytes = 5;
const mark = 0xf1;
const blockSamples = 1 << 16;
/** A kJ in one sample. */
const mostUj = 1e9;

/** Whether a file begins as one. */
export function isEembc(head: Uint8Array): boolean {
  return (
    head[0] === mark &&
    head.length >= headerBytes &&
    isRate(new DataView(head.buffer, head.byteOffset).getFloat32(1, true))
  );
}

function isRate(rateHz: number): boolean {
  return rateHz > 0 && rateHz <= mostRateHz;
}

/** Closes `handle` when disposed. Throws InputError where its rate is none. */
export async function openEembc(
  { path, handle, head }: { readonly path: string; readonly handle: FileHandle; readonly head: Uint8Array },
  options: PowerFileOptions,
): Promise<PowerFile> {
  if (!isEembc(head))
    throw new InputError('does not begin as a trace of EEMBC’s runner', path, 'name another --format');
  const rateHz = new DataView(head.buffer, head.byteOffset).getFloat32(1, true);
  const { size } = await handle.stat();
  const progress = { bytes: 0 };
  return {
    facts: factsOf(
      { path, format: 'eembc' },
      { quantity: 'energy', rateHz: options.rateHz ?? rateHz, meter: { ...meters.eembc, lines: [] } },
      options,
    ),
    firstS: 0,
    readings: readingsOf(handle, path, progress),
    progress: () => progress.bytes / size,
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function* readingsOf(handle: FileHandle, path: string, progress: { bytes: number }): AsyncGenerator<Reading> {
  const bytes = new Uint8Array(blockSamples * 4);
  const view = new DataView(bytes.buffer);
  let position = headerBytes;
  let rest = 0;
  for (;;) {
    const { bytesRead } = await handle.read(bytes, rest, bytes.length - rest, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    progress.bytes = position;
    const count = (rest + bytesRead) >> 2;
    yield* decoded(Float32Array.from({ length: count }, (_, index) => view.getFloat32(4 * index, true)));
    bytes.copyWithin(0, 4 * count, rest + bytesRead);
    rest = rest + bytesRead - 4 * count;
  }
  if (position <= headerBytes + rest) throw new InputError('has no samples', path, 'is it the right file?');
  if (rest > 0) yield { kind: 'note', text: `its last ${rest} bytes are no whole sample: left out` };
}

function* decoded(values: Float32Array): Generator<Reading> {
  for (let from = 0, end = 0; from < values.length; from = end) {
    const isRun = isSound(values[from]);
    while (end < values.length && isSound(values[end]) === isRun) end++;
    if (isRun) yield { kind: 'samples', values: values.subarray(from, end) };
    else yield { kind: 'impossible', samples: end - from, what: `${values[from]} µJ` };
  }
}

function isSound(value: number | undefined): boolean {
  return value !== undefined && Math.abs(value) <= mostUj;
}
