import { relative, sep } from 'node:path';
import { InputError } from '../errors.ts';

/** A place in a text file, or in the file as a whole where `at` is absent. Offsets count UTF-16 units from the start. */
export interface Place {
  readonly file: string;
  readonly text: string;
  readonly at?: { readonly start: number; readonly end: number };
}

/** Something a person has to correct. `what` is a sentence that says what to write instead. */
export interface Fault {
  readonly place: Place;
  readonly what: string;
}

/** A fault for programs; the place of one in a file as a whole has no line. */
export interface LocatedFault {
  /** As people know it from where they are. */
  readonly file: string;
  /** 1-based, as editors count them. */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** Everything that is wrong with the files that a person wrote: in its message for people, in `faults` for programs, `found` as it came. */
export class FaultsError extends InputError {
  readonly faults: readonly LocatedFault[];
  readonly found: readonly Fault[];

  constructor(
    text: { what: string; where: string; fix: string },
    faults: readonly LocatedFault[],
    found: readonly Fault[],
  ) {
    super(text.what, text.where, text.fix);
    this.faults = faults;
    this.found = found;
  }
}

const faultsShown = 20;
const faultsLocated = 200; // a hostile file has as many as it has bytes, and each is looked up in all of its text
const longestSentence = 800; // a key or a value may be the whole file

/** One error with every fault in the order of the files: `file:line:column: what`, each with the lines it is about. Paths are shown from `cwd`. */
export function faultsError(faults: readonly Fault[], cwd: string): FaultsError {
  const sorted = [...faults].sort(byPlace);
  const files = [...new Set(sorted.map(fault => shownPath(fault.place.file, cwd)))];
  const blocks = sorted.slice(0, faultsShown).map(fault => blockOf(fault, cwd));
  if (faults.length > faultsShown) blocks.push(`… and ${faults.length - faultsShown} more`);
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
  const text = {
    what: `${count}, nothing was run\n\n${blocks.join('\n\n')}\n`,
    where: files.join(', '),
    fix: 'correct the file; `tickmark check` looks at it without running anything',
  };
  return new FaultsError(
    text,
    sorted.slice(0, faultsLocated).map(fault => locate(fault, cwd)),
    sorted,
  );
}

/** What is wrong and what to do, in one sentence or two. */
export function withFix({ what, fix }: { readonly what: string; readonly fix: string }): string {
  if (what.endsWith('?')) return `${what} ${fix.slice(0, 1).toUpperCase()}${fix.slice(1)}`;
  return `${what.replace(/\.$/, '')}; ${fix}`;
}

/** A path as people know it: relative to where they are, unless that leads far out. */
export function shownPath(file: string, cwd: string): string {
  const shown = relative(cwd, file);
  return shown === '' || shown.startsWith(`..${sep}..`) ? file : shown;
}

function byPlace({ place: a }: Fault, { place: b }: Fault): number {
  return a.file === b.file ? (a.at?.start ?? 0) - (b.at?.start ?? 0) : a.file < b.file ? -1 : 1;
}

function blockOf(fault: Fault, cwd: string): string {
  const { place } = fault;
  const { file, line, column, message } = locate(fault, cwd);
  if (!place.at || line === undefined || column === undefined) return `${file}: ${message}`;
  return `${file}:${line}:${column}: ${message}\n${frame(place.text, place.at, { line, column })}`;
}

function locate({ place, what }: Fault, cwd: string): LocatedFault {
  const at = place.at && lineColumn(place.text, place.at.start);
  return { file: shownPath(place.file, cwd), ...at, message: sentence(what) };
}

/** The 1-based line and column of an offset, as editors count them. */
function lineColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - (before.lastIndexOf('\n') + 1) + 1 };
}

/** The line at fault under the one before it, and carets below what is meant. */
function frame(
  text: string,
  at: { readonly start: number; readonly end: number },
  { line, column }: { line: number; column: number },
): string {
  const lines = text.split(/\r?\n/);
  const from = Math.max(0, column - 1 - 80); // a line may be the whole file
  const numbered = [line - 1, line]
    .filter(number => number >= 1)
    .map(number => {
      const mark = number === line ? '>' : ' ';
      return `${mark} ${String(number).padStart(4)} | ${printable((lines[number - 1] ?? '').slice(from, from + 120))}`;
    });
  const firstLine = text.slice(at.start, at.end).split('\n')[0] ?? '';
  const carets = '^'.repeat(Math.max(1, Math.min(firstLine.trimEnd().length, 120 - (column - 1 - from))));
  return [...numbered, `       | ${' '.repeat(column - 1 - from)}${carets}`].map(row => row.trimEnd()).join('\n');
}

/** What is wrong, on one line and of bearable length. */
function sentence(what: string): string {
  return printable(what.length > longestSentence ? `${what.slice(0, longestSentence)}…` : what);
}

/** Tabs made visible and control characters disarmed: the text is shown in a terminal. One character each, so that carets stay right. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return text.replace(/\t/g, '→').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '·');
}
