import { expect, test } from 'vitest';
import { parseCsv } from './csv.ts';

test('cells, quotes, line ends and blank lines are those of RFC 4180', () => {
  expect(parseCsv('index,class\r\n0, 7 \n\n1,"a ""b"", c"\n2,"two\nlines"\n3,last')).toEqual([
    { line: 1, cells: ['index', 'class'] },
    { line: 2, cells: ['0', '7'] },
    { line: 4, cells: ['1', 'a "b", c'] },
    { line: 5, cells: ['2', 'two\nlines'] },
    { line: 7, cells: ['3', 'last'] },
  ]);
});

test('empty cells stay, an empty text has no row', () => {
  expect(parseCsv('a,,\n,b,')).toEqual([
    { line: 1, cells: ['a', '', ''] },
    { line: 2, cells: ['', 'b', ''] },
  ]);
  expect(parseCsv('')).toEqual([]);
});

test('a quote that is never closed is text', () => {
  expect(parseCsv('"open,1\n2')).toEqual([
    { line: 1, cells: ['"open', '1'] },
    { line: 2, cells: ['2'] },
  ]);
});
