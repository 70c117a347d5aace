import { mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A path for the broker's socket, in a new folder that only this user may enter. */
export function newSocketPath(): string {
  return join(mkdtempSync(join(tmpdir(), 'tickmark-')), 'broker');
}

/** For a process of a run whose parent is gone: nobody waits for the results, and nobody else may be left to remove the socket. */
export function endAsOrphan(socketPath: string): never {
  removeSocket(socketPath);
  process.exit(130);
}

/** Removes a socket and its folder. Every process of a run does it as its last: any of them may be the only one left. */
export function removeSocket(socketPath: string): void {
  if (socketPath === '') return; // a replay has none
  try {
    rmSync(socketPath, { force: true });
    rmdirSync(dirname(socketPath)); // takes an empty folder only
  } catch {
    // Another process was faster, or the folder has what is not ours.
  }
}
