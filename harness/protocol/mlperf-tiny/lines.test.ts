import { expect, test } from 'vitest';
import { lineReader } from './lines.ts';

function read(...pieces: readonly (string | Uint8Array)[]) {
  const reader = lineReader();
  const lines = pieces.flatMap(piece => reader.read(typeof piece === 'string' ? Buffer.from(piece) : piece, 7));
  return { lines: lines.map(({ text, end }) => [text, end]), rest: reader.takePending(), reader };
}

test('lines end with both characters, or with the line feed alone', () => {
  expect(read('m-init-done\r\nm-re', 'ady\r', '\nSupplied\n')).toMatchObject({
    lines: [
      ['m-init-done', 'crlf'],
      ['m-ready', 'crlf'],
      ['Supplied', 'lf'],
    ],
    rest: '',
  });
});

test('a line whose line feed was lost ends with the next one', () => {
  expect(read('m-load-done\rm-ready\r').lines).toEqual([['m-load-done', 'cr']]);
});

test('empty lines are none', () => {
  expect(read('\r\n\n\r\r\nx\r\n').lines).toEqual([['x', 'crlf']]);
});

test('what has not ended is kept, and can be taken away', () => {
  expect(read('m-rea').rest).toBe('m-rea');
});

test('half a character becomes a mark, and the line goes on', () => {
  expect(read(Uint8Array.of(0x6d, 0xe2, 0x82, 0x0d, 0x0a)).lines).toEqual([['m\ufffd', 'crlf']]);
});

test('of a line that is too long its beginning is kept, and what follows it is heard', () => {
  const { lines, reader } = read('x'.repeat(5000), '\r\nm-ready\r\n');
  expect(lines).toEqual([
    ['x'.repeat(1024), 'cut'],
    ['m-ready', 'crlf'],
  ]);
  expect(reader.unendedBytes).toBe(0);
});
