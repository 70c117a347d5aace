import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program lies, by PATH as a shell would look; undefined when it is not installed. */
export function findProgram(name: string, { PATH = '' }: NodeJS.ProcessEnv = process.env): string | undefined {
  return PATH.split(delimiter)
    .filter(folder => folder !== '')
    .map(folder => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
