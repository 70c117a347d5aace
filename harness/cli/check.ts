import { InputError } from '../errors.ts';
import { type Chosen, chooseCases } from '../runner/select.ts';
import { FaultsError, type LocatedFault, shownPath, withFix } from '../suite/fault.ts';
import { conflictsOf } from '../suite/promises.ts';
import type { AnySuite } from '../suite/suite.ts';
import { imageOption } from './options.ts';
import { say, sayJson } from './say.ts';

interface Options {
  readonly image?: string[];
  readonly json?: boolean;
}

/**
 * `tickmark check`: reads everything a run would read, and returns the exit code. Throws InputError with every fault; with `json` they are
 * printed instead. Promises that do not go together are noted: they may be meant.
 */
export function check(suites: readonly string[], { image, json }: Options): number {
  if (json) return checkAsJson(suites, image);
  const chosen = read(suites, image);
  const names = soundSuites(chosen).map(({ suite }) => suite);
  for (const { file, message } of notesOf(chosen)) say(`note: ${file}: ${message}`);
  say(`${names.length} ${names.length === 1 ? 'suite is' : 'suites are'} sound: ${names.join(', ')}`);
  return 0;
}

function read(suites: readonly string[], image: readonly string[] | undefined): readonly Chosen[] {
  return chooseCases({ cwd: process.cwd(), suites, targets: [], images: imageOption(image) });
}

function checkAsJson(suites: readonly string[], image: readonly string[] | undefined): number {
  try {
    const chosen = read(suites, image);
    sayFound({ suites: soundSuites(chosen), faults: [], notes: notesOf(chosen) });
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    sayFound({ suites: [], faults: faultsOf(error), notes: [] });
    return error.exitCode;
  }
}

function sayFound({
  suites,
  faults,
  notes,
}: {
  readonly suites: readonly object[];
  readonly faults: readonly LocatedFault[];
  readonly notes: readonly Note[];
}): void {
  const located = faults.map(({ file, line = null, column = null, message }) => ({ file, line, column, message }));
  sayJson({ sound: faults.length === 0, suites, faults: located, notes });
}

/** What may be meant, and may not. */
interface Note {
  readonly file: string;
  readonly message: string;
}

function notesOf(cases: readonly Chosen[]): readonly Note[] {
  return suitesOf(cases).flatMap(suite =>
    conflictsOf(suite).map(message => ({ file: shownPath(suite.file, process.cwd()), message })),
  );
}

function suitesOf(cases: readonly Chosen[]): readonly AnySuite[] {
  return [...new Set(cases.map(({ suite }) => suite))];
}

function soundSuites(cases: readonly Chosen[]) {
  return suitesOf(cases).map(suite => ({
    suite: suite.name,
    file: shownPath(suite.file, process.cwd()),
    targets: suite.targets,
  }));
}

/** What is wrong with a whole argument or file has no line. */
function faultsOf(error: InputError): readonly LocatedFault[] {
  if (error instanceof FaultsError) return error.faults;
  return [{ file: shownPath(error.where, process.cwd()), message: withFix(error) }];
}
