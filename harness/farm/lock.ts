import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { TargetError } from '../errors.ts';
import { notWritten } from '../files.ts';
import { pause } from '../pause.ts';
import { type Holder, holderHere, isAlive } from './holder.ts';

/** Who has a port, for the person who waits for it. */
export interface Tenant {
  readonly command: string;
  /** Of the process that a person would end. */
  readonly pid: number;
  readonly user: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface LockOptions {
  /** Of the port, the same for all who would use it: FoundPort.id. */
  readonly portId: string;
  /** What the port is called where it is waited for: the board's name. */
  readonly name: string;
  readonly tenant: Pick<Tenant, 'command' | 'pid'>;
  /** @default a folder of the machine, for all its users */
  readonly folder?: string;
  /** How long another may keep it. @default half an hour */
  readonly waitMs?: number;
  /** Told when it has to be waited for, once a holder. */
  readonly onWait?: (what: string) => void;
}

/**
 * Takes a port for this process alone, among all of the machine's, and waits for it while another has it. It is free again when disposed,
 * or when this process ends in whatever way. Rejects with TargetError when it was waited for too long, and with the signal's reason.
 *
 * Whoever wants a port makes a file of their own in its folder, and has it when no other file there is of a process that goes on. No file is
 * ever another's, so that to remove what a crash has left can take nobody's lock away.
 */
export async function lockPort(options: LockOptions, signal: AbortSignal): Promise<Disposable> {
  const { waitMs = patienceMs, onWait = () => {} } = options;
  const deadlineMs = performance.now() + waitMs;
  let said: string | undefined;
  for (let tries = 1; ; tries++) {
    const taken = tryLock(options);
    if ('lock' in taken) return taken.lock;
    if (performance.now() > deadlineMs) throw tooLong(options, taken);
    const what = `waits for ${options.name}, ${heldBy(taken.tenant)}`;
    if (tries >= saidAfter && taken.tenant && what !== said) onWait((said = what));
    const pauseMs = (0.2 + Math.random()) * (tries < saidAfter ? quickMs : slowMs);
    await pause(pauseMs, signal);
  }
}

const patienceMs = 30 * 60_000;

/** Two who want it at once both step back: that is over after some tries, and no news to anybody. Different waits let one be first. */
const saidAfter = 5;
const quickMs = 20;
const slowMs = 200;

type Taken = { readonly lock: Disposable } | Held;

function tryLock({ portId, tenant, folder = locksFolder() }: LockOptions): Taken {
  const port = join(folder, nameOf(portId));
  const own = `${fileNameOf(holderHere())}.${randomBytes(6).toString('hex')}`;
  claim(folder, join(port, own), { ...tenant, user: userHere(), since: new Date().toISOString() });
  const others = othersIn(port, own).map(name => ({ file: join(port, name), tenant: tenantIn(join(port, name)) }));
  const [first] = others.sort((a, b) => sinceOf(a).localeCompare(sinceOf(b))); // the rest wait as well
  if (first === undefined) return { lock: lockOf(port, own) };
  release(port, own);
  return first;
}

interface Held {
  readonly tenant: Tenant | undefined;
  readonly file: string;
}

function sinceOf({ tenant }: Held): string {
  return tenant?.since ?? '~';
}

/**
 * Every user's: not TMPDIR, which differs from one process to the other, and the system's folder only where all may write, since root and
 * a user would not meet otherwise.
 */
export function locksFolder(systems = '/run/lock'): string {
  if (process.env.TICKMARK_LOCKS) return process.env.TICKMARK_LOCKS;
  if (process.platform === 'win32') return join(tmpdir(), 'tickmark-locks');
  const { mode = 0 } = statSync(systems, { throwIfNoEntry: false }) ?? {};
  return mode & writableByAll ? join(systems, 'tickmark') : '/tmp/tickmark-locks';
}

const writableByAll = 0o002;

/** Its beginning for people, its hash lest two ports be one. */
function nameOf(portId: string): string {
  const shown = portId.replaceAll(/[^\w.-]+/g, '_').slice(-80);
  return `${shown}-${createHash('sha256').update(portId).digest('hex').slice(0, 12)}`;
}

/** Anybody may put files into these folders, and nobody remove another's. */
const sharedMode = 0o1777;

/** The name alone says whose it is: a file that is there is whole, however soon after it was made its maker is killed. */
function claim(folder: string, path: string, tenant: Tenant): void {
  for (let tries = 1; ; tries++) {
    try {
      for (const made of [folder, join(path, '..')]) share(made);
      return writeFileSync(path, JSON.stringify(tenant), { flag: 'wx', mode: 0o644 });
    } catch (cause) {
      // Who had the port before has just removed its folder.
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 100) throw notWritten(path, cause);
    }
  }
}

