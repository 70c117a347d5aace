import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** A program that has a port open. */
export interface Holder {
  readonly pid: number;
  readonly name: string;
}

/** Who else has a device open, as far as this user may see (Linux). Opens nothing. */
export function holdersOf(path: string, proc = '/proc'): readonly Holder[] {
  const device = orUndefined(() => realpathSync(path));
  const isHolding = (pid: string): boolean => {
    const folder = join(proc, pid, 'fd');
    const files = orUndefined(() => readdirSync(folder)) ?? [];
    return files.some(file => orUndefined(() => readlinkSync(join(folder, file))) === device);
  };
  return (orUndefined(() => readdirSync(proc)) ?? [])
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(pid => device !== undefined && isHolding(pid))
    .map(pid => ({
      pid: Number(pid),
      name: orUndefined(() => readFileSync(join(proc, pid, 'comm'), 'utf8').trim()) ?? '?',
    }));
}

/** A process may end while it is looked at, and others' are not to be seen. */
function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
