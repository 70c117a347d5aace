import { relative } from 'node:path';
import { didYouMean, InputError } from '../errors.ts';
import type { Board } from '../suite/board.ts';
import { findSuites } from '../suite/find.ts';
import type { AnySuite } from '../suite/suite.ts';
import { readImage } from './image.ts';
import type { Sound } from './read-cases.ts';

// What is wrong with a command line itself. Each throws InputError.

/** `--target` takes every name behind it, that of a suite as well. */
export function expectNoSuites(unknown: readonly string[], cwd: string): void {
  const suite = unknown.find(name => isSuite(name, cwd));
  if (suite === undefined) return;
  const fix = 'name suites before --target, or put -- between them';
  throw new InputError('is a suite, and --target takes all names behind it as targets', `--target ${suite}`, fix);
}

/** Every target that is named is one of the suites'. */
export function expectTargets(
  targets: readonly string[],
  { suites, boards, cwd }: { suites: readonly AnySuite[]; boards: ReadonlyMap<string, Board>; cwd: string },
): void {
  const declared = [...new Set(suites.flatMap(suite => suite.targets))];
  const stray = targets.find(target => !declared.includes(target));
  if (stray === undefined) return;
  const where = suites.map(suite => relative(cwd, suite.file)).join(', ');
  const add = boards.has(stray) ? 'add it to `targets` there, or ' : '';
  const fix = `${add}name one of ${declared.join(', ')}.${didYouMean(stray, declared)}`;
  throw new InputError(`no suite declares the target "${stray}"`, where, fix);
}

/** What `--image` names runs somewhere, and can run there. No suite says it, so that no suite is at fault. */
export function expectImages(images: Readonly<Record<string, string>>, sound: readonly Sound[]): void {
  for (const target of Object.keys(images)) {
    const cases = sound.flatMap(({ suite, boards, inputs }) =>
      boards.filter(({ name }) => name === target).map(board => ({ suite, board, inputs })),
    );
    const fix = 'choose the target too, or leave the image out';
    if (cases.length === 0) throw new InputError('no case that was chosen runs there', `--image ${target}=…`, fix);
    for (const { suite, board, inputs } of cases) readImage({ suite, board }, inputs);
  }
}

function isSuite(name: string, cwd: string): boolean {
  try {
    return findSuites([name], cwd).length > 0;
  } catch {
    return false;
  }
}
