import { existsSync, readFileSync, statSync } from 'node:fs';
import { didYouMean } from '../errors.ts';
import type { Fault } from './fault.ts';
import { type Path, readYaml, type YamlSource } from './yaml.ts';

/** What a machine adds to the boards that it knows: which port, which probe. Kept out of git. */
export const localBoardsFile = 'boards.local.yaml';

/** Board files as this machine has them, and further units of their boards. */
export interface Localized {
  readonly sources: readonly YamlSource[];
  readonly units: readonly YamlSource[];
  readonly faults: readonly Fault[];
}

type Value = Readonly<Record<string, unknown>>;

/** Lays a file of local values over the board files that it names. Faults of what comes out are told where each value was written. */
export function localize(sources: readonly YamlSource[], localFile: string): Localized {
  if (!existsSync(localFile) || isBlank(localFile)) return { sources, units: [], faults: [] };
  const { source: local, faults } = readYaml(localFile);
  if (local.data === undefined) return { sources, units: [], faults };
  if (!isMap(local.data)) {
    const what = 'is no map of board names: write the name of a board, and below it what this machine adds';
    return { sources, units: [], faults: [...faults, { place: local.place([]), what }] };
  }

  const byName = new Map(sources.flatMap(source => nameIn(source).map(name => [name, source] as const)));
  const units: YamlSource[] = [];
  const found: Fault[] = [...faults];
  const changed = new Map<YamlSource, YamlSource>();
  for (const [name, value] of Object.entries(local.data)) {
    const base = baseOf(name, value, byName);
    if (typeof base === 'string') found.push({ place: placeOf(local, name, value), what: base });
    else if (isMap(value) && Object.hasOwn(value, 'board')) found.push(renamed(local, name));
    else if (base.isUnit) units.push(unitOf(base.source, local, name, value as Value));
    else changed.set(base.source, overlaid(base.source, local, name, value as Value));
  }
  return { sources: sources.map(source => changed.get(source) ?? source), units, faults: found };
}

/** The board that local values are for, or what is wrong with them. */
function baseOf(
  name: string,
  value: unknown,
  byName: ReadonlyMap<string, YamlSource>,
): { readonly source: YamlSource; readonly isUnit: boolean } | string {
  if (!isMap(value))
    return `${name} must be a map of what this machine adds, such as \`target: { port: { serial: … } }\``;
  const known = [...byName.keys()];
  const { like } = value;
  if (like === undefined) {
    const source = byName.get(name);
    const how = 'A further unit of a board says which: `like: NAME`. Boards';
    return source
      ? { source, isUnit: false }
      : `no board is called "${name}".${didYouMean(name, known)} ${how}: ${known.join(', ')}`;
  }
  if (byName.has(name)) return `${name} is a board already: leave \`like\` out, or name the further unit otherwise`;
  const given = typeof like === 'string' ? like : '';
  const source = byName.get(given);
  return source
    ? { source, isUnit: true }
    : `${name}.like must be the name of a board file.${didYouMean(given, known)} Boards: ${known.join(', ')}`;
}

/** A name that another one is laid over would be known to no suite. */
function renamed(local: YamlSource, name: string): Fault {
  const what = `${name}.board: a board keeps its name here; leave it out, or write a further unit: \`NEW: { like: ${name} }\``;
  return { place: local.keyPlace([name, 'board']), what };
}

/** Whether a file says nothing, as one does whose lines were all commented out. */
function isBlank(file: string): boolean {
  return statSync(file).isFile() && /^\s*(#.*\s*)*$/.test(readFileSync(file, 'utf8'));
}

function placeOf(local: YamlSource, name: string, value: unknown): Fault['place'] {
  return isMap(value) && value.like !== undefined ? local.place([name, 'like']) : local.keyPlace([name]);
}

/** A further unit: the same board under a name of its own. */
function unitOf(base: YamlSource, local: YamlSource, name: string, value: Value): YamlSource {
  const { like: _, ...own } = value;
  const title = isMap(base.data) && typeof base.data.title === 'string' ? `${base.data.title} (${name})` : name;
  const unit = overlaid(base, local, name, { title, ...own, board: name });
  return { ...unit, place: path => (path.join() === 'board' ? local.keyPlace([name]) : unit.place(path)) };
}

function overlaid(base: YamlSource, local: YamlSource, name: string, value: Value): YamlSource {
  const isLocal = (path: Path): boolean => path.length > 0 && has(value, path) && has(local.data, [name, ...path]);
  return {
    file: base.file,
    data: merge(base.data, value),
    place: path => (isLocal(path) ? local.place([name, ...path]) : base.place(path)),
    keyPlace: path => (isLocal(path) ? local.keyPlace([name, ...path]) : base.keyPlace(path)),
  };
}

/** Maps key by key; everything else is replaced, and what is written as nothing (`~`) goes. */
function merge(base: unknown, over: unknown): unknown {
  if (!isMap(base) || !isMap(over) || isAnother(base, over)) return over;
  const kept = Object.entries(base).filter(([key]) => over[key] !== null);
  const changed = Object.entries(over).filter(([, value]) => value !== null);
  return Object.fromEntries([
    ...kept,
    ...changed.map(([key, value]) => [key, Object.hasOwn(base, key) ? merge(base[key], value) : value]),
  ]);
}

/** Another tool, target or switch has other keys; a port that is named outright is not looked for by USB. */
function isAnother(base: Value, over: Value): boolean {
  const isOther = (key: string): boolean =>
    over[key] !== undefined && base[key] !== undefined && over[key] !== base[key];
  return ['tool', 'kind', 'switch'].some(isOther) || over.url !== undefined || over.path !== undefined;
}

function has(data: unknown, path: Path): boolean {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
    value = (value as Record<string | number, unknown>)[step];
  }
  return true;
}

function nameIn({ data }: YamlSource): string[] {
  return isMap(data) && typeof data.board === 'string' ? [data.board] : [];
}

function isMap(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
