// What an X-NUCLEO-LPM01A says: ST UM2269 Rev 6, 4.2 to 4.4; `event` and `Error detail` as benchmark/runner of mlcommons/tiny reads them.

/** One thing that the meter says. Values are in A, or in J a sample where it puts out energy. */
export type Lpm01aItem =
  | { readonly kind: 'values'; readonly values: readonly number[] }
  /** Once every 1000 samples: since the acquisition began, and how full the meter's buffer to the host is. */
  | { readonly kind: 'time'; readonly ms: number; readonly bufferPercent: number }
  /** An edge on its trigger input, before the next value. Its counter runs from 0 to 99, and its word is `ris` for a falling edge too. */
  | { readonly kind: 'event'; readonly number: number }
  | { readonly kind: 'supply'; readonly isOn: boolean }
  | { readonly kind: 'overcurrent' }
  /** The acquisition is over: all that was in its buffer has been sent. */
  | { readonly kind: 'end' }
  | { readonly kind: 'completed' }
  /** The answer to a command: what was done, or what was refused. The latter comes in a stream too, when the supply drops. */
  | { readonly kind: 'ack' | 'error' | 'detail'; readonly text: string }
  /** A line between `summary beg` and `summary end`: the least and the most. They look like samples, and are none. */
  | { readonly kind: 'summary'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  /** Bytes that are none of these. `isSample`: at least one sample was in them. */
  | { readonly kind: 'discarded'; readonly bytes: Uint8Array; readonly isSample: boolean };

export type Lpm01aFormat = 'ascii_dec' | 'bin_hexa';

/** A parser with the memory of what is unfinished: give it bytes as they come, in pieces of any length. */
export type Lpm01aParser = (bytes: Uint8Array) => Generator<Lpm01aItem>;

interface ParserOptions {
  readonly format: Lpm01aFormat;
  /** Whether the first bytes are of an acquisition already, as in a captured file; else one begins with `ack start`. @default false */
  readonly isStarted?: boolean;
}

/** Reads both formats. Between two acquisitions a meter speaks text in either. */
export function lpm01aParser({ format, isStarted = false }: ParserOptions): Lpm01aParser {
  const text = textReader();
  const binary = binaryReader(text);
  let isBinary = isStarted && format === 'bin_hexa';
  let pending: Uint8Array = new Uint8Array();

  return function* parse(bytes) {
    let rest = joined(pending, bytes);
    while (rest.length > 0) {
      const { items, used } = isBinary ? binary(rest) : text(rest, format === 'bin_hexa');
      yield* items;
      rest = rest.subarray(used);
      const wasBinary = isBinary;
      if (items.some(startsAcquisition)) isBinary = format === 'bin_hexa';
      else if (items.some(({ kind }) => kind === 'end')) isBinary = false;
      if (used === 0 && wasBinary === isBinary) break;
    }
    pending = rest.slice();
  };
}

interface Taken {
  readonly items: readonly Lpm01aItem[];
  readonly used: number;
}

function startsAcquisition(item: Lpm01aItem): boolean {
  return item.kind === 'ack' && item.text === 'start';
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Longer than any line of the meter, by far. */
const mostLineBytes = 1024;

type TextReader = (bytes: Uint8Array, isUntilStart: boolean) => Taken;

/** Takes whole lines; where binary data follows `ack start`, up to that line. */
function textReader(): TextReader {
  let isSummary = false;

  const itemsOf = (whole: Uint8Array): readonly Lpm01aItem[] => {
    const line = withoutPrompt(whole);
    const values = valuesIn(line);
    const item: Lpm01aItem = values ? { kind: 'values', values } : itemOf(line);
    const summary = item.kind === 'text' ? /^summary (beg|end)/.exec(item.text)?.[1] : undefined;
    if (summary === undefined && !isSummary) return isEmpty(item) ? [] : [item];
    isSummary = summary === undefined ? isSummary : summary === 'beg';
    return [{ kind: 'summary', text: textOf(line) }];
  };

  return (bytes, isUntilStart) => {
    const items: Lpm01aItem[] = [];
    let from = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, from)) {
      for (const item of itemsOf(bytes.subarray(from, end))) gather(items, item);
      from = end + 1;
      const last = items.at(-1);
      if (isUntilStart && last && startsAcquisition(last)) break;
    }
    if (bytes.length - from <= mostLineBytes || (isUntilStart && bytes.indexOf(lineFeed, from) >= 0))
      return { items, used: from };
    items.push({ kind: 'discarded', bytes: bytes.slice(from), isSample: false });
    return { items, used: bytes.length };
  };
}

/** Values that come one after the other are one item. */
function gather(items: Lpm01aItem[], item: Lpm01aItem): void {
  const last = items.at(-1);
  if (item.kind === 'values' && last?.kind === 'values') (last.values as number[]).push(...item.values);
  else items.push(item);
}

