import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { readNamed } from '../files.ts';
import { writtenText } from '../suite/checks/written.ts';
import { readYaml } from '../suite/yaml.ts';
import { whyNotRun } from './candidates.ts';
import { sha256Of } from './search.ts';
import type { PlannedSuite } from './write-suites.ts';

/** A model that gets no suite: `kws.tflite` and `has a suite: suites/kws/suite.yaml`. */
export interface PassedOver {
  readonly model: string;
  readonly why: string;
}

/** The suites that can be written without touching anything that is there, and why the others cannot. */
export function siftPlanned(
  repository: string,
  all: readonly PlannedSuite[],
): { readonly planned: readonly PlannedSuite[]; readonly passedOver: readonly PassedOver[] } {
  const suites = suitesByModel(repository);
  const judged = all.map(planned => ({ planned, why: whyNot(planned, repository, suites) }));
  return {
    planned: judged.filter(({ why }) => why === undefined).map(({ planned }) => planned),
    passedOver: judged.flatMap(({ planned: { candidate }, why }) =>
      why === undefined ? [] : [{ model: candidate.path ?? candidate.name, why }],
    ),
  };
}

function whyNot(
  { candidate, folder, files }: PlannedSuite,
  repository: string,
  suites: ReadonlyMap<string, string>,
): string | undefined {
  const suite = suites.get(sha256Of(candidate.bytes));
  if (suite !== undefined) return `has a suite: ${suite}`;
  const unfit = whyNotRun(candidate.model, candidate.path ?? candidate.name);
  if (unfit !== undefined) return `cannot be run: ${unfit}`;
  const there = files.map(({ name }) => join(folder, name)).find(file => existsSync(join(repository, file)));
  return there === undefined ? undefined : `would need ${there}, which is there already`;
}

/** The suites of a repository, broken ones as far as they can be read, by the SHA-256 of their model. */
function suitesByModel(repository: string): ReadonlyMap<string, string> {
  const folder = join(repository, 'suites');
  const files = namesIn(folder).map(name => join(folder, name, 'suite.yaml'));
  return new Map(files.flatMap(file => modelOf(file).map(sha256 => [sha256, relative(repository, file)] as const)));
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : [];
}

function modelOf(file: string): readonly string[] {
  try {
    const model = writtenText(readYaml(file).source, ['model', 'file']);
    return model === undefined ? [] : [sha256Of(readNamed(resolve(dirname(file), model)))];
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}
