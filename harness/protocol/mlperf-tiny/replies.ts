import type { Line } from './lines.ts';

// What MLPerf Tiny firmware prints: benchmark/api/internally_implemented.cpp of mlcommons/tiny, spelling mistakes included.

/** Ends every reply. */
export const ready = 'm-ready';
export const loadDone = 'm-load-done';

/** What is printed at a start, and at no other time. */
export function isBootLine({ text }: Line): boolean {
  return text === 'm-init-done' || text.startsWith('m-timestamp-mode-');
}

/** What a firmware refuses: `e-[…]`, without the brackets. */
export function refusalIn(lines: readonly Line[]): string | undefined {
  return firstMatch(lines, /^e-\[(.*)\]$/);
}

/** The whole command was dropped, or not understood: nothing of it was done. */
export function isDropped(refusal: string): boolean {
  return refusal === 'Insufficent number of hex digits' || refusal.startsWith('Unknown command: ');
}

export function vendorIn(lines: readonly Line[]): string | undefined {
  return firstMatch(lines, /^m-name-dut-\[(.*)\]$/);
}

export function profileIn(lines: readonly Line[]): string | undefined {
  return firstMatch(lines, /^m-profile-\[(.*)\]$/);
}

export function modelIn(lines: readonly Line[]): string | undefined {
  return firstMatch(lines, /^m-model-\[(.*)\]$/);
}

/** How many bytes the DUT expects after `db load`. */
export function expectedBytesIn(lines: readonly Line[]): number | undefined {
  return numberOf(firstMatch(lines, /^m-\[Expecting (\d+) bytes\]$/));
}

/** `Supplied buffer size N exceeds maximum of M`: both. It is no error line, and the size stays set. */
export function excessIn(lines: readonly Line[]): { readonly given: number; readonly most: number } | undefined {
  const [, given, most] = matchIn(lines, /^Supplied buffer size (\d+) exceeds maximum of (\d+)$/) ?? [];
  return most === undefined ? undefined : { given: Number(given), most: Number(most) };
}

/** `Input db has <got> elemented, expected <want>`: printed before an inference of an input of the wrong size, which runs all the same. */
export function shortInputIn(lines: readonly Line[]): { readonly got: number; readonly want: number } | undefined {
  const [, got, want] = matchIn(lines, /^Input db has (\d+) elemented, expected (\d+)$/) ?? [];
  return want === undefined ? undefined : { got: Number(got), want: Number(want) };
}

/** A line of `db print`: up to eight bytes. Some firmware ends a last line that is not full with a dash. */
export function bufferBytes({ text }: Line): Uint8Array | undefined {
  if (!/^m-buffer(-[0-9a-f]{2}){1,8}-?$/i.test(text)) return undefined;
  return Buffer.from(text.slice('m-buffer'.length).replaceAll('-', ''), 'hex');
}

/** Readings of the clock, in the order printed. Each is below 2^32, and a line with its host time. */
export function lapsIn(lines: readonly Line[]): readonly { readonly us: number; readonly atMs: number }[] {
  return lines.flatMap(line => {
    const us = numberOf(/^m-lap-us-(\d{1,10})$/.exec(line.text)?.[1]);
    return us === undefined || us >= 2 ** 32 ? [] : { us, atMs: line.atMs };
  });
}

/** The values of `m-results-[…]` as text: a comma after the last is no value. */
export function resultsIn(lines: readonly Line[]): readonly string[] | undefined {
  const list = firstMatch(lines, /^m-results-\[([^\]]+)\]$/);
  if (list === undefined) return undefined;
  const values = list.split(',').map(value => value.trim());
  if (values.at(-1) === '') values.pop();
  return values;
}

/** Whether a text could be another one that has lost a character or two on the way, or has another in place of one. */
export function isWornOf(text: string, whole: string): boolean {
  const lost = whole.length - text.length;
  let at = 0;
  let differing = 0;
  for (const character of whole) {
    if (character === text[at]) at++;
    else if (lost === 0 && ++differing === 1) at++;
  }
  return at === text.length && (lost === 0 ? differing === 1 : lost === 1 || lost === 2);
}

/** Of which question a line can only be an answer, where it can. */
export function questionOf(lines: readonly Line[]): string | undefined {
  if (vendorIn(lines) !== undefined) return 'name';
  if (profileIn(lines) !== undefined || modelIn(lines) !== undefined) return 'profile';
  if (expectedBytesIn(lines) !== undefined) return 'db load';
  if (lines.some(line => bufferBytes(line))) return 'db print';
  if (lines.some(({ text }) => text.startsWith('m-infer-'))) return 'infer';
  if (resultsIn(lines)) return 'results';
  if (lapsIn(lines).length > 0) return 'timestamp';
  return lines.some(({ text }) => text === loadDone) ? 'db' : undefined;
}

/** Whether a reply answers another question than this command: host and DUT are out of step then. */
export function isForeign(lines: readonly Line[], command: string): boolean {
  const question = questionOf(lines);
  if (question === undefined || command === question) return false;
  return question === 'db' ? !/^db [0-9a-f]/.test(command) : !command.startsWith(`${question} `);
}

function firstMatch(lines: readonly Line[], pattern: RegExp): string | undefined {
  return matchIn(lines, pattern)?.[1];
}

function matchIn(lines: readonly Line[], pattern: RegExp): RegExpExecArray | undefined {
  for (const { text } of lines) {
    const match = pattern.exec(text);
    if (match) return match;
  }
  return undefined;
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}
