import { expect, test } from 'vitest';
import { escaped, subnegotiation, type TelnetItem, telnetParser } from './telnet.ts';

const all = Uint8Array.from({ length: 512 }, (_, at) => at & 0xff);

function itemsOf(...pieces: readonly Uint8Array[]): TelnetItem[] {
  const parse = telnetParser();
  return pieces.flatMap(piece => [...parse(piece)]);
}

function dataOf(items: readonly TelnetItem[]): number[] {
  return items.flatMap(item => (item.kind === 'data' ? [...item.bytes] : []));
}

test('every byte passes through, in pieces of any length', () => {
  const sent = escaped(all);
  for (const length of [1, 2, 3, 255, 256, 1024]) {
    const pieces = Array.from({ length: Math.ceil(sent.length / length) }, (_, at) =>
      sent.subarray(at * length, (at + 1) * length),
    );
    expect(dataOf(itemsOf(...pieces))).toEqual([...all]);
  }
});

test('options and subnegotiations come in their order, with doubled bytes in them made one', () => {
  const sub = subnegotiation(44, Uint8Array.of(101, 255, 240, 0));
  const bytes = Uint8Array.of(1, 255, 253, 44, 2, ...sub, 3);
  const expected = [
    { kind: 'data', bytes: Uint8Array.of(1) },
    { kind: 'option', verb: 253, option: 44 },
    { kind: 'data', bytes: Uint8Array.of(2) },
    { kind: 'subnegotiation', option: 44, payload: Uint8Array.of(101, 255, 240, 0) },
    { kind: 'data', bytes: Uint8Array.of(3) },
  ];
  expect(itemsOf(bytes)).toEqual(expected);
  expect(itemsOf(...[...bytes].map(byte => Uint8Array.of(byte)))).toEqual(expected);
});

test('commands without a meaning here are passed over, and a subnegotiation that never ends is not kept', () => {
  expect(dataOf(itemsOf(Uint8Array.of(255, 241, 7)))).toEqual([7]);
  const endless = new Uint8Array(5000).fill(65);
  const items = itemsOf(Uint8Array.of(255, 250, 44), endless, Uint8Array.of(255, 240, 9));
  expect(items.every(({ kind }) => kind === 'data')).toBe(true);
  expect(dataOf(items).at(-1)).toBe(9);
});
