import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { didYouMean } from '../errors.ts';
import type { Board } from './board.ts';
import type { Fault } from './fault.ts';
import type { Path, YamlSource } from './yaml.ts';

/**
 * What no schema can see: files that are not there, targets that no board defines, budgets that lack what they compare with. Looks only at
 * what is of the right type, so that it may run on a file with other faults.
 */
export function crossFaults(source: YamlSource, boards: ReadonlyMap<string, Board>): Fault[] {
  return [
    ...missingFiles(source),
    ...unknownTargets(source, boards),
    ...strayOverrides(source),
    ...lackingComparisons(source),
    ...flatRanges(source),
  ];
}

function* missingFiles(source: YamlSource): Generator<Fault> {
  for (const path of [
    ['model', 'file'],
    ['model', 'float'],
    ['vectors', 'inputs'],
    ['vectors', 'labels'],
  ]) {
    const written = get(source, path);
    if (typeof written !== 'string' || written === '') continue;
    const missing = whyMissing(source.file, written);
    if (missing) yield { place: source.place(path), what: `${path.join('.')}: ${missing}` };
  }
}

function* unknownTargets(source: YamlSource, boards: ReadonlyMap<string, Board>): Generator<Fault> {
  const known = [...boards.keys()];
  for (const [index, target] of list(source, ['targets']).entries()) {
    if (typeof target !== 'string' || boards.has(target)) continue;
    const what = `no board defines the target "${target}".${didYouMean(target, known)} Boards: ${known.join(', ') || 'none'}`;
    yield { place: source.place(['targets', index]), what };
  }
}

function* strayOverrides(source: YamlSource): Generator<Fault> {
  const targets = list(source, ['targets']).filter(target => typeof target === 'string');
  for (const target of Object.keys(map(source, ['on']))) {
    if (targets.includes(target)) continue;
    const what = `on.${target} is about a target that this suite does not run on.${didYouMean(target, targets)} Targets: ${targets.join(', ')}`;
    yield { place: source.keyPlace(['on', target]), what };
  }
}

function* lackingComparisons(source: YamlSource): Generator<Fault> {
  const hasLabels = get(source, ['vectors', 'labels']) !== undefined;
  const hasFloat = get(source, ['model', 'float']) !== undefined;
  const overrides = Object.keys(map(source, ['on'])).map(target => ['on', target, 'budgets']);

  for (const budgets of [['budgets'], ...overrides]) {
    const needsFloat = [
      [...budgets, 'accuracy', 'lossVsFloat'],
      [...budgets, 'memory', 'weightsVsFloat'],
    ];
    for (const path of needsFloat) {
      if (hasFloat || get(source, path) === undefined) continue;
      yield {
        place: source.keyPlace(path),
        what: `${path.at(-1)} compares with the float twin: name it in model.float`,
      };
    }
    const accuracy = [...budgets, 'accuracy'];
    if (!hasLabels && Object.keys(map(source, accuracy)).length > 0) {
      yield {
        place: source.keyPlace(accuracy),
        what: 'accuracy needs to know the right classes: name a CSV in vectors.labels',
      };
    }
  }
  if (hasLabels && get(source, ['task']) === undefined) {
    const what =
      'labels need a task that says what the outputs mean: write `task: { kind: classification }`, or binary';
    yield { place: source.keyPlace(['vectors', 'labels']), what };
  }
}

function* flatRanges(source: YamlSource): Generator<Fault> {
  for (const index of list(source, ['vectors', 'preprocess']).keys()) {
    const path = ['vectors', 'preprocess', index, 'scale', 'from'];
    const [low, high] = list(source, path);
    if (typeof low === 'number' && low === high) {
      yield { place: source.place(path), what: `the range [${low}, ${low}] has no width: its ends must differ` };
    }
  }
}

function whyMissing(suite: string, written: string): string | undefined {
  const file = resolve(dirname(suite), written);
  if (isKind('isFile', file)) return undefined;
  if (isKind('isDirectory', file)) return `"${written}" is a folder, not a file`;
  if (!isKind('isDirectory', dirname(file))) return `there is no folder "${dirname(written)}"`;
  return `there is no file "${basename(file)}".${didYouMean(basename(file), namesIn(dirname(file)))}`;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not for us to list: no suggestion, then
  }
}

/** False for whatever the reason: not there, not for us to see, or a name that no file can have. */
function isKind(kind: 'isFile' | 'isDirectory', path: string): boolean {
  try {
    return statSync(path)[kind]();
  } catch {
    return false;
  }
}

function get({ data }: YamlSource, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (value === null || typeof value !== 'object') return undefined;
    return Object.getOwnPropertyDescriptor(value, step)?.value;
  }, data);
}

function list(source: YamlSource, path: Path): readonly unknown[] {
  const value = get(source, path);
  return Array.isArray(value) ? value : [];
}

function map(source: YamlSource, path: Path): object {
  const value = get(source, path);
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}
