/**
 * What is wrong with vectors, and what to do; who asked for them makes it an error that says where. `at` is the key below `vectors` in a
 * suite that is meant, `inputs` where it is left out.
 */
export type Fail = (what: string, fix: string, at?: readonly (string | number)[]) => Error;

/** A fail that names a file of several. */
export function within(fail: Fail, name: string): Fail {
  return (what, fix, at) => fail(`${name}: ${what}`, fix, at);
}
