import { expect, test } from 'vitest';
import { cellsOf, csvRows } from './csv.ts';

const fail = (what: string) => new Error(what);
const rowsOf = (text: string) => [...csvRows(text, fail)].map(row => ({ line: row.line, cells: cellsOf(row) }));

test('cells, quotes, line ends and blank lines are those of RFC 4180', () => {
  expect(rowsOf('index,class\r\n0, 7 \n\n1,"a ""b"", c"\n2,"two\nlines"\n3,last')).toEqual([
    { line: 1, cells: ['index', 'class'] },
    { line: 2, cells: ['0', '7'] },
    { line: 4, cells: ['1', 'a "b", c'] },
    { line: 5, cells: ['2', 'two\nlines'] },
    { line: 7, cells: ['3', 'last'] },
  ]);
});

test('empty cells stay, an empty text has no row', () => {
  expect(rowsOf('a,,\n,b,')).toEqual([
    { line: 1, cells: ['a', '', ''] },
    { line: 2, cells: ['', 'b', ''] },
  ]);
  expect(rowsOf('')).toEqual([]);
});

test('a quote that is never closed is text', () => {
  expect(rowsOf('"open,1\n2')).toEqual([
    { line: 1, cells: ['"open', '1'] },
    { line: 2, cells: ['2'] },
  ]);
});

test('each cell knows where in the text it starts', () => {
  const text = 'a,"b",c\n\n1, 2,3\n';
  expect([...csvRows(text, fail)].map(({ starts }) => starts)).toEqual([
    [0, 2, 6],
    [9, 11, 14],
  ]);
});
