import { InputError } from '../errors.ts';
import { type Chosen, chooseCases } from '../runner/select.ts';
import { FaultsError, type LocatedFault, shownPath, withFix } from '../suite/fault.ts';
import { imageOption } from './options.ts';
import { say, sayJson } from './say.ts';

interface Options {
  readonly image?: string[];
  readonly json?: boolean;
}

/**
 * `tickmark check`: reads everything a run would read, and returns the exit code. Throws InputError with every fault; with `json` they are
 * printed instead.
 */
export function check(suites: readonly string[], { image, json }: Options): number {
  if (json) return checkAsJson(suites, image);
  const names = soundSuites(read(suites, image)).map(({ suite }) => suite);
  say(`${names.length} ${names.length === 1 ? 'suite is' : 'suites are'} sound: ${names.join(', ')}`);
  return 0;
}

function read(suites: readonly string[], image: readonly string[] | undefined): readonly Chosen[] {
  return chooseCases({ cwd: process.cwd(), suites, targets: [], images: imageOption(image) });
}

function checkAsJson(suites: readonly string[], image: readonly string[] | undefined): number {
  try {
    sayFound({ suites: soundSuites(read(suites, image)), faults: [] });
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    sayFound({ suites: [], faults: faultsOf(error) });
    return error.exitCode;
  }
}

function sayFound({
  suites,
  faults,
}: {
  readonly suites: readonly object[];
  readonly faults: readonly LocatedFault[];
}): void {
  const located = faults.map(({ file, line = null, column = null, message }) => ({ file, line, column, message }));
  sayJson({ sound: faults.length === 0, suites, faults: located });
}

function soundSuites(cases: readonly Chosen[]) {
  return [...new Set(cases.map(({ suite }) => suite))].map(suite => ({
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
