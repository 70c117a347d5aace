import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** A process, told apart from every other one that has its number before or after it. */
export interface Holder {
  readonly pid: number;
  /** When it began, in whatever its system counts that in. */
  readonly started: string;
  /** Since when the machine is up. */
  readonly boot: string;
  /** Where its number holds: containers that share a folder count from 1 each. */
  readonly space: string;
}

/** This process. */
export function holderHere(): Holder {
  return { pid: process.pid, started: startOf(process.pid) ?? '0', boot, space };
}

/** Whether a process goes on. Of one in another container nobody can tell: it is taken to. */
export function isAlive(holder: Holder): boolean {
  if (holder.boot !== boot) return false;
  if (holder.space !== space) return true;
  const started = startOf(holder.pid);
  return started === undefined ? isThere(holder.pid) : started === holder.started;
}

const boot = told(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').replaceAll('-', '').trim()) ?? '0';
const space = told(() => readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '')) ?? '0';

/** When a process began; undefined where that is not told. One that was killed, and that its parent has not yet taken note of, has no beginning any more: `gone`. */
function startOf(pid: number): string | undefined {
  return process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
}

/** proc_pid_stat(5): the state is the third field, the start time the 22nd; the second, a name in brackets, may hold anything. */
function startOnLinux(pid: number): string | undefined {
  const fields = told(() =>
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' '),
  );
  return fields && (/^[ZX]/.test(fields[0] ?? '') ? 'gone' : fields[19]);
}

/** macOS and the BSDs: a second is as fine as it gets. */
function startByPs(pid: number): string | undefined {
  const line = told(() =>
    execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 2000 }),
  );
  const ms = Date.parse(line ?? '');
  return Number.isNaN(ms) ? undefined : String(ms);
}

/** Another user's process may be hidden from /proc, and still must not be signalled: that it must not shows that it is there. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function told<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
