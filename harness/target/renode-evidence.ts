import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { logName, type RenodeProcess, traceName } from './renode-process.ts';

/** Which of the evidence is kept: of a session that ended as it should, less; with a trace, all. */
export interface Kept {
  readonly isComplete: boolean;
  readonly trace: boolean;
}

/**
 * Writes what helps to see why a case is not as it should be into `folder`: `renode.log` (its end), `core.txt` (registers, instructions, virtual
 * time), and of a session that did not complete `snapshot.save`, which `Load` of Renode's monitor takes; with a trace also `trace.txt`. What
 * cannot be had in time, or at all, is left out.
 */
export async function keepEvidence(renode: RenodeProcess, folder: string, kept: Kept): Promise<void> {
  const over = new AbortController();
  const late = setTimeout(kept.trace ? traceMs : limitMs, undefined, { signal: over.signal }).catch(() => {});
  await Promise.race([keep(renode, folder, kept).catch(() => {}), late]);
  over.abort();
}

/** A run that is interrupted waits for it. */
const limitMs = 4000;
/** … but a trace is what was asked for. */
const traceMs = 300_000;
const keptLogCharacters = 256 << 10;

async function keep(renode: RenodeProcess, folder: string, { isComplete, trace }: Kept): Promise<void> {
  const aborted = renode.aborted();
  const log = renode.log();
  await writeFile(join(folder, logName), trace ? log : log.slice(-keptLogCharacters));
  const state = aborted?.state ?? (await renode.monitor.ask('state'));
  await writeFile(join(folder, 'core.txt'), `${state.split(' ').join('\n')}\n`);
  if (trace) {
    if (!aborted) await renode.monitor.ask('untrace'); // Renode ends a trace itself when a core aborts
    await copyFile(renode.file(traceName), join(folder, traceName));
  }
  if (!aborted && (trace || !isComplete)) await renode.monitor.ask(`save ${join(folder, 'snapshot.save')}`);
}
