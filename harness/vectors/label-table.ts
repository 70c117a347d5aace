import type { InputError } from '../errors.ts';
import { readNamed } from '../files.ts';
import { type Fault, faultsError, type Place } from '../suite/fault.ts';
import type { Fail } from './fail.ts';
import { type CsvRow, cellsOf, csvRows } from './formats/csv.ts';
import { expectCommas, isLabelColumn } from './formats/header.ts';
import { textOf } from './formats/text.ts';
import { limitsBytes } from './kinds.ts';

/** A labels file: a CSV with a header. It may be that of the inputs, so only the columns of labels are kept. */
export interface LabelTable {
  readonly file: string;
  readonly text: string;
  readonly header: readonly string[];
  /** One an input. */
  readonly rows: number;
  readonly columns: ReadonlyMap<string, readonly Written[]>;
}

interface Written {
  readonly text: string;
  /** Its offset in the file's text. */
  readonly start: number;
}

/** A cell of a table, and where it is. */
export interface LabelCell {
  /** Empty where the row has no such cell. */
  readonly text: string;
  fault(what: string): Fault;
}

/** Reads a labels file. Throws InputError for what is no text, empty or too long, and with every row of more cells than the header. */
export function readLabelTable(file: string): LabelTable {
  const failWhole: Fail = (what, fix) =>
    faultsError([{ place: { file, text: '' }, what: `${what}: ${fix}` }], process.cwd());
  const text = textOf(readNamed(file, limitsBytes.csv), failWhole);
  const rows = csvRows(text, failWhole);
  const first: CsvRow | undefined = rows.next().value ?? undefined;
  if (!first) throw failWhole('is empty', 'write a header, and a line an input below it');
  const header = cellsOf(first);
  const table = { file, text, header };
  expectCommas(header, (what, fix) => headerError(table, `${what}: ${fix}`));
  return { ...table, ...readRows(rows, table, failWhole) };
}

/** The cells of a column of labels, one a row, or undefined where no column of the header has that name. */
export function columnOf(table: LabelTable, name: string): readonly LabelCell[] | undefined {
  return table.columns.get(name)?.map(({ text, start }) => ({
    text,
    fault: what => ({ place: placeOf(table, start, text), what }),
  }));
}

/** The error for a header that lacks a column. */
export function headerError(table: Pick<LabelTable, 'file' | 'text' | 'header'>, what: string): InputError {
  const header = table.header.join(',');
  const place = placeOf(table, table.text.search(/\S|$/), header);
  return faultsError([{ place, what }], process.cwd());
}

/**
 * What each cell says, read by `read`, which gives back the fault of one that it cannot read. Throws one InputError with all faults, or as
 * many of them as anybody looks at.
 */
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
    if (faults.length === faultsLimit) break;
  }
  if (faults.length > 0) throw faultsError(faults, process.cwd());
  return meanings;
}

const faultsLimit = 1000;
const rowsLimit = 1_000_000;
const cellsLimit = 2 ** 24;

function readRows(
  rows: Iterable<CsvRow>,
  table: Pick<LabelTable, 'file' | 'text' | 'header'>,
  fail: Fail,
): Pick<LabelTable, 'rows' | 'columns'> {
  const { header } = table;
  const kept = [...header.entries()].filter(([column, name]) => isLabelColumn(name) && header.indexOf(name) === column);
  const columns = new Map(kept.map(([, name]) => [name, [] as Written[]]));
  const faults: Fault[] = [];
  let count = 0;
  for (const row of rows) {
    if (++count > rowsLimit) throw fail(`has more than ${rowsLimit} lines`, 'give fewer inputs');
    if (count * kept.length > cellsLimit) throw fail(`has more than ${cellsLimit} labels`, 'give fewer inputs');
    if (row.starts.length > header.length) faults.push(tooWide(row, table));
    if (faults.length === faultsLimit) break;
    for (const [column, name] of kept) {
      columns.get(name)?.push({ text: row.cell(column), start: row.starts[column] ?? row.starts[0] ?? 0 });
    }
  }
  if (faults.length > 0) throw faultsError(faults, process.cwd());
  return { rows: count, columns };
}

function tooWide({ starts, cell }: CsvRow, table: Pick<LabelTable, 'file' | 'text' | 'header'>): Fault {
  const { length } = table.header;
  const place = placeOf(table, starts[length] ?? 0, cell(length));
  return {
    place,
    what: `has ${starts.length} cells, and the header ${length}: a number with a decimal comma is two`,
  };
}

/** Blanks before a cell are not what is wrong with it. */
function placeOf({ file, text }: Pick<LabelTable, 'file' | 'text'>, from: number, cell: string): Place {
  const start = from + text.slice(from, from + 100).search(/[^ \t]|$/);
  return { file, text, at: { start, end: start + Math.max(1, cell.length) } };
}

function isFault(meaning: unknown): meaning is Fault {
  return typeof meaning === 'object' && meaning !== null && 'place' in meaning;
}
