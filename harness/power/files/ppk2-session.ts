// The `.ppk2` of nRF Connect Power Profiler (pc-nrfconnect-ppk, src/globals.ts, saveFileHandler.ts and bitConversion.ts): a zip of session.raw,
// metadata.json and minimap.raw. Of session.raw each sample has 6 bytes: float32 µA, little-endian; uint16, big-endian, of two bits a digital
// channel, D0 lowest: 0 unknown, 1 low, 2 high, 3 both within the sample.
import type { FileHandle } from 'node:fs/promises';
import { InputError, messageOf } from '../../errors.ts';
import type { Reading } from '../../recording/trace.ts';
import { type Archive, openArchive } from './archive.ts';
import { meters, mostMa } from './meters.ts';
import { factsOf, mostRateHz, type PowerFile, type PowerFileOptions } from './power-file.ts';

const sampleBytes = 6;
const samplesName = 'session.raw';
const mostMetadataBytes = 1 << 16;

/** Closes `handle` when disposed. Throws InputError where it is no capture of the Power Profiler. */
export async function openPpk2Session(
  { path, handle }: { readonly path: string; readonly handle: FileHandle },
  options: PowerFileOptions,
): Promise<PowerFile> {
  const archive = await openArchive(handle, path);
  if (!archive.names.includes(samplesName)) {
    const held = archive.names.slice(0, 5).join(', ');
    throw new InputError(`is an archive of ${held || 'nothing'}, not of the Power Profiler`, path, 'export it as CSV');
  }
  const { samplesPerSecond, startSystemTime } = await metadataOf(archive, path);
  const { size } = await handle.stat();
  const progress = { bytes: 0 };
  return {
    facts: factsOf(
      { path, format: 'ppk2' },
      {
        quantity: 'current',
        rateHz: options.rateHz ?? samplesPerSecond,
        meter: { ...meters.ppk2, lines: ['D0', 'D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7'] },
        ...(startSystemTime !== undefined && { startedAt: new Date(startSystemTime).toISOString() }),
      },
      options,
    ),
    firstS: 0,
    readings: readingsOf(archive.read(samplesName), progress),
    progress: () => Math.min(1, progress.bytes / (size * usualRatio)),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** To how many times its size such an archive inflates, about; for the progress alone. */
const usualRatio = 2;

async function metadataOf(
  archive: Archive,
  path: string,
): Promise<{ samplesPerSecond: number; startSystemTime?: number }> {
  const parts: Uint8Array[] = [];
  for await (const part of archive.read('metadata.json')) {
    parts.push(part);
    if (parts.reduce((sum, each) => sum + each.length, 0) > mostMetadataBytes) break;
  }
  const { samplesPerSecond, startSystemTime } = parsed(Buffer.concat(parts).toString('utf8'), path).metadata ?? {};
  if (typeof samplesPerSecond !== 'number' || !(samplesPerSecond > 0 && samplesPerSecond <= mostRateHz)) {
    throw new InputError('its metadata.json tells no rate', path, 'save it again with a current Power Profiler');
  }
  const isDate = typeof startSystemTime === 'number' && Math.abs(startSystemTime) < 8e15;
  return { samplesPerSecond, ...(isDate && { startSystemTime }) };
}

function parsed(text: string, path: string): { metadata?: { samplesPerSecond?: unknown; startSystemTime?: unknown } } {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' ? value : {};
  } catch (cause) {
    throw new InputError(`its metadata.json is damaged: ${messageOf(cause)}`, path, 'save it again', { cause });
  }
}

const blockSamples = 1 << 16;

async function* readingsOf(bytes: AsyncIterable<Uint8Array>, progress: { bytes: number }): AsyncGenerator<Reading> {
  const decode = decoder();
  let rest = new Uint8Array(0);
  for await (const piece of bytes) {
    progress.bytes += piece.length;
    const joined = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const whole = joined.length - (joined.length % sampleBytes);
    yield* decode(new DataView(joined.buffer, joined.byteOffset, whole));
    rest = joined.slice(whole);
  }
  if (rest.length > 0) yield { kind: 'note', text: `its last ${rest.length} bytes are no whole sample: left out` };
}

/** What is not a number was lost before it came to the Power Profiler. */
function decoder(): (view: DataView) => Generator<Reading> {
  const values = new Float32Array(blockSamples);
  const levels = new Uint8Array(blockSamples);
  let last = 0;

  return function* decode(view) {
    let count = 0;
    let lost: Reading | undefined;
    for (let at = 0; at < view.byteLength; at += sampleBytes) {
      const microamperes = view.getFloat32(at, true);
      const value = Math.fround(microamperes / 1000);
      last = levelsOf(view.getUint16(at + 4), last);
      const isSound = value <= mostMa.ppk2 && value >= -mostMa.ppk2;
      if (isSound) {
        if (lost) yield lost;
        lost = undefined;
        values[count] = value;
        levels[count++] = last;
      }
      if (count > 0 && (!isSound || count === blockSamples)) {
        yield { kind: 'samples', values: values.subarray(0, count), levels: levels.subarray(0, count) };
        count = 0;
      }
      if (!isSound) {
        const next = lossOf(microamperes);
        if (lost && lost.kind !== next.kind) yield lost;
        lost = lost?.kind === next.kind ? { ...lost, samples: lost.samples + 1 } : next;
      }
    }
    if (lost) yield lost;
    if (count > 0) yield { kind: 'samples', values: values.subarray(0, count), levels: levels.subarray(0, count) };
  };
}

function lossOf(microamperes: number): Extract<Reading, { kind: 'gap' | 'impossible' }> {
  if (Number.isNaN(microamperes)) return { kind: 'gap', samples: 1 };
  return { kind: 'impossible', samples: 1, what: `${Number((microamperes / 1000).toPrecision(6))} mA` };
}

/** Both levels within one sample: it has come from the one before. Unknown is as before. */
function levelsOf(pairs: number, before: number): number {
  const [low, high] = [pairs & 0x5555, (pairs >>> 1) & 0x5555];
  const [isLow, isHigh] = [gathered(low & ~high), gathered(high & ~low)];
  const both = gathered(low & high);
  const unknown = ~(isLow | isHigh | both) & 0xff;
  return isHigh | (both & ~before) | (unknown & before);
}

/** Every second bit of 16, side by side. */
function gathered(spread: number): number {
  const pairs = (spread | (spread >>> 1)) & 0x3333;
  const nibbles = (pairs | (pairs >>> 2)) & 0x0f0f;
  return (nibbles | (nibbles >>> 4)) & 0xff;
}
