/** A row and the line it begins at, from 1. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The rows of a CSV text (RFC 4180: quotes doubled inside quotes, CRLF or LF), cells trimmed outside quotes, blank lines left out. */
export function parseCsv(text: string): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  let line = 1;
  let cells: string[] = [];
  let rowLine = line;
  // a cell in quotes or without, and what ends it: a comma, a line end or the end of the text
  for (const match of text.matchAll(/(?:[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*|([^,\r\n]*))(,|\r?\n|\r|$)/g)) {
    const [whole, quoted, plain = '', end] = match;
    if (cells.length === 0) rowLine = line;
    line += whole.split('\n').length - 1;
    cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (cells.length > 1 || cells[0] !== '') rows.push({ line: rowLine, cells });
    cells = [];
  }
  return rows;
}
