import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { readNamed } from '../files.ts';
import { writtenText } from '../suite/checks/written.ts';
import { readYaml } from '../suite/yaml.ts';
import { type Candidate, whyNotRun } from './candidates.ts';
import { sha256Of } from './search.ts';
import type { PlannedSuite } from './write-suites.ts';

/** A model that gets no suite: `kws.tflite` and `has a suite: suites/kws/suite.yaml`. */
export interface PassedOver {
  readonly model: string;
  readonly why: string;
}

/** The suites that can be written without touching anything that is there, as `plan` makes them, and why the others cannot. */
export function sift(
  candidates: readonly Candidate[],
  plan: (candidate: Candidate) => PlannedSuite,
  repository: string,
): { readonly planned: readonly PlannedSuite[]; readonly passedOver: readonly PassedOver[] } {
  const planned: PlannedSuite[] = [];
  const passedOver: PassedOver[] = [];
  const suites = suitesByModel(repository);
  for (const candidate of candidates) {
    const unfit = whyUnfit(candidate, suites);
    const suite = unfit === undefined ? plan(candidate) : undefined;
    const why = suite ? whyInTheWay(suite, repository) : unfit;
    if (why !== undefined) passedOver.push({ model: candidate.path ?? candidate.name, why });
    else if (suite) planned.push(suite);
  }
  return { planned, passedOver };
}

function whyUnfit({ bytes, model, path, name }: Candidate, suites: ReadonlyMap<string, string>): string | undefined {
  const suite = suites.get(sha256Of(bytes));
  if (suite !== undefined) return `has a suite: ${suite}`;
  const unfit = whyNotRun(model, path ?? name);
  return unfit === undefined ? undefined : `cannot be run: ${unfit}`;
}

function whyInTheWay({ folder, files }: PlannedSuite, repository: string): string | undefined {
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
