import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { InputError, messageOf } from '../errors.ts';
import { parseQuantity } from '../units.ts';

/** Where the windows of a capture are, as a person tells it. */
export type WindowSpec =
  | { readonly kind: 'whole' }
  /** Of the capture's digital inputs one; `isPulse`: it pulses at both ends of a window, as a build for energy of MLPerf Tiny. */
  | { readonly kind: 'line'; readonly name: string; readonly active: 'high' | 'low'; readonly isPulse: boolean }
  /** By time, in the order of the capture. */
  | { readonly kind: 'times'; readonly windows: readonly TimedWindow[] };

/** By the capture's own times. */
export interface TimedWindow {
  readonly startS: number;
  readonly stopS: number;
  readonly inferences?: number;
}

const forms = 'write a digital input (D0, D0:low, D0:pulse), START..STOP with units, a file of times, or whole';

/** `--windows`, as often as given. Throws InputError for what is none. */
export function parseWindows(texts: readonly string[], cwd: string): WindowSpec {
  const ranges = texts.filter(text => text.includes('..') && !isFile(resolve(cwd, text)));
  if (ranges.length === texts.length && ranges.length > 0) return timed(ranges.map(rangeIn), `--windows ${texts[0]}`);
  const [text = '', second] = texts;
  if (second !== undefined) {
    const fix = 'give one, or several of the form START..STOP';
    throw new InputError('cannot stand beside another', `--windows ${second}`, fix);
  }
  if (text === 'whole') return { kind: 'whole' };
  if (isFile(resolve(cwd, text)) || /\.(?:csv|json)$/i.test(text)) return timed(timesIn(resolve(cwd, text)), text);
  return lineIn(text);
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function lineIn(text: string): WindowSpec {
  const [, name, rest = ''] = /^([A-Za-z][\w -]{0,40})((?::(?:low|high|pulse)){0,2})$/.exec(text) ?? [];
  if (name === undefined) throw new InputError('is no windows', `--windows ${text}`, forms);
  const words = rest.split(':');
  return { kind: 'line', name, active: words.includes('low') ? 'low' : 'high', isPulse: words.includes('pulse') };
}

/** `0.5s..0.62s`. */
function rangeIn(text: string): TimedWindow {
  const [start = '', stop = ''] = text.split('..');
  const [startS, stopS] = [secondsIn(start, text), secondsIn(stop, text)];
  return { startS, stopS };
}

function secondsIn(part: string, text: string): number {
  const parsed = parseQuantity(part, 'µs');
  if (parsed.fault === undefined) return parsed.value / 1e6;
  throw new InputError(parsed.fault, `--windows ${text}`, 'write START..STOP, such as 0.5s..620ms');
}

/** Sorted, and none over another: the same samples would count twice. */
function timed(windows: readonly TimedWindow[], where: string): WindowSpec {
  const sorted = windows.toSorted((a, b) => a.startS - b.startS);
  for (const [index, { startS, stopS }] of sorted.entries()) {
    if (!(stopS > startS))
      throw new InputError(`a window ends at ${stopS} s, before it begins at ${startS} s`, where, forms);
    const before = sorted[index - 1];
    if (before && before.stopS > startS) {
      const what = `the windows from ${before.startS} s and from ${startS} s lie over one another`;
      throw new InputError(what, where, 'let each end before the next begins');
    }
  }
  if (sorted.length === 0) throw new InputError('has no windows', where, forms);
  return { kind: 'times', windows: sorted };
}

const mostBytes = 1 << 26;

/** A CSV of start,stop[,inferences], a JSON array of such, or EEMBC's `trace1-timestamps.json`. Seconds, where a header says nothing else. */
function timesIn(path: string): readonly TimedWindow[] {
  if (!isFile(path)) throw new InputError('there is no such file', path, forms);
  if (statSync(path).size > mostBytes) throw new InputError('has more windows than a capture', path, forms);
  const text = readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  return extname(path).toLowerCase() === '.json' || /^\s*\[/.test(text) ? jsonTimes(text, path) : csvTimes(text, path);
}

function jsonTimes(text: string, path: string): readonly TimedWindow[] {
  const values = parsedJson(text, path);
  if (!Array.isArray(values)) throw noTimes(path);
  if (values.every(value => typeof value === 'number')) return eembcTimes(values, path);
  return values.map((value: unknown, index) => {
    const pair = value !== null && typeof value === 'object' ? Object.values(value) : [];
    return windowOf(pair.map(Number), `${path}, entry ${index + 1}`, 1);
  });
}

function parsedJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`is no JSON: ${messageOf(cause)}`, path, 'write an array of [start, stop] in seconds', {
      cause,
    });
  }
}

/** The first is that of the command `timestamp`, each two after it begin and end a window. */
function eembcTimes(values: readonly number[], path: string): readonly TimedWindow[] {
  if (values.length < 3 || values.length % 2 === 0) {
    const what = `has ${values.length} times: not one, and then two a window`;
    throw new InputError(
      what,
      path,
      'was the run in timestamp mode ended before its time? write [[start, stop], …] else',
    );
  }
  return Array.from({ length: values.length >> 1 }, (_, index) => {
    const [start = Number.NaN, stop = Number.NaN] = values.slice(1 + 2 * index);
    return windowOf([start, stop], `${path}, entry ${index + 1}`, 1);
  });
}

function noTimes(path: string): InputError {
  return new InputError('is no list of windows', path, 'write an array of [start, stop] in seconds');
}

function csvTimes(text: string, path: string): readonly TimedWindow[] {
  const lines = text
    .split(/\r?\n/)
    .map(line => line.split(/[,;\t]/).map(cell => cell.trim().replace(/^"(.*)"$/, '$1')));
  const hasHeader = (lines[0] ?? []).some(cell => cell !== '' && Number.isNaN(Number(cell)));
  const perS = hasHeader ? unitsPerS(lines[0]?.[0] ?? '', path) : 1;
  return lines.flatMap((cells, index) => {
    if ((index === 0 && hasHeader) || cells.every(cell => cell === '')) return [];
    return [
      windowOf(
        cells.map(cell => (cell === '' ? Number.NaN : Number(cell))),
        `${path}:${index + 1}`,
        perS,
      ),
    ];
  });
}

/** `start`, `start (ms)`, `start_us`. */
function unitsPerS(name: string, path: string): number {
  const [, unit = 's'] = /[([_ ](s|ms|us|µs|ns)[)\]]?$/.exec(name) ?? [];
  const known: Readonly<Record<string, number>> = { s: 1, ms: 1e3, us: 1e6, µs: 1e6, ns: 1e9 };
  if (!/^(?:start|begin|t0)/i.test(name)) {
    throw new InputError(
      `its first column is "${name}", not start`,
      path,
      'let the header be start,stop[,inferences], in s or with units',
    );
  }
  return known[unit] ?? 1;
}

function windowOf(
  [start = Number.NaN, stop = Number.NaN, inferences]: readonly number[],
  where: string,
  perS: number,
): TimedWindow {
  const fix = 'write a start and a stop, and how many inferences where that is known';
  if (!Number.isFinite(start) || !Number.isFinite(stop)) throw new InputError('is no start and stop', where, fix);
  const isCount =
    inferences === undefined || Number.isNaN(inferences) || (Number.isSafeInteger(inferences) && inferences > 0);
  if (!isCount) throw new InputError(`${inferences} is no number of inferences`, where, fix);
  const count = inferences === undefined || Number.isNaN(inferences) ? {} : { inferences };
  return { startS: start / perS, stopS: stop / perS, ...count };
}
