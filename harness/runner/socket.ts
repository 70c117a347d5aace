import { mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { notWritten } from '../files.ts';

/** A path for the broker's socket, in a new folder that only this user may enter. */
export function newSocketPath(): string {
  try {
    return join(mkdtempSync(join(tmpdir(), 'tickmark-')), 'broker');
  } catch (cause) {
    throw notWritten(`TMPDIR ${tmpdir()}`, cause);
  }
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

/**
 * Empties the socket's folder, which is also the broker's TMPDIR: one that was killed had no time to remove its emulators' files. For the
 * broker's parent, once the broker has ended.
 */
export function clearFolder(socketPath: string): void {
  const folder = dirname(socketPath);
  try {
    // An emulator may still be dying, and write.
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 5 });
  } catch {
    // The run matters more than what it leaves.
  }
}
