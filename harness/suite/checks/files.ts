import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { didYouMean } from '../../errors.ts';
import type { Fault } from '../fault.ts';
import type { Path, YamlSource } from '../yaml.ts';
import { written, writtenKeys, writtenText } from './written.ts';

/** Files that a suite names and that are not there, or are not what they are named for. */
export function* fileFaults(source: YamlSource): Generator<Fault> {
  yield* missingFiles(source);
  yield* sameTwin(source);
  yield* strangeKeys(source);
}

function* missingFiles(source: YamlSource): Generator<Fault> {
  const firmware = writtenKeys(source, ['firmware']).flatMap(target => [
    ['firmware', target],
    ['firmware', target, 'image'],
  ]);
  for (const path of [['model', 'file'], ['model', 'float'], ...firmware, ['vectors', 'labels']]) {
    yield* missingFile(source, path);
  }
  yield* missingFile(source, ['vectors', 'inputs'], { orFolder: true });
}

function* missingFile(source: YamlSource, path: Path, { orFolder = false } = {}): Generator<Fault> {
  const name = writtenText(source, path);
  const why = name === undefined ? undefined : whyMissing(source.file, name, orFolder);
  if (why !== undefined) yield { place: source.place(path), what: `${path.join('.')}: ${why}` };
}

function whyMissing(suite: string, name: string, orFolder: boolean): string | undefined {
  const file = resolve(dirname(suite), name);
  if (isKind('isFile', file)) return undefined;
  if (isKind('isDirectory', file)) return orFolder ? undefined : `"${name}" is a folder, not a file`;
  if (!isKind('isDirectory', dirname(file))) return `there is no folder "${dirname(name)}"`;
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

/** A model compared with itself loses nothing, for ever. */
function* sameTwin(source: YamlSource): Generator<Fault> {
  const [model, float] = ['file', 'float'].map(key => writtenText(source, ['model', key]));
  if (model === undefined || float === undefined || resolve('/', model) !== resolve('/', float)) return;
  const what = `model.float is the model itself: name its float32 twin, or leave it out`;
  yield { place: source.place(['model', 'float']), what };
}

/** Keys of `vectors` that choose within a kind of file, beside a file of another kind. A folder may hold any. */
function* strangeKeys(source: YamlSource): Generator<Fault> {
  const inputs = writtenText(source, ['vectors', 'inputs']);
  if (inputs === undefined || isKind('isDirectory', resolve(dirname(source.file), inputs))) return;
  const kinds = { array: '.npz', columns: '.csv' };
  for (const [key, kind] of Object.entries(kinds)) {
    const path = ['vectors', key];
    if (written(source, path) === undefined || extname(inputs) === kind) continue;
    yield { place: source.keyPlace(path), what: `${key} chooses within a ${kind}, and the inputs are "${inputs}"` };
  }
}
