import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** A folder with a results.json, and when that run started (ISO 8601, UTC). */
interface StoredRun {
  readonly folder: string;
  readonly startedAt: string;
}

/** The runs whose folders lie in `parent`, the oldest first, whatever they are named. None where there is no such folder. */
export function runsIn(parent: string): StoredRun[] {
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .map(name => storedRun(join(parent, name)))
    .filter(run => run !== undefined)
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

/** The run in a folder; undefined where there is none, or none that can be read. */
export function storedRun(folder: string): StoredRun | undefined {
  const [, startedAt] = /"startedAt":\s*"([^"]+)"/.exec(headOf(join(folder, 'results.json'))) ?? [];
  return startedAt === undefined ? undefined : { folder, startedAt };
}

/** The run's own facts come before its cases, which may be 100 MB. */
function headOf(path: string): string {
  const head = Buffer.alloc(2048);
  try {
    const file = openSync(path, 'r');
    try {
      return head.toString('utf8', 0, readSync(file, head));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
