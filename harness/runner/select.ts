import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { didYouMean, InputError } from '../errors.ts';
import { modelFacts } from '../model/facts.ts';
import type { Board } from '../suite/board.ts';
import { loadBoards } from '../suite/boards.ts';
import { faultsError } from '../suite/fault.ts';
import { findSuites } from '../suite/find.ts';
import { readSuites } from '../suite/load.ts';
import type { Suite } from '../suite/suite.ts';
import { readImage } from './image.ts';
import { readCases, type Sound, type Wanted } from './read-cases.ts';

/** Which suites on which targets: what a command line chooses. */
export interface Selection {
  readonly cwd: string;
  /** Suite files, folders or names; none: every suite under suites/. */
  readonly suites: readonly string[];
  /** Only these targets; none: all that a suite declares. */
  readonly targets: readonly string[];
  /** Only cases whose `suite @target` matches. */
  readonly grep?: RegExp;
  /** Absolute paths of firmware (ELF) by target; each goes before the suite's own. */
  readonly images?: Readonly<Record<string, string>>;
}

/** A suite on a board, read and checked. `macs` are of the whole case. */
export interface Chosen {
  readonly suite: Suite;
  readonly board: Board;
  readonly macs: number;
  readonly vectors: number;
}

/** Every case that the selection names, all inputs read and checked. Throws InputError: on what is wrong, or when nothing is chosen. */
export function chooseCases(selection: Selection): readonly Chosen[] {
  const { cwd, targets, grep, images = {} } = selection;
  const boards = boardsFrom(cwd);
  for (const target of targets) if (!boards.has(target)) expectNoSuite(target, cwd);
  const { suites, faults } = readSuites(findSuites(selection.suites, cwd), boards, cwd);
  if (faults.length === 0) expectTargets([...targets, ...Object.keys(images)], suites, cwd);
  const wanted = suites.flatMap(suite => wantedOf(withImages(suite, images), boards, selection));
  const read = readCases(wanted, images);
  const allFaults = [...faults, ...read.faults];
  if (allFaults.length > 0) throw faultsError(allFaults, cwd);
  if (read.sound.length === 0)
    throw new InputError('leaves no case to run', `--grep ${grep?.source}`, 'list the cases: tickmark list');
  expectImages(images, read.sound);
  return read.sound.flatMap(casesOf);
}

/** What suites may name as targets, by name: a project's own boards/ goes before the package's. Throws InputError. */
export function boardsFrom(cwd: string): ReadonlyMap<string, Board> {
  return loadBoards([`${cwd}/boards`, packagedBoards], cwd);
}

const packagedBoards = fileURLToPath(new URL('../../boards', import.meta.url));

function withImages(suite: Suite, images: Readonly<Record<string, string>>): Suite {
  const named = Object.entries(images).filter(([target]) => suite.targets.includes(target));
  return { ...suite, firmware: { ...suite.firmware, ...Object.fromEntries(named) } };
}

function wantedOf(suite: Suite, boards: ReadonlyMap<string, Board>, { targets, grep }: Selection): Wanted[] {
  const chosen = suite.targets
    .filter(name => targets.length === 0 || targets.includes(name))
    .filter(name => !grep || grep.test(`${suite.name} @${name}`));
  return chosen.length === 0 ? [] : [{ suite, boards: chosen.flatMap(name => boards.get(name) ?? []) }];
}

function casesOf({ suite, boards, inputs: { parsed, vectors } }: Sound): Chosen[] {
  const macs = modelFacts(parsed).macs * vectors.count;
  return boards.map(board => ({ suite, board, macs, vectors: vectors.count }));
}

function expectTargets(targets: readonly string[], suites: readonly Suite[], cwd: string): void {
  const declared = [...new Set(suites.flatMap(suite => suite.targets))];
  for (const target of targets) {
    if (declared.includes(target)) continue;
    const where = suites.map(suite => relative(cwd, suite.file)).join(', ');
    const fix = `name one of ${declared.join(', ')}.${didYouMean(target, declared)}`;
    throw new InputError(`no suite declares the target "${target}"`, where, fix);
  }
}

/** An option that takes several names takes the suites behind them as well. */
function expectNoSuite(target: string, cwd: string): void {
  if (!isSuite(target, cwd)) return;
  const fix = 'name suites before --target, or put -- between them';
  throw new InputError('is a suite, and --target takes all names behind it as targets', `--target ${target}`, fix);
}

function isSuite(name: string, cwd: string): boolean {
  try {
    return findSuites([name], cwd).length > 0;
  } catch {
    return false;
  }
}

/** What `--image` names has no place in a suite where it could be corrected: it is an error by itself. */
function expectImages(images: Readonly<Record<string, string>>, sound: readonly Sound[]): void {
  for (const target of Object.keys(images)) {
    const cases = sound.flatMap(({ suite, boards, inputs }) =>
      boards.filter(({ name }) => name === target).map(board => ({ suite, board, inputs })),
    );
    if (cases.length === 0)
      throw new InputError(
        'no case that was chosen runs there',
        `--image ${target}=…`,
        'choose the target too, or leave the image out',
      );
    for (const { suite, board, inputs } of cases) readImage({ suite, board }, inputs);
  }
}
