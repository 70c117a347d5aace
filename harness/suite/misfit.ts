import { InputError } from '../errors.ts';
import type { Suite } from './suite.ts';
import type { Path } from './yaml.ts';

/** Something a suite says that does not fit its model or vectors. It knows the value's path; `placed` in load.ts finds the line. */
export class Misfit extends InputError {
  readonly suite: Suite;
  readonly path: Path;
  readonly what: string;

  constructor(suite: Suite, path: Path, what: string) {
    super(what, `${suite.file}, ${path.join('.')}`, 'mend the suite');
    this.suite = suite;
    this.path = path;
    this.what = what;
  }
}
