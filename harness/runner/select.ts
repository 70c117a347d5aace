import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { didYouMean, InputError } from '../errors.ts';
import { modelFacts } from '../model/facts.ts';
import type { Board } from '../suite/board.ts';
import { loadBoards } from '../suite/boards.ts';
import { findSuites } from '../suite/find.ts';
import { loadSuites, placed } from '../suite/load.ts';
import type { Suite } from '../suite/suite.ts';
import { computeReference } from '../verdict/reference.ts';
import { type CaseInputs, loadCaseInputs, loadFloatTwin } from './case-inputs.ts';
import { readImage } from './image.ts';

/** Which suites on which targets: what a command line chooses. */
export interface Selection {
  readonly cwd: string;
  /** Suite files, folders or names; none: every suite under suites/. */
  readonly suites: readonly string[];
  /** Only these targets; none: all that a suite declares. */
  readonly targets: readonly string[];
  /** Only cases whose `suite @target` matches. */
  readonly grep?: RegExp;
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
  const boards = loadBoards([`${selection.cwd}/boards`, packagedBoards], selection.cwd);
  const suites = loadSuites(findSuites(selection.suites, selection.cwd), boards, selection.cwd);
  expectTargets(selection, suites);
  const chosen = suites.flatMap(suite => casesOf(suite, boards, selection));
  if (chosen.length === 0)
    throw new InputError('leaves no case to run', `--grep ${selection.grep?.source}`, 'list the cases: tickmark list');
  return chosen;
}

const packagedBoards = fileURLToPath(new URL('../../boards', import.meta.url));

function casesOf(suite: Suite, boards: ReadonlyMap<string, Board>, { targets, grep }: Selection): Chosen[] {
  const names = suite.targets
    .filter(name => targets.length === 0 || targets.includes(name))
    .filter(name => !grep || grep.test(`${suite.name} @${name}`));
  if (names.length === 0) return [];
  const { parsed, vectors } = checkedInputs(suite);
  const macs = modelFacts(parsed).macs * vectors.count;
  return names.flatMap(name => {
    const board = boards.get(name);
    if (!board) return [];
    readImage(board); // a board without firmware that can be loaded is found here, not by its first case
    return [{ suite, board, macs, vectors: vectors.count }];
  });
}

/** What the suite names, and that the host can compute it. */
function checkedInputs(suite: Suite): CaseInputs {
  try {
    const inputs = loadCaseInputs(suite);
    computeReference(inputs.parsed, loadFloatTwin(suite), []);
    return inputs;
  } catch (error) {
    throw placed(error);
  }
}

function expectTargets({ targets, cwd }: Selection, suites: readonly Suite[]): void {
  const declared = [...new Set(suites.flatMap(suite => suite.targets))];
  for (const target of targets) {
    if (declared.includes(target)) continue;
    const where = suites.map(suite => relative(cwd, suite.file)).join(', ');
    const fix = `name one of ${declared.join(', ')}.${didYouMean(target, declared)}`;
    throw new InputError(`no suite declares the target "${target}"`, where, fix);
  }
}
