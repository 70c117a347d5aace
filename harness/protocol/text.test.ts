import { expect, test } from 'vitest';
import { fromCharacter, isText, shown } from './text.ts';

test.each([
  ['boot: süß\r\n', true],
  ['\u001b[32mI (31)\u001b[0m', true],
  ['a\0b', false],
])('%j is text: %s', (text, expected) => {
  expect(isText(Buffer.from(text))).toBe(expected);
});

test('text is shown as it is, the end of it and without its colours; other bytes in hex', () => {
  expect(shown(Buffer.from('\u001b[32mtemp=21°C\u001b[0m\n'))).toBe(String.raw`"temp=21°C\n"`);
  expect(shown(Buffer.alloc(200, 'c'))).toBe(`"${'c'.repeat(80)}"`);
  expect(shown(Uint8Array.of(0, 0xff))).toBe('00 ff');
  expect(shown(new Uint8Array())).toBe('nothing');
});

test('text that is cut through a character is text from the next one on', () => {
  const cut = Buffer.from('°C').subarray(1);
  expect(isText(cut)).toBe(false);
  expect(shown(fromCharacter(cut))).toBe('"C"');
  expect(fromCharacter(Buffer.alloc(9, 0x80))).toHaveLength(9);
});
