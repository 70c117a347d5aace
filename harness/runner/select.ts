import { fileURLToPath } from 'node:url';
import { InputError } from '../errors.ts';
import { modelFacts } from '../model/facts.ts';
import type { Board } from '../suite/board.ts';
import { loadBoards } from '../suite/boards.ts';
import { faultsError } from '../suite/fault.ts';
import { findSuites } from '../suite/find.ts';
import { readSuites } from '../suite/load.ts';
import type { AnySuite } from '../suite/suite.ts';
import { expectImages, expectNoSuites, expectTargets } from './check-selection.ts';
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
  /** Nothing runs, and no firmware has to be there: what is judged is a capture that somebody has kept. @default false */
  readonly isCapture?: boolean;
}

/** A suite on a board, read and checked. `macs` are of the whole case. */
export interface Chosen {
  readonly suite: AnySuite;
  readonly board: Board;
  readonly macs: number;
  /** Of model and inputs; absent where the suite has none. */
  readonly bytes?: number;
  readonly vectors: number;
}

/** Every case that the selection names, all inputs read and checked. Throws InputError: on what is wrong, or when nothing is chosen. */
export function chooseCases(selection: Selection): readonly Chosen[] {
  const { cwd, targets, grep, images = {}, isCapture = false } = selection;
  const boards = boardsFrom(cwd);
  expectNoSuites(
    targets.filter(target => !boards.has(target)),
    cwd,
  );
  const { suites, faults } = readSuites(findSuites(selection.suites, cwd), boards, cwd);
  if (faults.length === 0) expectTargets([...targets, ...Object.keys(images)], { suites, boards, cwd });
  const wanted = suites.flatMap(suite => wantedOf(withImages(suite, images), boards, selection));
  const read = readCases(wanted, ({ name }) => !isCapture && !Object.hasOwn(images, name));
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

function withImages(suite: AnySuite, images: Readonly<Record<string, string>>): AnySuite {
  const named = Object.entries(images)
    .filter(([target]) => suite.targets.includes(target))
    .map(([target, image]) => [target, { ...suite.firmware[target], image }] as const);
  return { ...suite, firmware: { ...suite.firmware, ...Object.fromEntries(named) } };
}

function wantedOf(suite: AnySuite, boards: ReadonlyMap<string, Board>, { targets, grep }: Selection): Wanted[] {
  const chosen = suite.targets
    .filter(name => targets.length === 0 || targets.includes(name))
    .filter(name => !grep || grep.test(`${suite.name} @${name}`));
  return chosen.length === 0 ? [] : [{ suite, boards: chosen.flatMap(name => boards.get(name) ?? []) }];
}

/** Of a log the inferences count that it is to have. */
function casesOf({ suite, boards, inputs }: Sound): Chosen[] {
  if (!inputs) return boards.map(board => ({ suite, board, macs: 0, vectors: suite.log?.inferences ?? 1 }));
  const { parsed, vectors, model } = inputs;
  const macs = modelFacts(parsed).macs * vectors.count;
  const bytes = vectors.inputs.reduce((sum, input) => sum + input.length, model.length);
  return boards.map(board => ({ suite, board, macs, bytes, vectors: vectors.count }));
}