const sampleBytes = 7;

/** `6409-07` is 6409 × 10^-7, several may be on a line; undefined where anything else is, whose digits could be of two samples. */
function valuesIn(line: Uint8Array): number[] | undefined {
  const values: number[] = [];
  let at = 0;
  while (at < line.length) {
    if (isFiller(line[at])) {
      at++;
      continue;
    }
    const value = valueAt(line, at);
    if (value === undefined) return undefined;
    values.push(value);
    at += sampleBytes;
  }
  return values.length > 0 ? values : undefined;
}

/** The meter sends zeros after a timestamp, now and then. */
function isFiller(byte: number | undefined): boolean {
  return byte === carriageReturn || byte === 0;
}

function valueAt(line: Uint8Array, at: number): number | undefined {
  const mantissa = 1000 * digit(line, at) + 100 * digit(line, at + 1) + 10 * digit(line, at + 2) + digit(line, at + 3);
  const exponent = 10 * digit(line, at + 5) + digit(line, at + 6);
  if (Number.isNaN(mantissa + exponent)) return undefined;
  const sign = line[at + 4];
  if (sign === minus) return mantissa / 10 ** exponent;
  return sign === plus ? mantissa * 10 ** exponent : undefined;
}

const minus = 0x2d;
const plus = 0x2b;

