import { rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeWhole } from '../files.ts';
import type { Candidate } from './candidates.ts';
import type { ScaffoldFile } from './scaffold.ts';

/** A suite to write. `folder` is relative to the repository. */
export interface PlannedSuite {
  readonly candidate: Candidate;
  readonly folder: string;
  readonly files: readonly ScaffoldFile[];
}

/** Writes suites where nothing is yet, then `check`s them; when either throws, what was written is taken away again. */
export function writeSuites(repository: string, planned: readonly PlannedSuite[], check: () => void): void {
  const files = planned.flatMap(({ folder, files: relative }) =>
    relative.map(({ name, content }) => ({ path: join(repository, folder, name), content })),
  );
  try {
    for (const { path, content } of files) writeWhole(path, content);
    check();
  } catch (error) {
    for (const { path } of files) takeAway(path, repository);
    throw error;
  }
}

/** A file, and the folders that are empty without it. */
function takeAway(path: string, repository: string): void {
  try {
    rmSync(path, { force: true });
    for (let folder = dirname(path); folder !== repository; folder = dirname(folder)) rmdirSync(folder);
  } catch {
    // what else lies there keeps its folder
  }
}
