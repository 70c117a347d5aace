import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { didYouMean, InputError } from '../errors.ts';

/**
 * The suite files that some arguments name: a suite.yaml, a folder that has one, or the name of a folder below ./suites. None means every
 * ./suites/<name>/suite.yaml. Absolute paths, each once; throws InputError for an argument that is none of these.
 */
export function findSuites(args: readonly string[], cwd: string): readonly string[] {
  const known = suiteFolders(cwd);
  if (args.length === 0 && known.length === 0) {
    throw new InputError(
      'there is no suite',
      join(cwd, 'suites'),
      'have one written for each model here: npx tickmark init; or name a suite file',
    );
  }
  const files =
    args.length === 0 ? known.map(name => suiteFile(cwd, name)) : args.map(arg => findSuite(arg, cwd, known));
  return [...new Set(files)];
}

function findSuite(arg: string, cwd: string, known: readonly string[]): string {
  const path = resolve(cwd, arg);
  const candidates = [path, join(path, 'suite.yaml'), suiteFile(cwd, arg)];
  const found = candidates.find(file => existsSync(file) && statSync(file).isFile());
  if (found) return found;

  const here =
    known.length > 0
      ? `suites here: ${known.join(', ')}`
      : `there is none in ${join(cwd, 'suites')}, and npx tickmark init writes some`;
  const named = basename(arg.replace(/[/\\]suite\.ya?ml$/, ''));
  const what = existsSync(path) ? 'the folder has no suite.yaml' : `there is no such suite.${didYouMean(named, known)}`;
  throw new InputError(what, arg, `name a suite file, its folder or its name; ${here}`);
}

function suiteFolders(cwd: string): string[] {
  const folder = join(cwd, 'suites');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(name => existsSync(suiteFile(cwd, name)))
    .sort();
}

function suiteFile(cwd: string, name: string): string {
  return join(cwd, 'suites', name, 'suite.yaml');
}
