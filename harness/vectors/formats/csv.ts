import type { Fail } from '../fail.ts';

/** A row of a CSV, its cells cut out of the text when they are asked for. */
export interface CsvRow {
  /** That it begins at, from 1. */
  readonly line: number;
  /** The offset in the text of each cell, blanks before it included [cells]. */
  readonly starts: readonly number[];
  /** Without its quotes, or the blanks around it; empty where the row has no such cell. */
  readonly cell: (index: number) => string;
}

/**
 * The rows of a CSV text (RFC 4180: quotes doubled inside quotes, CRLF, LF or CR), blank lines left out. A quote that is not closed before
 * a comma or a line end is text. Throws `fail(…)` for a row of more cells than any input has.
 */
export function* csvRows(text: string, fail: Fail): Generator<CsvRow> {
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const first = at;
    const starts = [at];
    let end = cellEnd(text, at);
    for (; text[end] === ','; end = cellEnd(text, end + 1)) {
      if (starts.length === cellsLimit)
        throw fail(`line ${line} has more than ${cellsLimit} cells`, 'end each row by a line end');
      starts.push(end + 1);
    }
    const row = { line, starts, cell: cellCutter(text, starts, end) };
    if (starts.length > 1 || row.cell(0) !== '') yield row;
    at = end + (text.startsWith('\r\n', end) ? 2 : 1);
    line += newlines(text, first, at);
  }
}

/** All cells of a row. */
export function cellsOf({ starts, cell }: CsvRow): readonly string[] {
  return starts.map((_, index) => cell(index));
}

const cellsLimit = 2 ** 20;

function cellCutter(text: string, starts: readonly number[], rowEnd: number): CsvRow['cell'] {
  return index => {
    const start = starts[index];
    if (start === undefined) return '';
    const end = (starts[index + 1] ?? rowEnd + 1) - 1;
    const cell = text.slice(start, end).trim();
    return quotedEnd(text, start) === end ? cell.slice(1, -1).replaceAll('""', '"') : cell;
  };
}

/** Where the cell that starts at an offset ends: at a comma, a line end or the end of the text. */
function cellEnd(text: string, start: number): number {
  const quoted = quotedEnd(text, start);
  if (quoted !== undefined) return quoted;
  let end = start;
  while (end < text.length && !isEnd(text, end)) end++;
  return end;
}

/** Where a cell in quotes ends, blanks behind it included; undefined for a cell that is none. */
function quotedEnd(text: string, start: number): number | undefined {
  const opening = skipBlanks(text, start);
  if (text[opening] !== '"') return undefined;
  let closing = text.indexOf('"', opening + 1);
  while (closing >= 0 && text[closing + 1] === '"') closing = text.indexOf('"', closing + 2);
  if (closing < 0) return undefined;
  const end = skipBlanks(text, closing + 1);
  return isEnd(text, end) ? end : undefined;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

function isEnd(text: string, at: number): boolean {
  const character = text[at];
  return character === ',' || character === '\n' || character === '\r' || character === undefined;
}

function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
