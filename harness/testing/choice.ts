import { InputError } from '../errors.ts';
import { type Chosen, chooseCases } from '../runner/select.ts';
import { type Suite, withModel } from '../suite/suite.ts';

/** What a test file chooses with `test.use`. */
export interface Choice {
  /** A suite file, a folder with a suite.yaml, or a suite's name under suites/, from the folder that Playwright was started in. */
  readonly suite: string;
  /** One of the suite's targets; empty takes its first. */
  readonly target: string;
}

/** A suite that has a model, on a board. */
export interface ChosenModel extends Chosen {
  readonly suite: Suite;
}

/** The suite and the board, read and checked. Throws InputError for whatever is wrong with them. */
export function resolveChoice({ suite, target }: Choice, cwd = process.cwd()): ChosenModel {
  if (suite === '')
    throw new InputError('names no suite', 'the test file', "begin it with test.use({ suite: 'suites/NAME' })");
  const targets = target === '' ? [] : [target];
  const chosen = chooseCases({ cwd, suites: [suite], targets });
  const first = chosen.find(({ suite: { targets: declared }, board }) => target !== '' || board.name === declared[0]);
  if (!first) throw new InputError('has no target to run on', suite, 'name one in its `targets`');
  return { ...first, suite: withModel(first.suite) };
}
