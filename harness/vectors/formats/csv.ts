/** A row: the line it begins at, from 1, and its cells with their offsets in the text. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
  /** Where each cell starts, blanks before it included. */
  readonly starts: readonly number[];
}

/** The rows of a CSV text (RFC 4180: quotes doubled inside quotes, CRLF or LF), cells trimmed outside quotes, blank lines left out. */
export function* csvRows(text: string): Generator<CsvRow> {
  let line = 1;
  let row = emptyRow(line);
  // a cell in quotes or without, and what ends it: a comma, a line end or the end of the text
  for (const match of text.matchAll(/(?:[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*|([^,\r\n]*))(,|\r?\n|\r|$)/g)) {
    const [, quoted, plain = '', end] = match;
    row.cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    row.starts.push(match.index);
    if (quoted?.includes('\n')) line += quoted.split('\n').length - 1;
    if (end === ',') continue;
    if (end?.endsWith('\n')) line += 1;
    if (row.cells.length > 1 || row.cells[0] !== '') yield row;
    row = emptyRow(line);
  }
}

function emptyRow(line: number): { line: number; cells: string[]; starts: number[] } {
  return { line, cells: [], starts: [] };
}
