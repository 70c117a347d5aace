import { setTimeout as sleep } from 'node:timers/promises';
import type { BoundChild } from '../target/bound-child.ts';

type End = Awaited<BoundChild['closed']>;

/** What a program needs to let go of a core or a probe. One that stays is killed. */
const graceMs = 2_000;

/** Waits until a child has ended, or ends it: when time is up, and on abort. What it has started is gone then as well. */
export async function untilEnd(child: BoundChild, timeoutMs: number, signal: AbortSignal): Promise<End | 'late'> {
  const { process } = child;
  const hasEnded = (): boolean => process.exitCode !== null || process.signalCode !== null;
  // 'close' waits for whoever has inherited its output, so not for that
  const exited = new Promise<void>(resolve => (hasEnded() ? resolve() : void process.once('exit', () => resolve())));
  const isOver = await within(exited, timeoutMs, signal);
  if (!isOver) {
    child.kill('SIGTERM');
    await within(exited, graceMs);
  }
  child.kill();
  // whoever has left its group may still hold its output
  if (!(await within(child.closed, graceMs))) for (const stream of [process.stdout, process.stderr]) stream?.destroy();
  if (!isOver && !signal.aborted) return 'late';
  return { code: process.exitCode, signal: process.signalCode };
}

/** Whether it came about in time. */
async function within(promise: Promise<unknown>, ms: number, signal?: AbortSignal): Promise<boolean> {
  const over = new AbortController();
  const until = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const late = sleep(ms, false, { signal: until }).catch(() => false);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    over.abort();
  }
}
