import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../../errors.ts';
import type { MeterFacts, Reading } from '../../recording/trace.ts';
import { parseFormat } from '../../suite/formats.ts';
import { type Columns, columnsOf, type Habit } from './columns.ts';
import { type CsvHead, csvHead } from './csv-head.ts';
import { type CsvLayout, type CsvScanner, clockSeconds, csvScanner, roles, type Stop } from './csv-scan.ts';
import { expectRate, stepOf, type TimeStep } from './csv-step.ts';
import { isNumber } from './exact-number.ts';
import { encodingOf, firstBytes, type LineBlock, lineBlocks, longestLine, textSource } from './file-bytes.ts';
import { factsOf, mostRateHz, type PowerFile, type PowerFileOptions } from './power-file.ts';

/** A program that exports CSV, and what its columns mean where their names do not say it. */
export interface CsvKind {
  readonly format: string;
  readonly meter: Omit<MeterFacts, 'lines'>;
  readonly habit?: Habit;
  /** Names of the columns where it writes none. */
  readonly names?: readonly string[];
  /** A current beyond this in mA, either way, is none that this meter can have measured. */
  readonly mostMa: number;
}

/** Reads a CSV of measurements. Closes `handle` when disposed. Throws InputError for a table that it cannot make sense of. */
export async function openCsv(
  { path, handle }: { readonly path: string; readonly handle: FileHandle },
  kind: CsvKind,
  options: PowerFileOptions,
): Promise<PowerFile> {
  const { columns: declared = {} } = options;
  const bytes = await firstBytes(handle, longestLine);
  const encoding = encodingOf(bytes);
  const head = csvHead(wholeLines(bytes, encoding), declared);
  if (!head)
    throw new InputError('has no lines of numbers', path, 'is it the right file? name its format with --format');
  const names = head.names.length > 0 ? head.names : (kind.names ?? []);
  const columns = columnsOf({ names: columnNames(names, head), path }, declared, kind.habit);
  const step = options.rateHz === undefined && declared.rate === undefined ? timeStep(head, columns, path) : undefined;
  const rateHz = checkedRate(options.rateHz ?? step?.rateHz ?? declaredRate(declared.rate ?? '', path), path);
  const supplyMv = meanVoltage(head, columns);
  const lines = columns.lines?.kind === 'row' ? eightLines : (columns.lines?.names ?? []);
  const { size } = await handle.stat();
  const progress = { bytes: 0 };

  return {
    facts: factsOf(
      { path, format: kind.format },
      {
        quantity: columns.value.quantity === 'current' ? 'current' : 'energy',
        rateHz,
        meter: { ...kind.meter, lines },
        ...(supplyMv !== undefined && { supplyMv }),
      },
      options,
    ),
    firstS: firstTime(head, columns),
    readings: readingsOf(
      {
        source: textSource(handle, encoding),
        path,
        headerLines: head.headerLines,
        progress,
        ...(step &&
          columns.time && { times: { ...columns.time, step, first: timesIn(head, columns.time.index)[0] ?? 0 } }),
      },
      csvScanner(layoutOf(head, columns, { step, rateHz, mostMa: kind.mostMa }), head.headerLines + 1),
      supplyMv,
    ),
    progress: () => (size > 0 ? Math.min(1, progress.bytes / size) : 1),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

const eightLines = ['D0', 'D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7'];

/** The text without a last line that the buffer has cut. */
function wholeLines(bytes: Uint8Array, { name, skip }: { name: string; skip: number }): string {
  const text = decoded(bytes.subarray(skip), name);
  return bytes.length < longestLine ? text : text.slice(0, text.lastIndexOf('\n') + 1);
}

/** A header of Windows has its µ in one byte. */
function decoded(bytes: Uint8Array, encoding: string): string {
  const text = new TextDecoder(encoding).decode(bytes);
  return text.includes('\ufffd') && encoding === 'utf-8' ? Buffer.from(bytes).toString('latin1') : text;
}

function columnNames(names: readonly string[], { columns }: CsvHead): readonly string[] {
  return Array.from({ length: columns }, (_, index) => names[index] ?? '');
}

function timeStep(head: CsvHead, { time }: Columns, path: string): TimeStep {
  if (!time) throw new InputError('has no column of times', path, 'write the rate with --rate, such as --rate 100kHz');
  const texts = head.rows.map(row => row[time.index] ?? '');
  return stepOf(timesIn(head, time.index), texts, time.perS, path);
}

function timesIn({ rows }: CsvHead, index: number): number[] {
  const cells = rows.map(row => row[index] ?? '');
  return cells.map(cell => clockSeconds(cell) ?? (isNumber(cell) ? Number(cell) : Number.NaN)).filter(Number.isFinite);
}

/** What the first sample's time is called; a time of day is not what windows are told in. */
function firstTime({ rows }: CsvHead, { time }: Columns): number {
  const text = time && rows[0]?.[time.index];
  return time && isNumber(text ?? '') ? Number(text) / time.perS : 0;
}

function declaredRate(text: string, path: string): number {
  const parsed = parseFormat('frequency-with-unit', text);
  if (parsed.fault !== undefined) throw new InputError(parsed.fault, `${path}, its rate`, 'write it as "100 kHz"');
  return parsed.value;
}

function checkedRate(rateHz: number, path: string): number {
  if (rateHz > 0 && rateHz <= mostRateHz) return rateHz;
  throw new InputError(`has a rate of ${rateHz} Hz`, path, 'write the rate with --rate, such as --rate 100kHz');
}

function meanVoltage({ rows }: CsvHead, { voltage }: Columns): number | undefined {
  if (!voltage) return undefined;
  const cells = rows.map(row => row[voltage.index] ?? '').filter(isNumber);
  const volts = cells.map(Number).filter(value => value > 0 && Number.isFinite(value));
  if (volts.length === 0) return undefined;
  const mean = volts.reduce((sum, value) => sum + value, 0) / volts.length;
  return Number((mean * 10 ** voltage.mvExponent).toPrecision(6));
}

function layoutOf(
  head: CsvHead,
  { time, value, voltage, lines }: Columns,
  { step, rateHz, mostMa }: { readonly step: TimeStep | undefined; readonly rateHz: number; readonly mostMa: number },
): CsvLayout {
  const columns = new Uint8Array(head.columns);
  const bits = new Uint8Array(head.columns);
  if (time && step) columns[time.index] = roles.time;
  if (voltage) columns[voltage.index] = roles.supply;
  if (lines?.kind === 'row') columns[lines.index] = lines.isD0Last ? roles.levelsReversed : roles.levels;
  if (lines?.kind === 'each') {
    for (const [bit, index] of lines.indices.entries()) {
      columns[index] = roles.level;
      bits[index] = bit;
    }
  }
  columns[value.index] = roles.value;
  const isPower = value.quantity === 'power';
  return {
    delimiter: head.delimiter.charCodeAt(0),
    decimal: head.decimal.charCodeAt(0),
    columns: columns.subarray(0, columns.findLastIndex(role => role !== roles.skip) + 1),
    bits,
    exponent: value.exponent,
    factor: isPower ? 1 / rateHz : 1, // µW over one sample are so many µJ
    most: value.quantity === 'current' ? mostMa : mostUj,
    ...(step && { step }),
  };
}

/** A kJ in a sample. */
const mostUj = 1e9;

interface Lines {
  readonly source: ReturnType<typeof textSource>;
  readonly path: string;
  readonly headerLines: number;
  readonly progress: { bytes: number };
  /** Absent where they are not looked at. */
  readonly times?: { readonly step: TimeStep; readonly first: number; readonly perS: number };
}

async function* readingsOf(lines: Lines, scanner: CsvScanner, supplyMv: number | undefined): AsyncGenerator<Reading> {
  const { source, path, headerLines, progress, times } = lines;
  const blocks = lineBlocks(source, path);
  const bad = gathered();
  const seen = { samples: 0, lost: 0 };
  let skip = headerLines;
  try {
    let block = await blocks.next();
    for (; !block.done; block = await blocks.next()) {
      const { bytes, from, end } = block.value;
      scanner.at = from;
      for (; skip > 0 && scanner.at < end; skip--) scanner.at = bytes.indexOf(10, scanner.at) + 1;
      for (const reading of scanned(scanner, block.value, path)) {
        yield* bad.take(reading);
        seen[reading.kind === 'samples' ? 'samples' : 'lost'] += lengthOf(reading);
        if (reading.kind !== 'impossible') yield reading;
      }
      progress.bytes += end - from;
    }
    yield* bad.take();
    yield* endNotes(block.value, scanner, supplyMv);
  } finally {
    await blocks.return(new Uint8Array(0));
  }
  const { samples, lost } = seen;
  if (samples === 0) throw new InputError('has no samples', path, 'is it the right file?');
  if (times) expectRate(times.step, { ...times, samples: samples + lost, elapsed: scanner.time - times.first }, path);
}

type Scanned = Extract<Reading, { kind: 'samples' | 'gap' | 'impossible' }>;

function lengthOf(reading: Scanned): number {
  return reading.kind === 'samples' ? reading.values.length : reading.samples;
}

/** What is in a block of lines. */
function* scanned(scanner: CsvScanner, { bytes, end }: LineBlock, path: string): Generator<Scanned> {
  for (let stop: Stop = { kind: 'full' }; stop.kind !== 'end'; ) {
    stop = scanner.scan(bytes, end);
    const { count, values, levels } = scanner;
    scanner.count = 0;
    if (count > 0) yield { kind: 'samples', values: values.subarray(0, count), levels: levels.subarray(0, count) };
    if (stop.kind === 'impossible') yield { ...stop, samples: 1 };
    if (stop.kind === 'gap') yield stop;
    if (stop.kind === 'fault') throw faultOf(stop, path);
  }
}

/** Samples that are none, one after the other, as one reading: gives it once another follows, or what is none for another reason. */
function gathered() {
  let bad: Extract<Reading, { kind: 'impossible' }> | undefined;
  return {
    *take(next?: Scanned): Generator<Reading> {
      const isMore = next?.kind === 'impossible' && next.what === bad?.what;
      if (bad && !isMore) yield bad;
      if (next?.kind !== 'impossible') bad = undefined;
      else bad = { ...next, samples: next.samples + (isMore ? (bad?.samples ?? 0) : 0) };
    },
  };
}

function* endNotes(rest: Uint8Array, { supply }: CsvScanner, supplyMv: number | undefined): Generator<Reading> {
  if (rest.length > 0) yield { kind: 'note', text: 'its last line has no end, and may be cut in a number: left out' };
  const [least, most] = [supply.least, supply.most];
  if (supplyMv === undefined || supply.count === 0) return;
  const mean = supply.sum / supply.count;
  if (least < 0.95 * mean || most > 1.05 * mean) {
    yield { kind: 'note', text: `its voltages are from ${least} to ${most}: energy is by their mean at its beginning` };
  }
}

function faultOf({ line, what, about }: Stop & { kind: 'fault' }, path: string): InputError {
  const fix = {
    time: 'export the measurements again; or write the rate with --rate, and the times are not looked at',
    cell: 'correct or remove the line; or say what the columns are, with --column or --columns',
  };
  return new InputError(what, `${path}:${line}`, fix[about]);
}
