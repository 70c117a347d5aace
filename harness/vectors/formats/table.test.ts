import { expect, test } from 'vitest';
import type { Fail } from '../fail.ts';
import { readTable } from './table.ts';

const fail: Fail = (what, fix, at = []) => new Error(`${[...at, what].join(' ')}: ${fix}`);
const read = (text: string, columns?: readonly string[]) =>
  [...readTable(Buffer.from(text), columns, fail).rows].map(row => [...row]);

test.each<[string, string, readonly (readonly number[])[]]>([
  [
    'without a header',
    '1,2\n3,-4.5e2\n',
    [
      [1, 2],
      [3, -450],
    ],
  ],
  [
    'with a header',
    'a,b\r\n1,.5\r\n+3,4\r\n',
    [
      [1, 0.5],
      [3, 4],
    ],
  ],
  ['with quotes, blanks, empty lines and a byte order mark', '\ufeff"a, or b" , c\n\n"1", 2 \n', [[1, 2]]],
  ['with labels and names of files', 'file,x,value,class,value.1,y\na.wav,1,9,up,9,2\n', [[1, 2]]],
  ['of one column', '1\n2\n', [[1], [2]]],
])('a table %s is read', (_, text, rows) => {
  expect(read(text)).toEqual(rows);
});

test('columns are taken by name, in the order asked for', () => {
  expect(read('x,y,z\n1,2,3\n4,5,6\n', ['z', 'x'])).toEqual([
    [3, 1],
    [6, 4],
  ]);
});

test.each<[string, string, readonly string[] | undefined, RegExp]>([
  ['nothing', '', undefined, /is empty/],
  ['a cell that is no number', 'x,y\n1,2\n3,n/a\n', undefined, /line 3, column y is "n\/a", no number: write a finite/],
  ['an empty cell', '1,2\n,4\n', undefined, /line 2, column 1 is empty/],
  ['NaN', '1,2\n3,nan\n', undefined, /line 2, column 2 is "nan", no number/],
  ['infinity', '1,2\n3,1e999\n', undefined, /column 2 is "1e999", no number/],
  ['a hexadecimal number', '1,2\n3,0x10\n', undefined, /column 2 is "0x10", no number/],
  [
    'a decimal comma in quotes',
    'x\n1\n"2,5"\n',
    undefined,
    /line 3, column x is "2,5", no number: write 2\.5 with a point/,
  ],
  [
    'a decimal comma without',
    '1,2\n3,4,5\n',
    undefined,
    /line 2 has 3 cells, and the first row has 2: .* decimal comma/,
  ],
  ['semicolons', 'x;y\n1;2\n', undefined, /separates its cells by semicolons or tabs/],
  ['semicolons without a header', '1;2\n3;4\n', undefined, /separates its cells by semicolons or tabs/],
  ['a missing cell', 'x,y\n1\n', undefined, /line 2 has 1 cells, and the first row has 2/],
  [
    'a header of column numbers',
    '0,1,2\n5,6,7\n',
    undefined,
    /its first row is 0 to 2, the header that pandas writes: write names there, or save it with header=False/,
  ],
  ['labels only', 'file,class\na,1\n', undefined, /has no column of inputs: its header is file, class/],
  ['an unknown column', 'x,y\n1,2\n', ['x', 'Y'], /columns 1 has no column "Y": name some of x, y/],
  ['columns without a header', '1,2\n', ['x'], /columns has no header/],
  ['a text of another encoding', 'x\n\ud800', undefined, /no number/],
])('%s is refused where it is', (_, text, columns, message) => {
  expect(() => read(text, columns)).toThrow(message);
});

test('bytes that are no UTF-8 are refused', () => {
  expect(() => readTable(Uint8Array.from([0x61, 0xff, 0x0a]), undefined, fail)).toThrow(/is not UTF-8 text/);
});
