import { InputError } from '../errors.ts';
import type { AnySuite } from './suite.ts';
import type { Path } from './yaml.ts';

/** Something a suite says that does not fit its model or vectors. It knows the value's path, from which findings.ts has the line. */
export class Misfit extends InputError {
  readonly suite: AnySuite;
  readonly path: Path;

  constructor(suite: AnySuite, path: Path, what: string) {
    super(what, `${suite.file}, ${path.join('.')}`, 'mend the suite');
    this.suite = suite;
    this.path = path;
  }
}
