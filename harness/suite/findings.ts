import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type HarnessError, InputError, ModelError } from '../errors.ts';
import { writtenText } from './checks/written.ts';
import { type Fault, FaultsError, type Place, withFix } from './fault.ts';
import { Misfit } from './misfit.ts';
import type { AnySuite } from './suite.ts';
import { type Path, readYaml } from './yaml.ts';

/** What turns out to be wrong while the files that a suite names are read: each fault with its place, and the reading goes on. */
export interface Findings {
  readonly faults: readonly Fault[];
  /** What `read` gives; undefined when it throws an InputError, which is kept. `path` is what the suite says of it. */
  readonly attempt: <T>(path: Path, read: () => T) => T | undefined;
  readonly keep: (misfit: Misfit) => void;
}

export function findings(suite: AnySuite): Findings {
  const faults: Fault[] = [];
  return {
    faults,
    attempt(path, read) {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        faults.push(...(error instanceof FaultsError ? error.found : [faultOf(error, suite, path)]));
        return undefined;
      }
    },
    keep(misfit) {
      faults.push(faultOf(misfit, suite, misfit.path));
    },
  };
}

/** A fault stands where a person mends it: in the suite when it is what the suite says there, else in the file that it is in. */
function faultOf(error: InputError, suite: AnySuite, path: Path): Fault {
  const { source } = readYaml(suite.file); // again: that is rare, and the text need not be kept until then
  if (error instanceof Misfit) return { place: source.place(error.path), what: error.what };
  const sentence = withFix(error);
  const named = writtenText(source, path);
  const isNamed = named !== undefined && resolve(dirname(suite.file), named) === error.where;
  return isNamed || error instanceof ModelError
    ? { place: source.place(path), what: `${path.join('.')}: ${sentence}` }
    : { place: placeOf(error), what: sentence };
}

/** `FILE` or `FILE:LINE` as a place, with the text of the line where there is one. */
function placeOf({ where }: HarnessError): Place {
  const [, file, line] = /^(.+):(\d+)$/.exec(where) ?? [];
  if (file === undefined) return { file: where, text: '' };
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n').slice(0, Number(line));
  const end = lines.join('\n').length;
  return { file, text, at: { start: end - (lines.at(-1)?.length ?? 0), end } };
}
