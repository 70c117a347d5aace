import { expect, test } from 'vitest';
import { keptBytes, lineReader, plainText } from './line.ts';

function linesOf(...pieces: readonly (string | Uint8Array)[]): string[] {
  const reader = lineReader();
  const lines = pieces.flatMap(piece => reader.push(Buffer.from(piece)));
  return [...lines, ...reader.end()].map(({ number, text }) => `${number} ${text}`);
}

test('a line ends with any of the three, and two of them end two', () => {
  expect(linesOf('a\nb\r\nc\rd\n\ne')).toEqual(['1 a', '2 b', '3 c', '4 d', '5 ', '6 e']);
});

test('an end of a line may be cut between two pieces', () => {
  expect(linesOf('a\r', '\nb\r', 'c\r', '', '\nd')).toEqual(['1 a', '2 b', '3 c', '4 d']);
});

test('a character may be cut between two pieces, and half of one is shown as such', () => {
  const micro = Buffer.from('5 µs\n');
  expect(linesOf(micro.subarray(0, 3), micro.subarray(3))).toEqual(['1 5 µs']);
  expect(linesOf(micro.subarray(0, 3), '\nx')).toEqual(['1 5 �', '2 x']);
});

test('ten megabytes without an end of a line are one line, of which the beginning is kept', () => {
  const reader = lineReader();
  for (let sent = 0; sent < 10 << 20; sent += 65_536) expect(reader.push(Buffer.alloc(65_536, 'x'))).toEqual([]);
  const [line] = reader.end();
  expect(line?.text).toHaveLength(keptBytes);
  expect(line?.bytes).toBe(10 << 20);
  expect(reader.push(Buffer.from('after\n')).map(({ text }) => text)).toEqual(['after']);
});

test('bytes that no text has are counted, colours are not', () => {
  const reader = lineReader();
  reader.push(Buffer.from('\u001b[31mred\u001b[0m\tµ\n'));
  expect(reader.seen.unprintable).toBe(0);
  reader.push(Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a]));
  expect(reader.seen).toEqual({ bytes: 21, lines: 2, unprintable: 4 });
});

test.each([
  ['\u001b[0;32mI (27) boot: hello\u001b[0m', 'hello'],
  ['\u001b]0;title\u0007x', 'x'],
  ['[00:00:01.234,000] <inf> net.tcp: hello', 'hello'],
  ['[00000123] <err> os: hello', 'hello'],
  ['E: hello', 'hello'],
  ['INFO - hello', 'hello'],
  ['[INFO] hello', 'hello'],
  ['[dut]: m-ready', 'm-ready'],
  ['2026-01-02 03:04:05.678 I (1) a: hello', 'hello'],
  ['12:34:56.789 -> hello', 'hello'],
  ['[TINYML INSIGHT] hello', '[TINYML INSIGHT] hello'],
  ['[RecordingMicroAllocator] hello', '[RecordingMicroAllocator] hello'],
  ['  12:34:56.789 -> indented stays', '  12:34:56.789 -> indented stays'],
])('%j is looked at as %j', (text, plain) => {
  expect(plainText(text)).toBe(plain);
});

test('escapes without end are looked at in linear time', () => {
  const started = performance.now();
  plainText('\u001b['.repeat(4000));
  plainText('\u001b]'.repeat(4000));
  plainText(`\u001b[${'0'.repeat(8000)}`);
  expect(performance.now() - started).toBeLessThan(500);
});
