import type { Path, YamlSource } from '../yaml.ts';

/** What a file says at a path, of whatever type: the checks look at files that their schema may have refused. */
export function written({ data }: YamlSource, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (value === null || typeof value !== 'object') return undefined;
    return Object.getOwnPropertyDescriptor(value, step)?.value;
  }, data);
}

/** The text at a path; undefined for anything else. */
export function writtenText(source: YamlSource, path: Path): string | undefined {
  const value = written(source, path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The list at a path; empty for anything else. */
export function writtenList(source: YamlSource, path: Path): readonly unknown[] {
  const value = written(source, path);
  return Array.isArray(value) ? value : [];
}

/** The keys of the map at a path; none for anything else. */
export function writtenKeys(source: YamlSource, path: Path): readonly string[] {
  const value = written(source, path);
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value) : [];
}

/** The targets of a suite file, as far as they are names. */
export function writtenTargets(source: YamlSource): readonly string[] {
  return writtenList(source, ['targets']).filter(target => typeof target === 'string');
}

/** Where a suite file may hold budgets: for every target, then for each of its own. */
export function budgetPlaces(source: YamlSource): readonly { readonly path: Path; readonly target?: string }[] {
  const own = writtenKeys(source, ['on']).map(target => ({ path: ['on', target, 'budgets'], target }));
  return [{ path: ['budgets'] }, ...own];
}
