import { expect, test } from 'vitest';
import { lineSplitter } from './tool-output.ts';

function linesOf(...pieces: string[]): string[] {
  const lines: string[] = [];
  const splitter = lineSplitter(line => lines.push(line));
  for (const piece of pieces) splitter.push(piece);
  splitter.flush();
  return lines;
}

test('lines come whole, whatever pieces they arrive in; the last needs no end', () => {
  expect(linesOf('one', ' line\r\n\n', 'two\nthr', 'ee')).toEqual(['one line', 'two', 'three']);
});

test('what a carriage return was written over is gone, and so are colours', () => {
  expect(linesOf('  1 %\r 50 %\r100 %\r\n\x1b[31mred\x1b[0m\n')).toEqual(['100 %', 'red']);
});
