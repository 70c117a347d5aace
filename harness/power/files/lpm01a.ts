// What an X-NUCLEO-LPM01A sent, captured to a file: ST UM2269. The commands' echoes, where they were captured too, tell the rate, the supply and the quantity.
import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../../errors.ts';
import type { Reading } from '../../recording/trace.ts';
import { type Lpm01aFormat, type Lpm01aItem, lpm01aParser } from '../lpm01a-lines.ts';
import { eventLine, type Lpm01aStream, lpm01aReader } from '../lpm01a-readings.ts';
import { meters } from './meters.ts';
import { factsOf, type PowerFile, type PowerFileOptions } from './power-file.ts';

const pieceBytes = 1 << 16;

/** Whether a file begins as what the meter sends: one of its lines, or the metadata of its binary format. */
export function isLpm01a(head: Uint8Array): boolean {
  return formatOf(head) !== undefined;
}

/** Closes `handle` when disposed. Throws InputError where neither the file nor `--rate` tells the rate. */
export async function openLpm01a(
  { path, handle, head }: { readonly path: string; readonly handle: FileHandle; readonly head: Uint8Array },
  options: PowerFileOptions,
): Promise<PowerFile> {
  const format = formatOf(head) ?? 'ascii_dec';
  const told = toldBy(itemsOf(head, format));
  const rateHz = options.rateHz ?? told.rateHz;
  if (rateHz === undefined) {
    throw new InputError(
      'tells no rate: neither a "freq" nor two timestamps near its beginning',
      path,
      'write --rate, such as --rate 10kHz',
    );
  }
  const { size } = await handle.stat();
  const progress = { bytes: 0 };
  const supplyMv = options.supplyMv ?? told.supplyMv;
  const stream: Lpm01aStream = {
    quantity: told.quantity,
    rateHz,
    format,
    isWhole: told.isWhole,
    supplyMv: supplyMv ?? mostSupplyMv,
  };
  return {
    facts: factsOf(
      { path, format: 'lpm01a' },
      {
        quantity: told.quantity,
        rateHz,
        meter: { ...meters.lpm01a, lines: [eventLine] },
        ...(supplyMv !== undefined && { supplyMv }),
      },
      options,
    ),
    firstS: 0,
    readings: readingsOf(handle, path, stream, progress),
    progress: () => progress.bytes / size,
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** UM2269: 3300 mV at most. What an energy can be at most follows from it. */
const mostSupplyMv = 3300;

const asciiLine =
  /(?:^|[\r\n\0])(?:PowerShield > )?(?:(?:\d{4}[+-]\d{2}){1,200}|TimeStamp:[ ><]\d{3}s \d{3}ms, buff \d{2}%|ack [a-z]{2,10}(?: [\w ]+)?)[\r\n\0]/;

/** Binary data is told by its timestamps: F0 F3, six bytes, FF FF. */
function formatOf(head: Uint8Array): Lpm01aFormat | undefined {
  const text = Buffer.from(head).toString('latin1');
  if (/\xf0\xf3[^]{5}\xff\xff/.test(text) || /ack format bin_hexa/.test(text)) return 'bin_hexa';
  return asciiLine.test(text.slice(0, 4096)) ? 'ascii_dec' : undefined;
}

function itemsOf(head: Uint8Array, format: Lpm01aFormat): readonly Lpm01aItem[] {
  return [...lpm01aParser({ format, isStarted: isStarted(head) })(head)];
}

/** Whether the file begins within an acquisition, so that its first bytes may be data. */
function isStarted(head: Uint8Array): boolean {
  return !Buffer.from(head).toString('latin1').includes('ack start');
}

interface Told {
  readonly quantity: 'current' | 'energy';
  readonly rateHz?: number;
  readonly supplyMv?: number;
  readonly isWhole: boolean;
}

function toldBy(items: readonly Lpm01aItem[]): Told {
  const acks = items.flatMap(item => (item.kind === 'ack' ? [item.text] : []));
  const last = (command: string) => acks.findLast(ack => ack.startsWith(`${command} `))?.slice(command.length + 1);
  const rateHz = scaled(last('freq')) ?? rateByTime(items);
  const volts = scaled(last('volt'));
  return {
    quantity: last('output') === 'energy' ? 'energy' : 'current',
    isWhole: acks.includes('start'),
    ...(rateHz !== undefined && { rateHz }),
    ...(volts !== undefined && { supplyMv: Number((volts * 1000).toPrecision(6)) }),
  };
}

/** `10k`, `3300m`, `100`. */
function scaled(text: string | undefined): number | undefined {
  const [, digits, prefix = ''] = /^(\d{1,9})(k|m)?$/.exec(text?.trim() ?? '') ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * { k: 1e3, m: 1e-3, '': 1 }[prefix as 'k' | 'm' | ''];
}

/** A timestamp comes every 1000 samples. */
function rateByTime(items: readonly Lpm01aItem[]): number | undefined {
  const times = items.flatMap(item => (item.kind === 'time' ? [item.ms] : []));
  const steps = times
    .slice(1)
    .map((ms, index) => ms - (times[index] ?? 0))
    .filter(ms => ms > 0);
  const least = Math.min(...steps);
  return Number.isFinite(least) ? Number((1e6 / least).toPrecision(6)) : undefined;
}

async function* readingsOf(
  handle: FileHandle,
  path: string,
  stream: Lpm01aStream,
  progress: { bytes: number },
): AsyncGenerator<Reading> {
  const piece = Buffer.alloc(pieceBytes);
  const reader = lpm01aReader(stream);
  let parse: ReturnType<typeof lpm01aParser> | undefined;
  let samples = 0;
  for (let position = 0; ; ) {
    const { bytesRead } = await handle.read(piece, 0, piece.length, position);
    if (bytesRead === 0) break;
    const bytes = piece.subarray(0, bytesRead);
    parse ??= lpm01aParser({ format: stream.format, isStarted: isStarted(bytes) });
    for (const item of parse(bytes)) {
      for (const reading of reader.read(item)) {
        if (reading.kind === 'samples') samples += reading.values.length;
        yield reading;
      }
    }
    position += bytesRead;
    progress.bytes = position;
  }
  for (const reading of reader.finish()) {
    if (reading.kind === 'samples') samples += reading.values.length;
    yield reading;
  }
  if (samples === 0) throw new InputError('has no samples', path, 'is it the right file?');
}
