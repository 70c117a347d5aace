import { stripVTControlCharacters } from 'node:util';

/** Whether bytes are what firmware prints, in colours too. No whole answer passes for text: its kind is a byte that UTF-8 has only inside a character. */
export function isText(bytes: Uint8Array): boolean {
  return !/[^\P{Cc}\t\r\n]|\ufffd/u.test(withoutColours(bytes));
}

/** Bytes as a person reads them best: text where they are some, else hex. */
export function shown(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'nothing';
  if (isText(bytes)) return JSON.stringify(withoutColours(bytes).slice(-shownCharacters));
  return [...bytes.subarray(-shownBytes)].map(byte => byte.toString(16).padStart(2, '0')).join(' ');
}

/** Without what is left of a character at the front, where bytes were cut off. */
export function fromCharacter(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex(byte => (byte & 0xc0) !== 0x80);
  return first <= longestRest ? bytes.subarray(Math.max(first, 0)) : bytes;
}

/** UTF-8: a character's bytes after its first. */
const longestRest = 3;
const shownCharacters = 80;
const shownBytes = 32;

function withoutColours(bytes: Uint8Array): string {
  return stripVTControlCharacters(new TextDecoder().decode(bytes));
}
