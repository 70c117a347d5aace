import { describe, expect, test } from 'vitest';
import { randomsFrom } from '../fixtures/random.ts';
import { type Lpm01aFormat, type Lpm01aItem, lpm01aParser } from './lpm01a-lines.ts';

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

function itemsOf(
  bytes: Uint8Array,
  { piece = bytes.length, ...options }: { piece?: number; format?: Lpm01aFormat; isStarted?: boolean } = {},
): Lpm01aItem[] {
  const parse = lpm01aParser({ format: 'ascii_dec', ...options });
  const items: Lpm01aItem[] = [];
  for (let at = 0; at < bytes.length; at += piece) items.push(...parse(bytes.subarray(at, at + piece)));
  return items;
}

/** As they were said, however they were cut: values that came in one piece are one item. */
function merged(items: readonly Lpm01aItem[]): Lpm01aItem[] {
  const all: Lpm01aItem[] = [];
  for (const item of items) {
    const last = all.at(-1);
    if (item.kind === 'values' && last?.kind === 'values')
      all[all.length - 1] = { kind: 'values', values: [...last.values, ...item.values] };
    else all.push(item);
  }
  return all;
}

// UM2269 Rev 6, 4.4.1: 6409-07 is 640.9 µA
test('reads samples, events and timestamps of the decimal format', () => {
  const text = '6409-07\r\n1958-09\r\nTimeStamp: 003s 000ms, buff 07%\r\nevent 02 ris\r\n0023+01\r\n';
  expect(itemsOf(latin1(text))).toEqual([
    { kind: 'values', values: [640.9e-6, 1.958e-6] },
    { kind: 'time', ms: 3000, bufferPercent: 7 },
    { kind: 'event', number: 2 },
    { kind: 'values', values: [230] },
  ]);
});

test('reads answers behind prompts, and what follows an error', () => {
  const text =
    'PowerShield > PowerShield > ack freq 1k\r\nPowerShield > error pwr off\r\nError detail: nothing\r\nPowerShield > ';
  expect(itemsOf(latin1(text))).toEqual([
    { kind: 'ack', text: 'freq 1k' },
    { kind: 'error', text: 'pwr off' },
    { kind: 'detail', text: 'nothing' },
  ]);
});

test('reads a sample behind a prompt', () => {
  expect(itemsOf(latin1('PowerShield > 6409-07\r\n'))).toEqual([{ kind: 'values', values: [640.9e-6] }]);
});

test('takes no line of the summary for a sample', () => {
  const text = 'end\r\nsummary beg\r\n0012-09\r\n6409-07\r\nsummary end\r\nPowerShield > Acquisition completed\r\n';
  const kinds = itemsOf(latin1(text)).map(({ kind }) => kind);
  expect(kinds).toEqual(['end', 'summary', 'summary', 'summary', 'summary', 'completed']);
});

test('reads samples that share a line, and zeros between them', () => {
  expect(itemsOf(latin1('\x001958-096409-07\x00\r\n'))).toEqual([{ kind: 'values', values: [1.958e-6, 640.9e-6] }]);
});

test.each(['640-07', '09-07', '640909-07', '6409-0', '6409-0764', '64\x80-07', '-07', '6409-076'])(
  'takes no value from the damaged line %j',
  line => {
    const items = itemsOf(latin1(`1000-07\r\n${line}\r\n2000-07\r\n`));
    expect(items.map(({ kind }) => kind)).toEqual(['values', 'discarded', 'values']);
    expect(items[1]).toMatchObject({ isSample: true });
  },
);

test('keeps a line of no end within bounds', () => {
  const items = itemsOf(latin1('x'.repeat(5000)), { piece: 100 });
  expect(items.every(({ kind }) => kind === 'discarded')).toBe(true);
  expect(items.length).toBeGreaterThan(3);
});

test('keeps a prompt of no end in binary data within bounds', () => {
  const parse = lpm01aParser({ format: 'bin_hexa', isStarted: true });
  const piece = new Uint8Array(512).fill(0x51);
  let told = [...parse(latin1('PowerShield > '))].length;
  for (let times = 0; times < 20; times++) told += [...parse(piece)].length;
  expect(told).toBeGreaterThan(10);
});

