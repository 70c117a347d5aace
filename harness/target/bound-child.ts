import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { findProgram } from './program.ts';

/** A child process that does not outlive this one. */
export interface BoundChild {
  readonly process: ChildProcess;
  /** The end on this side of each socket: `sockets[i]` is the child's descriptor 3 + i. */
  readonly sockets: readonly Duplex[];
  /** Resolves when it has ended and all that it wrote has been read. */
  readonly closed: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** The last of what it wrote to stderr. */
  said(): string;
  /** Ends it, at once unless another signal is named. */
  kill(signal?: NodeJS.Signals): void;
}

/** How a child is reached, and what it finds. */
export interface ChildOptions {
  /** Open sockets, from descriptor 3 on. @default none */
  readonly sockets?: number;
  /** Whether `process.stdin` and `process.stdout` lead to it. @default false */
  readonly talks?: boolean;
  /** Variables besides those of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where it runs. @default here */
  readonly cwd?: string;
  /** Whether it leads a process group, which `kill` ends as a whole: for programs that start others. @default false */
  readonly leads?: boolean;
}

const keptCharacters = 8192;

/**
 * Starts `program`. It is killed when this process exits and, where setpriv is found (Linux), also when this process is killed. Rejects when
 * it cannot be started.
 */
export async function startBound(
  program: string,
  args: readonly string[],
  { sockets = 0, talks = false, env, cwd, leads = false }: ChildOptions,
): Promise<BoundChild> {
  const [file = program, ...all] = [...dyingWithParent(), program, ...args];
  const console = talks ? 'pipe' : 'ignore';
  // Each 'pipe' is one end of a socket pair: no path to choose, and none that stays behind.
  const stdio = [console, console, 'pipe', ...Array<'pipe'>(sockets).fill('pipe')] as const;
  const child = spawn(file, all, { stdio: [...stdio], env: { ...process.env, ...env }, cwd, detached: leads });
  const kill = (signal: NodeJS.Signals = 'SIGKILL') => void (leads ? signalGroup(child, signal) : child.kill(signal));
  const killNow = () => kill();
  process.once('exit', killNow);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-keptCharacters)));
  const closed = new Promise<Awaited<BoundChild['closed']>>(resolve =>
    child.once('close', (code, signal) => {
      process.off('exit', killNow);
      resolve({ code, signal });
    }),
  );
  const ends = child.stdio.slice(3) as Duplex[];
  for (const end of [...ends, child.stdin]) end?.on('error', () => {}); // a child that is gone: 'close' says why
  await once(child, 'spawn');
  return { process: child, sockets: ends, closed, said: () => said, kill };
}

/** To what it has started as well, also after its own end. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // nobody is left
  }
}

let prefix: readonly string[] | undefined;

/** setpriv asks the kernel to kill the child with its parent; BusyBox has one that cannot. */
function dyingWithParent(): readonly string[] {
  if (prefix) return prefix;
  const setpriv = findProgram('setpriv');
  const wanted = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL'];
  const [file, ...args] = wanted;
  prefix = file !== undefined && spawnSync(file, [...args, 'true']).status === 0 ? wanted : [];
  return prefix;
}
