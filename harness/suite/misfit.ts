import { InputError } from '../errors.ts';
import type { Suite } from './suite.ts';
import type { Path } from './yaml.ts';

/** Something a suite says that does not fit its model or vectors. It knows the value's path, from which findings.ts has the line. */
export class Misfit extends InputError {
  readonly suite: Suite;
  readonly path: Path;

  constructor(suite: Suite, path: Path, what: string) {
    super(what, `${suite.file}, ${path.join('.')}`, 'mend the suite');
    this.suite = suite;
    this.path = path;
  }
}