test('of noise in either format nothing is thrown, nothing is kept for long, and a meter that follows is heard', () => {
  const random = randomsFrom(11);
  const tokens = [
    'PowerShield > ',
    '\xf0\xf3',
    '\xff\xff',
    '\r\n',
    'ack start\r\n',
    '\xf0\xf4\xff\xff',
    '6409-07',
    '\xf0\xf2',
  ];
  const noise = () =>
    Buffer.concat(
      Array.from({ length: 200 }, () =>
        random(3) === 0
          ? latin1(tokens[random(tokens.length)] ?? '')
          : Uint8Array.from({ length: random(20) }, () => random(256)),
      ),
    );
  for (let seed = 0; seed < 60; seed++)
    for (const format of ['ascii_dec', 'bin_hexa'] as const) {
      const parse = lpm01aParser({ format, isStarted: seed % 2 === 0 });
      const bytes = noise();
      for (let at = 0, size = 0; at < bytes.length; at += size) {
        size = 1 + random(50);
        for (const item of parse(bytes.subarray(at, at + size)))
          if (item.kind === 'values') expect(item.values.every(value => value >= 0 && value < Infinity)).toBe(true);
      }
      const after = [...parse(latin1(`${'\r\n'.repeat(800)}\xf0\xf4\xff\xff\r\nPowerShield > ack hrc\r\n`))];
      expect(after.at(-1)).toEqual({ kind: 'ack', text: 'hrc' });
    }
});

// UM2269 Rev 6, 4.4.2: 52A0 is 640.9 µA (672 × 16^-5), 3145 is 79.35 mA
const hex = (digits: string): Uint8Array => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const binary = Buffer.concat([
  latin1('PowerShield > ack start\r\n'),
  hex('F0F3 00000000 00 FFFF  52A0 3145  F0F2'),
  latin1('event 00 ris\r\n'),
  hex('FFFF  506F 5FF0  F0F3 80001234 09 FFFF'),
  latin1('PowerShield > ack pwr off\r\n'),
  hex('F0F9 01 FFFF  F0F1'),
  latin1('voltage drop\r\n'),
  hex('FFFF  0001  F0F4 FFFF'),
  latin1('PowerShield > Acquisition completed\r\n'),
]);
const binaryItems: Lpm01aItem[] = [
  { kind: 'ack', text: 'start' },
  { kind: 'time', ms: 0, bufferPercent: 0 },
  { kind: 'values', values: [672 / 16 ** 5, 325 / 16 ** 3] },
  { kind: 'event', number: 0 },
  { kind: 'values', values: [0x06f / 16 ** 5, 0xff0 / 16 ** 5] },
  { kind: 'time', ms: 0x1234, bufferPercent: 9 },
  { kind: 'ack', text: 'pwr off' },
  { kind: 'supply', isOn: true },
  { kind: 'error', text: 'voltage drop' },
  { kind: 'values', values: [1] },
  { kind: 'end' },
  { kind: 'completed' },
];

test.each([binary.length, 1, 2, 3, 7])('reads binary data in pieces of %i', piece => {
  expect(merged(itemsOf(binary, { format: 'bin_hexa', piece }))).toEqual(binaryItems);
});

test('reads a file that begins within binary data', () => {
  const bytes = binary.subarray(latin1('PowerShield > ack start\r\n').length);
  expect(merged(itemsOf(bytes, { format: 'bin_hexa', isStarted: true }))).toEqual(binaryItems.slice(1));
});

describe('a byte that is lost from binary data', () => {
  const begin = binary.indexOf(0xa0);

  test('is told at the next metadata, which is read', () => {
    const lossy = Buffer.concat([binary.subarray(0, begin), binary.subarray(begin + 1)]);
    const items = merged(itemsOf(lossy, { format: 'bin_hexa' }));
    expect(items.slice(2, 5).map(({ kind }) => kind)).toEqual(['values', 'discarded', 'event']);
    expect(items.slice(5)).toEqual(binaryItems.slice(4));
  });

  test('leaves no metadata that lost one itself', () => {
    const at = binary.indexOf(0x34);
    const lossy = Buffer.concat([binary.subarray(0, at), binary.subarray(at + 1)]);
    const items = itemsOf(lossy, { format: 'bin_hexa' });
    expect(items.filter(({ kind }) => kind === 'time')).toHaveLength(1);
    expect(items.some(({ kind }) => kind === 'discarded')).toBe(true);
    expect(items.at(-1)).toEqual({ kind: 'completed' });
  });
});
