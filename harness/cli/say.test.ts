import { expect, test, vi } from 'vitest';
import { say, sayJson, toJson } from './say.ts';

const hostile = 'a\u001b]0;pwn\u0007b\u009bc';

function said(line: () => void): string {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  line();
  const text = write.mock.calls.map(([chunk]) => String(chunk)).join('');
  write.mockRestore();
  return text;
}

test('no name can reach the terminal’s controls, in text or in JSON', () => {
  for (const text of [said(() => say(hostile)), said(() => sayJson({ name: hostile }))])
    expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
});

test('JSON keeps every character, and has the version of its form', () => {
  expect(JSON.parse(toJson({ name: `${hostile}\u007f é` }))).toEqual({ name: `${hostile}\u007f é` });
  expect(JSON.parse(said(() => sayJson({ name: 'x' })))).toEqual({ tickmark: 1, name: 'x' });
});
