import { expect, test } from 'vitest';
import { refusalText } from './ser2net.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

test.each([
  ['Port already in use\r\n', /the port is in use/],
  ["Port's device already in use\r\n", /the device of the port is in use/],
  ['Device open failure: Value or file not found\r\n', /could not open .*: Value or file not found/],
])('%j is no output of a board, in pieces of any length', (text, says) => {
  for (const length of [1, 7, 100]) {
    const held = refusalText();
    for (let at = 0; at < text.length; at += length)
      expect(held.pass(bytes(text.slice(at, at + length)))).toHaveLength(0);
    expect(held.refusal('board')?.message).toMatch(says);
  }
});

test.each(['P', 'Port', 'Port open\n', 'Port already in use\nand more of a log', 'x', '\0\x01'])(
  'what a board says is passed on whole, also when it begins like a refusal: %j',
  text => {
    const held = refusalText();
    const passed = Array.from(text, character => Buffer.from(held.pass(bytes(character))).toString('latin1')).join('');
    expect(passed + Buffer.from(held.release()).toString('latin1')).toBe(text);
    expect(Buffer.from(held.pass(bytes('Port'))).toString()).toBe('Port');
  },
);

test('half of a refusal is none', () => {
  const held = refusalText();
  held.pass(bytes('Port al'));
  expect(held.refusal('board')).toBeUndefined();
});
