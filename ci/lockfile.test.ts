import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

type Entry = { optionalDependencies?: Record<string, string> };

// npm 11 leaves out the packages of other platforms that a registry did not offer when the lock file was written, and `npm ci` then refuses it.
test('the lock file names every optional dependency, whatever the platform', () => {
  const lockFile = new URL('../package-lock.json', import.meta.url);
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8')) as { packages: Record<string, Entry> };
  const unlocked = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      name => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  expect(unlocked).toEqual([]);
});
