import { exactFloat, isNumber } from './exact-number.ts';

/** What a column is read as. */
export const roles = { skip: 0, time: 1, value: 2, supply: 3, level: 4, levels: 5, levelsReversed: 6 } as const;

/** How the lines of a table are laid out. Bytes are ASCII codes. */
export interface CsvLayout {
  readonly delimiter: number;
  readonly decimal: number;
  /** One of `roles` a column, up to the last that is read. */
  readonly columns: Uint8Array;
  /** Of a column that is one level: which bit. */
  readonly bits: Uint8Array;
  /** A value of 1 is 10^exponent × factor in the trace's unit. */
  readonly exponent: number;
  readonly factor: number;
  /** Beyond this, either way, a value is none. */
  readonly most: number;
  /** In the unit of the time column: the usual step between two lines, and how far off it one may be. Absent where there is no such column. */
  readonly step?: { readonly usual: number; readonly least: number; readonly most: number };
}

/** Why a scan stopped. All before it is in `values`. */
export type Stop =
  /** All lines were read. */
  | { readonly kind: 'end' }
  | { readonly kind: 'full' }
  /** So many samples are missing before the line that is next. */
  | { readonly kind: 'gap'; readonly samples: number }
  /** The line just read has no value, or one that nothing can have measured. */
  | { readonly kind: 'impossible'; readonly what: string }
  /** Line `line` cannot be read. */
  | { readonly kind: 'fault'; readonly line: number; readonly what: string; readonly about: 'time' | 'cell' };

/** Reads lines of numbers into float32. Nothing is allocated for a line. */
export interface CsvScanner {
  readonly values: Float32Array;
  readonly levels: Uint8Array;
  /** How many of `values` are read. The caller sets it back to 0 when it has taken them. */
  count: number;
  /** Where in the bytes the next line begins. */
  at: number;
  /** The number of the next line, the file's first being 1. */
  line: number;
  /** The time of the last line, NaN before the first. */
  time: number;
  lastLevels: number;
  readonly supply: { least: number; most: number; sum: number; count: number };
  /** `bytes` from `at` to `end` are whole lines, each with its end. */
  scan(bytes: Uint8Array, end: number): Stop;
}

const blockSamples = 1 << 16;
const newLine = 10;
const carriageReturn = 13;
const quote = 34;
const minus = 45;
const hash = 35;
const letterX = 88;

/** The longest gap that is taken for one: 40 MB of nothing. A digit that is wrong in a time would make one that fills a disk. */
const mostMissing = 1e7;

/**
 * What makes it fast: whole part and fraction are each read as an integer below 10⁹, so that one multiplication, one addition and one
 * division give the double nearest to the number (all exact but the last), and that rounds to the nearest float as long as the division
 * is by 10¹² at most: a double and a tie of floats then differ by more than a double's last bit. Whatever is longer, quoted or in
 * powers of ten goes through `slowCell`. And nothing that the loop counts with is seen by a closure, which would keep it in memory.
 */
export function csvScanner(layout: CsvLayout, firstLine: number): CsvScanner {
  const tables = tablesFor(layout.exponent);
  const values = new Float32Array(blockSamples);
  const levels = new Uint8Array(blockSamples);
  const supply = { least: Infinity, most: -Infinity, sum: 0, count: 0 };
  const scanner: CsvScanner = {
    values,
    levels,
    supply,
    count: 0,
    at: 0,
    line: firstLine,
    time: Number.NaN,
    lastLevels: 0,
    scan: (bytes, end) => scan(scanner, layout, tables, bytes, end),
  };
  return scanner;
}

/** By how many digits there are after the point: what makes the digits the value, and the value's share of the layout's exponent. */
interface Tables {
  readonly powers: Float64Array;
  readonly times: Float64Array;
  readonly over: Float64Array;
  /** More digits after the point are left to slowCell. */
  readonly exactDigits: number;
}

function tablesFor(exponent: number): Tables {
  return {
    powers: byDigits(digits => 10 ** digits),
    times: byDigits(digits => 10 ** Math.max(0, exponent - digits)),
    over: byDigits(digits => 10 ** Math.max(0, digits - exponent)),
    exactDigits: Math.min(9, 12 + exponent),
  };
}

function byDigits(of: (digits: number) => number): Float64Array {
  return Float64Array.from({ length: 10 }, (_, digits) => of(digits));
}