function share(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { recursive: true });
  try {
    chmodSync(folder, sharedMode); // mkdir's own is cut by umask
  } catch {
    // It was made by another user in the same moment, and is shared by them.
  }
}

function othersIn(port: string, own: string): string[] {
  return readdirSync(port).filter(name => {
    if (name === own) return false;
    const holder = holderIn(name);
    if (holder && isAlive(holder)) return true;
    if (holder) remove(join(port, name));
    return false;
  });
}

function fileNameOf({ pid, started, boot, space }: Holder): string {
  return `${pid}.${started}.${boot}.${space}`;
}

/** Undefined for a file that is no lock. */
function holderIn(name: string): Holder | undefined {
  const [, pid, started, boot, space] = /^(\d{1,10})\.(\w+)\.(\w+)\.(\w+)\.\w+$/.exec(name) ?? [];
  if (pid === undefined || started === undefined || boot === undefined || space === undefined) return undefined;
  return { pid: Number(pid), started, boot, space };
}

/** Undefined when it has just been made, or is gone. What another process has written is not trusted to be of any shape. */
function tenantIn(path: string): Tenant | undefined {
  try {
    const { command, pid, user, since } = JSON.parse(readFileSync(path, 'utf8')) as Record<keyof Tenant, unknown>;
    return {
      command: String(command).slice(0, 100),
      pid: Number(pid),
      user: String(user).slice(0, 50),
      since: String(since),
    };
  } catch {
    return undefined;
  }
}

function lockOf(port: string, own: string): Disposable {
  const free = (): void => {
    process.off('exit', free);
    release(port, own);
  };
  process.once('exit', free);
  return { [Symbol.dispose]: free };
}

function release(port: string, own: string): void {
  remove(join(port, own));
  try {
    rmdirSync(port); // takes an empty folder only
  } catch {
    // Others want the port.
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Another user's; whoever looks at it sees that its maker is gone.
  }
}

/** A container's user may have no name. */
function userHere(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? '?'}`;
  }
}

function heldBy(tenant: Tenant | undefined): string {
  if (!tenant) return 'which another process holds';
  const { command, pid, user, since } = tenant;
  const at = new Date(since);
  const time = Number.isNaN(at.getTime()) ? 'an unknown time' : clockOf(at);
  const by = user === userHere() ? '' : ` of ${user}`;
  return `held by ${command} (pid ${pid}${by}) since ${time}`;
}

/** 14:02, and the day where it is not today. */
function clockOf(at: Date): string {
  const time = at.toTimeString().slice(0, 5);
  return at.toDateString() === new Date().toDateString() ? time : `${at.toLocaleDateString('sv')} ${time}`;
}

function tooLong({ name, waitMs = patienceMs }: LockOptions, { tenant, file }: Held): TargetError {
  return new TargetError(
    `is still ${heldBy(tenant)}, after ${Math.round(waitMs / 1000)} s`,
    name,
    `wait for it or end it, then run again; if there is no such process any more (it ran in another container), remove ${file}`,
  );
}
