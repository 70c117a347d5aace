import type { Fail } from '../fail.ts';
import { type CsvRow, cellsOf, csvRows } from './csv.ts';
import { expectCommas, isLabelColumn } from './header.ts';
import { textOf } from './text.ts';

/** The numbers of a CSV, row by row. */
export interface Table {
  readonly columns: number;
  /** Rows of numbers [columns]; may be asked for once. Throws `fail(…)` for the first cell that is none. */
  readonly rows: Iterable<Float64Array>;
}

/**
 * Reads a CSV of numbers: a row an input, or a step in time. A first row with anything but numbers is a header; `columns` of it are
 * taken, in the order given, else all but those that hold labels (`class`, `value`, `value.0`, …, `file`).
 */
export function readTable(bytes: Uint8Array, columns: readonly string[] | undefined, fail: Fail): Table {
  const rows = csvRows(textOf(bytes, fail), fail);
  const first: CsvRow | undefined = rows.next().value ?? undefined;
  if (!first) throw fail('is empty', 'write a row of numbers an input');
  const cells = cellsOf(first);
  expectNoNumbering(cells, fail);
  const names = cells.some(cell => cell !== '' && !isNumber(cell)) ? cells : undefined;
  const taken = chooseColumns(cells, names, columns, fail);
  const numbers = { taken, width: cells.length, names, fail };
  return { columns: taken.length, rows: numberRows(names ? undefined : first, rows, numbers) };
}

/** What pandas writes above columns without names would be an input. */
function expectNoNumbering(cells: readonly string[], fail: Fail): void {
  if (cells.length < 2 || cells.some((cell, column) => cell !== String(column))) return;
  const what = `its first row is 0 to ${cells.length - 1}, the header that pandas writes`;
  throw fail(what, 'write names there, or save it with header=False');
}

interface Choice {
  /** Indexes of columns. */
  readonly taken: readonly number[];
  readonly width: number;
  readonly names: readonly string[] | undefined;
  readonly fail: Fail;
}

function chooseColumns(
  cells: readonly string[],
  names: readonly string[] | undefined,
  columns: readonly string[] | undefined,
  fail: Fail,
): readonly number[] {
  if (columns) {
    if (!names) throw fail('has no header, and columns are chosen by name', 'write a header', ['columns']);
    return columns.map((column, index) => {
      const found = names.indexOf(column);
      if (found >= 0) return found;
      throw fail(`has no column "${column}"`, `name some of ${listed(names)}`, ['columns', index]);
    });
  }
  expectCommas(cells, fail);
  const taken = [...cells.keys()].filter(index => !isLabelColumn(names?.[index] ?? ''));
  if (taken.length === 0) throw fail(`has no column of inputs: its header is ${listed(names ?? [])}`, 'add them');
  return taken;
}

function* numberRows(first: CsvRow | undefined, rest: Iterable<CsvRow>, choice: Choice): Generator<Float64Array> {
  if (first) yield numbersOf(first, choice);
  for (const row of rest) yield numbersOf(row, choice);
}

function numbersOf({ line, starts, cell: cellAt }: CsvRow, { taken, width, names, fail }: Choice): Float64Array {
  if (starts.length !== width) {
    const fix = 'give every row as many cells (a number with a decimal comma is two)';
    throw fail(`line ${line} has ${starts.length} cells, and the first row has ${width}`, fix);
  }
  const numbers = new Float64Array(taken.length);
  for (const [at, column] of taken.entries()) {
    const cell = cellAt(column);
    const number = Number(cell);
    if (!isDecimal(cell) || !Number.isFinite(number)) {
      const where = `line ${line}, column ${names?.[column] ?? column + 1}`;
      throw fail(cell === '' ? `${where} is empty` : `${where} is ${shown(cell)}, no number`, fixFor(cell));
    }
    numbers[at] = number;
  }
  return numbers;
}

/** What no name of a column is. */
function isNumber(cell: string): boolean {
  return isDecimal(cell) || /^[-+]?(nan|inf|infinity)$/i.test(cell);
}

/** As people write numbers; JavaScript's hexadecimal, octal and binary ones are a slip. */
function isDecimal(cell: string): boolean {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(cell);
}

function fixFor(cell: string): string {
  return /^-?\d+,\d+$/.test(cell) ? `write ${cell.replace(',', '.')} with a point` : 'write a finite number';
}

function shown(cell: string): string {
  return JSON.stringify(cell.length > 20 ? `${cell.slice(0, 20)}…` : cell);
}

function listed(names: readonly string[]): string {
  const more = names.length > 10 ? `, … (${names.length} in all)` : '';
  return names.slice(0, 10).join(', ') + more;
}