function scan(scanner: CsvScanner, layout: CsvLayout, tables: Tables, bytes: Uint8Array, end: number): Stop {
  const { delimiter, decimal, columns, bits, factor, most, exponent, step: steps } = layout;
  const { powers, times, over, exactDigits } = tables;
  const { values, levels, supply } = scanner;
  const usual = steps?.usual ?? 0;
  const leastStep = steps?.least ?? Number.NEGATIVE_INFINITY;
  const mostStep = steps?.most ?? Number.POSITIVE_INFINITY;
  const isTimed = steps !== undefined;
  const last = columns.length - 1;
  let { at, count, line, time, lastLevels } = scanner;
  let stop: Stop | undefined;

  lines: while (at < end) {
    if (count === blockSamples) {
      stop = { kind: 'full' };
      break;
    }
    const lineAt = at;
    let byte = bytes[at];
    if (byte === newLine || byte === carriageReturn || byte === hash) {
      while (bytes[at++] !== newLine);
      line++;
      continue;
    }
    let value = Number.NaN;
    let now = 0;
    let level = 0;

    for (let column = 0; column <= last; column++) {
      const role = columns[column];
      if (role === roles.skip) {
        if (bytes[at] === quote) at = afterQuoted(bytes, at);
        while ((byte = bytes[at]) !== delimiter && byte !== newLine) at++;
      } else if (role >= roles.levels) {
        for (let place = 0; place < 8; place++) {
          const bit = role === roles.levels ? place : 7 - place;
          const digit = bytes[at] ^ 48;
          if (digit <= 1) level |= digit << bit;
          else if (bytes[at] === letterX) level |= ~lastLevels & (1 << bit);
          else if (bytes[at] === minus) level |= lastLevels & (1 << bit);
          else {
            stop = cellFault(line, `"${cellText(bytes, at, delimiter)}" is no row of eight levels`);
            break lines;
          }
          at++;
        }
      } else {
        const cellAt = at;
        const isNegative = bytes[at] === minus;
        if (isNegative) at++;
        const wholeAt = at;
        let whole = 0;
        let digit = 0;
        while ((digit = bytes[at] ^ 48) <= 9) {
          whole = (Math.imul(whole, 10) + digit) | 0;
          at++;
        }
        const wholeDigits = at - wholeAt;
        let fraction = 0;
        let fractionDigits = 0;
        if ((byte = bytes[at]) === decimal) {
          const fractionAt = ++at;
          while ((digit = bytes[at] ^ 48) <= 9) {
            fraction = (Math.imul(fraction, 10) + digit) | 0;
            at++;
          }
          fractionDigits = at - fractionAt;
          byte = bytes[at];
        }
        const digits = wholeDigits + fractionDigits;
        let number = 0;
        if (
          (byte === delimiter || byte === newLine || byte === carriageReturn) &&
          wholeDigits <= 9 &&
          fractionDigits <= exactDigits &&
          digits <= 15 &&
          digits > 0
        ) {
          number = whole * powers[fractionDigits] + fraction;
          if (isNegative) number = -number;
          if (role === roles.value) number = (number * times[fractionDigits]) / over[fractionDigits];
          else number /= powers[fractionDigits];
        } else {
          at = cellEnd(bytes, cellAt, delimiter);
          const text = cellOf(bytes, cellAt, at, decimal);
          if (decimal === comma && grouped.test(cellOf(bytes, cellAt, at, point))) {
            stop = cellFault(line, `"${clipped(text)}" is a thousand or a fraction: its other numbers have commas`);
            break lines;
          }
          if (role === roles.level && text === 'X') {
            number = (lastLevels >> bits[column]) & 1 ? 0 : 1; // both within the sample: it has come from the one before
          } else if (slowCell(text, role === roles.value ? exponent : undefined)) {
            number = slow;
          } else {
            stop = cellFault(line, `"${clipped(text)}" is no number`);
            break lines;
          }
        }
        if (role === roles.value) value = number;
        else if (role === roles.time) now = number;
        else if (role === roles.supply) noteSupply(supply, number);
        else if (number >= 0.5) level |= 1 << bits[column];
        else if (number !== number) level |= lastLevels & (1 << bits[column]); // an empty cell is no edge
      }
      if (column < last) {
        if (bytes[at] !== delimiter) {
          stop = cellFault(line, `it has ${column + 1} of ${last + 1} columns`);
          break lines;
        }
        at++;
      }
    }
    while (bytes[at++] !== newLine);

    if (isTimed) {
      const step = now - time;
      if (!(step >= leastStep && step <= mostStep) && time === time) {
        at = lineAt;
        const samples = Math.max(1, Math.round(step / usual) - 1);
        if (step > mostStep && samples <= mostMissing) {
          time = now - usual;
          stop = { kind: 'gap', samples };
        } else {
          stop = { kind: 'fault', line, about: 'time', what: timeText(now, time, usual) };
        }
        break;
      }
      time = now;
    }
    line++;
    lastLevels = level;
    value = Math.fround(value * factor);
    if (!(value <= most && value >= -most)) {
      stop = { kind: 'impossible', what: Number.isNaN(value) ? 'no value' : `a value of ${value}` };
      break;
    }
    values[count] = value;
    levels[count] = level;
    count++;
  }
  scanner.at = at;
  scanner.count = count;
  scanner.line = line;
  scanner.time = time;
  scanner.lastLevels = lastLevels;
  return stop ?? { kind: 'end' };
}

