import { clockSeconds } from './csv-scan.ts';
import { isNumber } from './exact-number.ts';

/** What the beginning of a CSV tells of all of it. */
export interface CsvHead {
  readonly delimiter: string;
  readonly decimal: '.' | ',';
  /** Empty where there is no line of them. */
  readonly names: readonly string[];
  readonly columns: number;
  /** Lines before the first sample. */
  readonly headerLines: number;
  /** The first samples' cells, with points for decimal commas. */
  readonly rows: readonly (readonly string[])[];
}

interface Given {
  readonly delimiter?: string;
  readonly decimal?: '.' | ',';
  readonly header?: number;
}

/** The most common one last: `0,5;1,2` has commas too. */
const delimiters = [';', '\t', '|', ',', ' '];
const mostHeaderLines = 1000;

/** Undefined where no line of numbers is found. `text` is the beginning of a file, its last line left out where it may be cut. */
export function csvHead(text: string, given: Given = {}): CsvHead | undefined {
  const lines = text.split('\n').map(line => line.replace(/\r$/, ''));
  const delimiter = given.delimiter ?? delimiterOf(lines.slice(given.header ?? 0));
  const decimal = given.decimal ?? decimalOf(lines.slice(given.header ?? 0), delimiter);
  const rowOf = (line: string) => cellsOf(line, delimiter, decimal);
  const isData = likeMost(lines.filter(isSample).slice(-50).toReversed().map(rowOf));
  const first = given.header ?? lines.findIndex(line => isSample(line) && isData(rowOf(line)));
  const line = lines[first];
  if (first < 0 || first > mostHeaderLines || line === undefined || line === '') return undefined;
  const rows = lines.slice(first).filter(isSample).map(rowOf);
  const columns = rows[0]?.length ?? 0;
  const header = lines
    .slice(0, first)
    .findLast(each => each !== '' && cellsOf(each, delimiter, '.').length === columns);
  const names = header === undefined ? [] : cellsOf(header.replace(/^#\s*/, ''), delimiter, '.');
  return { delimiter, decimal, names, columns, headerLines: first, rows };
}

function isSample(line: string): boolean {
  return line !== '' && !line.startsWith('#');
}

/** The one that gives the same number of cells, more than one, on the last lines: what is before them may be prose. */
function delimiterOf(lines: readonly string[]): string {
  const last = lines.filter(isSample).slice(-2);
  const found = delimiters.find(delimiter => {
    const counts = new Set(last.map(line => line.split(delimiter).length));
    return counts.size === 1 && !counts.has(1);
  });
  return found ?? ',';
}

function decimalOf(lines: readonly string[], delimiter: string): '.' | ',' {
  if (delimiter === ',') return '.';
  const cells = lines
    .filter(isSample)
    .slice(-20)
    .flatMap(line => line.split(delimiter));
  return cells.some(cell => /^\s*"?[-+]?\d*,\d+/.test(cell)) ? ',' : '.';
}

function cellsOf(line: string, delimiter: string, decimal: '.' | ','): readonly string[] {
  return line.split(delimiter).map(cell => {
    const bare = cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim();
    return decimal === ',' ? bare.replace(',', '.') : bare;
  });
}

/** Tells lines that are as most of the last ones are, whatever is in their columns of words: a lone 2024 in a line of prose is no sample. */
function likeMost(rows: readonly (readonly string[])[]): (cells: readonly string[]) => boolean {
  const shapes = rows.map(row => row.map(cell => (isFigure(cell) ? 'f' : '-')).join(''));
  const usual = mostFrequent(shapes) ?? '';
  return cells => {
    const isAlike = (cell: string, index: number) => usual[index] === '-' || isFigure(cell) || noFigure.test(cell);
    return usual.includes('f') && cells.length === usual.length && cells.every(isAlike) && cells.some(isFigure);
  };
}

function mostFrequent(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}

const noFigure = /^(?:|nan|[01X-]{8}|[X-])$/i;

function isFigure(cell: string): boolean {
  return isNumber(cell) || clockSeconds(cell) !== undefined;
}
