import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own for one use of a tool; disposing removes it. */
export interface Workplace extends AsyncDisposable {
  readonly folder: string;
  /** Writes a file there, and tells its path. */
  write(name: string, content: Uint8Array | string): Promise<string>;
}

export async function openWorkplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), 'tickmark-flash-'));
  return {
    folder,
    async write(name, content) {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