function digit(line: Uint8Array, at: number): number {
  const value = (line[at] ?? 0) - 0x30;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

const promptBytes = Buffer.from('PowerShield > ');

/** A command's answer follows a prompt on its line, and so may anything. */
function withoutPrompt(line: Uint8Array): Uint8Array {
  if (line[0] !== promptBytes[0]) return line;
  const isPrompt = promptBytes.equals(line.subarray(0, promptBytes.length));
  return isPrompt ? withoutPrompt(line.subarray(promptBytes.length)) : line;
}

/** A line without its end and its zeros. */
function textOf(line: Uint8Array): string {
  return Buffer.from(line.filter(byte => !isFiller(byte)))
    .toString('latin1')
    .replace(/^PowerShield >$/, '')
    .trim();
}

function isEmpty(item: Lpm01aItem): boolean {
  return item.kind === 'text' && item.text === '';
}

function itemOf(line: Uint8Array): Lpm01aItem {
  const text = textOf(line);
  const [, seconds, ms, bufferPercent] = /^TimeStamp:[ ><](\d{3,7})s (\d{3})ms, buff (\d{2,3})%$/.exec(text) ?? [];
  if (seconds !== undefined)
    return { kind: 'time', ms: Number(seconds) * 1000 + Number(ms), bufferPercent: Number(bufferPercent) };
  const [, number] = /^event (\d{1,4}) (?:ris|fal)/.exec(text) ?? [];
  if (number !== undefined) return { kind: 'event', number: Number(number) };
  const [, supply] = /^pwr (on|off)$/.exec(text) ?? [];
  if (supply !== undefined) return { kind: 'supply', isOn: supply === 'on' };
  if (text === 'end') return { kind: 'end' };
  if (text.startsWith('Acquisition completed')) return { kind: 'completed' };
  return answerIn(text) ?? looseText(text, line);
}

function answerIn(text: string): Lpm01aItem | undefined {
  const [, detail] = /^Error detail: *(.*)$/.exec(text) ?? [];
  if (detail !== undefined) return { kind: 'detail', text: detail };
  const [, done] = /^ack +(.*)$/.exec(text) ?? [];
  if (done !== undefined) return { kind: 'ack', text: done };
  const [, refused] = /^err(?:or)?\b[: ]*(.*)$/.exec(text) ?? [];
  return refused === undefined ? undefined : { kind: 'error', text: refused };
}

/** What begins or ends as a sample does was one, before a byte of it was lost or hit. So was what has a character of no text. */
function looseText(text: string, line: Uint8Array): Lpm01aItem {
  const isSample = /^\d|\d[+-]\d{1,2}$|^[+-]\d/.test(text);
  const isText = /^[ -~]*$/.test(text);
  return isSample || !isText ? { kind: 'discarded', bytes: line.slice(), isSample } : { kind: 'text', text };
}

/** The first byte of metadata, and what its second one says; `F0 F4` is the end, and in a misprint of UM2269 (table 42) overcurrent too. */
const metadata = 0xf0;
const tag = { error: 0xf1, info: 0xf2, time: 0xf3, end: 0xf4, overcurrent: 0xf5, off: 0xf6, supply: 0xf9 } as const;
/** Bytes of each, its end `FF FF` among them. */
const metadataBytes: Readonly<Record<number, number>> = {
  [tag.time]: 9,
  [tag.end]: 4,
  [tag.overcurrent]: 4,
  [tag.off]: 4,
  0xf7: 6,
  0xf8: 6,
  [tag.supply]: 5,
};

type Piece = { readonly item: Lpm01aItem | undefined; readonly used: number } | 'unfinished';

/** Two bytes a sample: a nibble e, then 12 bits × 16^-e. No sample begins with F, so that metadata is told even where a byte was lost before it. */
function binaryReader(text: TextReader): (bytes: Uint8Array) => Taken {
  return bytes => {
    const items: Lpm01aItem[] = [];
    let at = 0;
    while (at + 1 < bytes.length && items.at(-1)?.kind !== 'end') {
      const piece = pieceAt(bytes, at, text);
      if (piece === 'unfinished') break;
      if (piece.item) gather(items, piece.item);
      at += piece.used;
    }
    return { items, used: at };
  };
}

function pieceAt(bytes: Uint8Array, at: number, text: TextReader): Piece {
  const first = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  if (first === metadata && second >= metadata) return metadataAt(bytes, at);
  if (first === promptBytes[0] || first === carriageReturn) {
    const line = promptLineAt(bytes, at);
    if (line === 'unfinished') return line;
    if (line !== undefined) return { item: text(line, true).items.at(-1), used: line.length };
  }
  if (second === metadata && at + 2 >= bytes.length) return 'unfinished';
  const isOutOfStep = first >= metadata || (second === metadata && (bytes[at + 2] ?? 0) > metadata);
  if (isOutOfStep) return { item: discarded(bytes.subarray(at, at + 1)), used: 1 };
  return { item: { kind: 'values', values: [((first & 0xf) * 256 + second) / 16 ** (first >> 4)] }, used: 2 };
}

function discarded(bytes: Uint8Array): Lpm01aItem {
  return { kind: 'discarded', bytes: bytes.slice(), isSample: true };
}

/** Longer than any message. */
const mostMetadataBytes = 256;

function metadataAt(bytes: Uint8Array, at: number): Piece {
  const kind = bytes[at + 1] ?? 0;
  const length = metadataBytes[kind] ?? lengthToEnd(bytes, at);
  if (length === undefined)
    return bytes.length - at < mostMetadataBytes
      ? 'unfinished'
      : { item: discarded(bytes.subarray(at, at + 2)), used: 2 };
  if (at + length > bytes.length) return 'unfinished';
  if (bytes[at + length - 1] !== 0xff || bytes[at + length - 2] !== 0xff)
    return { item: discarded(bytes.subarray(at, at + 2)), used: 2 };
  return { item: metadataItem(kind, bytes.subarray(at + 2, at + length - 2)), used: length };
}

/** From the tag to `FF FF`; undefined while that has not come. */
function lengthToEnd(bytes: Uint8Array, at: number): number | undefined {
  for (let end = at + 2; end + 1 < bytes.length && end - at < mostMetadataBytes; end++)
    if (bytes[end] === 0xff && bytes[end + 1] === 0xff) return end + 2 - at;
  return undefined;
}

function metadataItem(kind: number, content: Uint8Array): Lpm01aItem | undefined {
  if (kind === tag.time) {
    const [a = 0, b = 0, c = 0, d = 0, bufferPercent = 0] = content;
    return { kind: 'time', ms: (((a & 0x7f) * 256 + b) * 256 + c) * 256 + d, bufferPercent };
  }
  if (kind === tag.end) return { kind: 'end' };
  if (kind === tag.overcurrent) return { kind: 'overcurrent' };
  if (kind === tag.off) return { kind: 'supply', isOn: false };
  if (kind === tag.supply) return { kind: 'supply', isOn: content[0] === 1 };
  if (kind === tag.error) return { kind: 'error', text: textOf(content.filter(byte => byte !== lineFeed)) };
  if (kind === tag.info) return itemOf(content.filter(byte => byte !== lineFeed));
  return undefined; // answers to `volt get` and `temp`, and what is reserved
}

/** A command's answer that is text all the same: its line, with the end of the one before. Undefined where there is none. */
function promptLineAt(bytes: Uint8Array, at: number): Uint8Array | 'unfinished' | undefined {
  const begin = bytes[at] === carriageReturn ? at + 2 : at;
  const has = bytes.subarray(begin, begin + promptBytes.length);
  if (begin > at && bytes[at + 1] !== lineFeed) return undefined;
  if (!promptBytes.subarray(0, has.length).equals(has)) return undefined;
  if (has.length < promptBytes.length) return 'unfinished';
  const end = bytes.indexOf(lineFeed, begin);
  if (end >= 0) return bytes.subarray(at, end + 1);
  return bytes.length - begin <= mostLineBytes ? 'unfinished' : undefined;
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other;
  const whole = new Uint8Array(one.length + other.length);
  whole.set(one);
  whole.set(other, one.length);
  return whole;
}
