import { didYouMean } from '../../errors.ts';
import type { Board } from '../board.ts';
import type { Fault } from '../fault.ts';
import type { YamlSource } from '../yaml.ts';
import { writtenKeys, writtenList, writtenTargets } from './written.ts';

/** Targets that no board defines, and what a suite says of targets that it does not run on. */
export function* targetFaults(source: YamlSource, boards: ReadonlyMap<string, Board>): Generator<Fault> {
  yield* unknownTargets(source, [...boards.keys()]);
  for (const key of ['firmware', 'on']) yield* strayTargets(source, key);
}

function* unknownTargets(source: YamlSource, known: readonly string[]): Generator<Fault> {
  for (const [index, target] of writtenList(source, ['targets']).entries()) {
    if (typeof target !== 'string' || known.includes(target)) continue;
    const what = `no board defines the target "${target}".${didYouMean(target, known)} Boards: ${known.join(', ') || 'none'}`;
    yield { place: source.place(['targets', index]), what };
  }
}

function* strayTargets(source: YamlSource, key: string): Generator<Fault> {
  const targets = writtenTargets(source);
  for (const target of writtenKeys(source, [key])) {
    if (targets.includes(target)) continue;
    const what = `${key}.${target} is about a target that this suite does not run on.${didYouMean(target, targets)} Targets: ${targets.join(', ') || 'none'}`;
    yield { place: source.keyPlace([key, target]), what };
  }
}
