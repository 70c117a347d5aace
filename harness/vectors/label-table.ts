import type { InputError } from '../errors.ts';
import { readNamed } from '../files.ts';
import { type Fault, faultsError, type Place } from '../suite/fault.ts';
import { type CsvRow, csvRows } from './formats/csv.ts';

/** A labels file: a CSV with a header. */
export interface LabelTable {
  readonly file: string;
  readonly text: string;
  readonly header: CsvRow;
  /** One an input. */
  readonly rows: readonly CsvRow[];
}

/** A cell of a table, and where it is. */
export interface LabelCell {
  /** Empty where the row has no such cell. */
  readonly text: string;
  fault(what: string): Fault;
}

/** Reads a labels file. Throws InputError for what is no text, or empty. */
export function readLabelTable(file: string): LabelTable {
  const text = readText(file);
  const [header, ...rows] = [...csvRows(text)];
  if (!header)
    throw faultsError(
      [{ place: { file, text }, what: 'is empty: write a header, and a line an input below it' }],
      process.cwd(),
    );
  return { file, text, header, rows };
}

/** The cells of a column, one a row, or undefined where no column of the header has that name. */
export function columnOf(table: LabelTable, name: string): readonly LabelCell[] | undefined {
  const column = table.header.cells.indexOf(name);
  return column < 0 ? undefined : table.rows.map(row => cellOf(table, row, column));
}

/** The error for a header that lacks a column. */
export function headerError(table: LabelTable, what: string): InputError {
  const header = table.header.cells.join(',');
  const place = placeOf(table, table.header.starts[0] ?? 0, header);
  return faultsError([{ place, what }], process.cwd());
}

/** What each cell says, read by `read`, which gives back the fault of one that it cannot read. Throws one InputError with all faults. */
export function readCells<Meaning>(
  cells: readonly LabelCell[],
  read: (cell: LabelCell) => Meaning | Fault,
): readonly Meaning[] {
  const faults: Fault[] = [];
  const meanings: Meaning[] = [];
  for (const cell of cells) {
    const meaning = read(cell);
    if (isFault(meaning)) faults.push(meaning);
    else meanings.push(meaning);
  }
  if (faults.length > 0) throw faultsError(faults, process.cwd());
  return meanings;
}

const labelsLimitBytes = 64 << 20;

function readText(file: string): string {
  const bytes = readNamed(file, labelsLimitBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw faultsError([{ place: { file, text: '' }, what: 'is not UTF-8 text: save it as UTF-8' }], process.cwd());
  }
}

function cellOf(table: LabelTable, { cells, starts }: CsvRow, column: number): LabelCell {
  const text = cells[column] ?? '';
  return { text, fault: what => ({ place: placeOf(table, starts[column] ?? starts[0] ?? 0, text), what }) };
}

/** Blanks before a cell are not what is wrong with it. */
function placeOf({ file, text }: LabelTable, from: number, cell: string): Place {
  const start = from + text.slice(from, from + 100).search(/[^ \t]|$/);
  return { file, text, at: { start, end: start + Math.max(1, cell.length) } };
}

function isFault(meaning: unknown): meaning is Fault {
  return typeof meaning === 'object' && meaning !== null && 'place' in meaning;
}