function cellFault(line: number, what: string): Stop {
  return { kind: 'fault', line, about: 'cell', what };
}

function noteSupply(supply: CsvScanner['supply'], volts: number): void {
  if (volts < supply.least) supply.least = volts;
  if (volts > supply.most) supply.most = volts;
  if (Number.isNaN(volts)) return;
  supply.sum += volts;
  supply.count++;
}

/** What slowCell has read. A number, beside the hot loop: to return it with a verdict would allocate. */
let slow = 0;

/** Whether a cell is a number, or nothing: empty and NaN are NaN. Of a value as a float in the trace's unit, `exponent` being given. */
function slowCell(text: string, exponent: number | undefined): boolean {
  slow = Number.NaN;
  if (noValue.test(text)) return true;
  if (exponent !== undefined) slow = exactFloat(text, exponent);
  else slow = isNumber(text) ? Number(text) : (clockSeconds(text) ?? Number.NaN);
  return !Number.isNaN(slow);
}

const noValue = /^(?:|[-+]?nan|null|n\/a|-+|[-+]?inf(?:inity)?)$/i;
/**
 * Seconds of `2024-02-29T12:34:56.789`, `12:34:56.789` and the like: since the year began, or the day. Since 1970 they would be so many that a
 * double tells no microseconds apart.
 */
export function clockSeconds(text: string): number | undefined {
  const match = /^(?:(\d{4})-(\d\d)-(\d\d)[T ])?(\d{1,2}):(\d\d):(\d\d(?:\.\d+)?)(?:Z| ?[+-]\d\d:?\d\d| UTC)?$/i.exec(
    text,
  );
  if (!match) return undefined;
  const [, year, month, day, hours, minutes, seconds] = match;
  const days =
    year === undefined
      ? 0
      : (Date.UTC(Number(year), Number(month) - 1, Number(day)) - Date.UTC(Number(year), 0)) / 1000;
  return days + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** In the text, without spaces and quotes, and with a point for its decimal comma. */
function cellOf(bytes: Uint8Array, from: number, to: number, decimal: number): string {
  const text = String.fromCharCode(...bytes.subarray(from, Math.min(to, from + longestCell))).trim();
  const bare = text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).trim() : text;
  return decimal === comma ? bare.replace(',', '.') : bare;
}

const longestCell = 200;
const point = 46;
const comma = 44;
const grouped = /^[-+]?[1-9]\d{0,2}(?:\.\d{3})+$/;

function cellEnd(bytes: Uint8Array, from: number, delimiter: number): number {
  let at = bytes[from] === quote ? afterQuoted(bytes, from) : from;
  while (bytes[at] !== delimiter && bytes[at] !== newLine && bytes[at] !== carriageReturn) at++;
  return at;
}

/** Behind a quoted cell, which may hold delimiters; within its line, since an end of line in a table of numbers is an end of line. */
function afterQuoted(bytes: Uint8Array, from: number): number {
  let at = from + 1;
  while (bytes[at] !== quote && bytes[at] !== newLine) at++;
  return bytes[at] === quote ? at + 1 : at;
}

function cellText(bytes: Uint8Array, from: number, delimiter: number): string {
  return clipped(cellOf(bytes, from, cellEnd(bytes, from, delimiter), point));
}

function clipped(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

function timeText(now: number, before: number, usual: number): string {
  const step = now - before;
  if (Number.isNaN(step)) return 'it has no time';
  if (step <= 0) return `its time, ${now}, is not after the one before, ${before}`;
  return `its time, ${now}, is ${Number(step.toPrecision(4))} after the one before, where ${Number(usual.toPrecision(4))} is usual`;
}
