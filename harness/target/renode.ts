import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { InputError, messageOf, NotInstalled, TargetError } from '../errors.ts';
import { type Elf, readElf } from './elf.ts';
import type { Link, Target } from './port.ts';
import { keepEvidence } from './renode-evidence.ts';
import { type RenodeTime, type RunningMachine, runMachine } from './renode-link.ts';
import type { RenodeMonitor } from './renode-monitor.ts';
import { lastErrorIn, logName, type RenodeProcess, startRenode, traceName } from './renode-process.ts';
import { findRenode, howToGetRenode } from './renode-program.ts';

export interface RenodeOptions {
  readonly name: string;
  /** The platform description (.repl), an absolute path. */
  readonly platform: string;
  /** Models in C# that the platform needs, absolute paths: Renode compiles them at each start, which takes seconds. @default none */
  readonly include?: readonly string[];
  /** The UART that is the link, by its name in the platform. */
  readonly uart: string;
  /** The core that executes the firmware, by its name in the platform. @default 'cpu' */
  readonly cpu?: string;
  /** Instructions in a second of virtual time: a whole number of millions. */
  readonly clockHz: number;
  /** @default 'virtual' */
  readonly time?: RenodeTime;
  /** Writes every access to a peripheral to Renode's log, and every instruction's address to a file beside it. @default false */
  readonly trace?: boolean;
  /** How long Renode may take to get ready; tests do not wait as long. @default 90 s */
  readonly startMs?: number;
}

/**
 * A machine of Renode in a process of its own. Every instruction takes the same virtual time, and time passes only in slices that the harness
 * asks for: ticks and instructions are the same in every run (`time: 'host'` gives that up). One UART is the link; memory is reached by
 * Renode's bus. Nothing listens on a port: Renode is talked to on its standard streams.
 * Asks Renode for its version first: rejects with TargetError where it does not start, or with the reason of the signal.
 * https://renode.readthedocs.io
 */
export async function renodeTarget(options: RenodeOptions, signal: AbortSignal): Promise<Target> {
  const { name } = options;
  const found = await findRenode(signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw unstarted(name, cause);
  });
  return {
    name,
    basis: 'instructions',
    ...(found.missing === undefined && { emulator: `Renode ${found.version}` }),
    async open(imagePath, until) {
      until.throwIfAborted();
      if (found.missing !== undefined) throw new NotInstalled(found.missing.what, name, found.missing.fix);
      const image = { path: imagePath, elf: await readImage(imagePath) };
      until.throwIfAborted();
      const renode = await startRenode(found.command, name).catch((cause: unknown) => {
        throw unstarted(name, cause);
      });
      return openLink(options, { renode, image }, until);
    },
  };
}

function unstarted(name: string, cause: unknown): TargetError {
  const fix = `see what it says when started by hand, and install it again: ${howToGetRenode}`;
  return new TargetError(`Renode did not start: ${messageOf(cause).trim()}`, name, fix, { cause });
}

interface Image {
  readonly path: string;
  readonly elf: Elf;
}

async function readImage(path: string): Promise<Elf> {
  const file = await readFile(path).catch((cause: unknown) => {
    throw new InputError(`cannot be read: ${messageOf(cause)}`, path, 'check the path of the image', { cause });
  });
  return readElf(file, path);
}

interface Opened {
  readonly renode: RenodeProcess;
  readonly image: Image;
}

async function openLink(options: RenodeOptions, { renode, image }: Opened, signal: AbortSignal): Promise<Link> {
  const { name } = options;
  const { monitor } = renode;
  let running: RunningMachine | undefined;
  let end: { readonly reason: unknown } | undefined;

  const finish = (reason: unknown, bytesEnd?: Error): void => {
    if (end) return;
    end = { reason };
    signal.removeEventListener('abort', abort);
    running?.end(reason, bytesEnd);
  };
  const abort = (): void => finish(signal.reason);
  const lose = (what: string): void => {
    const lost = new TargetError(what, name, 'see the UART log for what the firmware said last');
    running?.deliver(renode.aborted()?.sent ?? new Uint8Array());
    finish(lost, lost);
    monitor.end(lost);
  };
  const close = async (): Promise<void> => {
    const closed = new TargetError('the link is closed', name, 'open it again');
    finish(closed);
    monitor.end(closed);
    await renode[Symbol.asyncDispose]();
  };
  void renode.lost.then(lose);
  signal.addEventListener('abort', abort);

  try {
    await unlessAborted(signal, inTime(options, setUp(options, { renode, image })));
    running = runMachine({
      monitor,
      mips: options.clockHz / 1e6,
      time: options.time ?? 'virtual',
      onFault: error => {
        finish(error, error);
        monitor.end(error);
      },
      onHalt: () => lose(`the core stopped: ${lastErrorIn(renode.log())}`),
    });
    // A core that is lost while it boots is told by the bytes, behind what it has sent until then.
    await unlessAborted(signal, Promise.race([running.booted, renode.lost]));
  } catch (error) {
    await close();
    throw error;
  }
  const { bytes, write, memory, counters, powerCycle } = running;
  return {
    bytes,
    write,
    memory,
    counters,
    powerCycle: () => powerCycle(() => monitor.ask(powerRequest(image))),
    keepEvidence: (folder, { isComplete }) =>
      keepEvidence(renode, folder, { isComplete, trace: options.trace ?? false }),
    [Symbol.asyncDispose]: close,
  };
}

/** The promise's outcome, or the signal's reason where that comes first. */
async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  promise.catch(() => {}); // what comes of it after the signal, nobody asks
  signal.throwIfAborted();
  const over = new AbortController();
  const aborted = once(signal, 'abort', { signal: over.signal }).then(() => signal.throwIfAborted());
  aborted.catch(() => {});
  try {
    return (await Promise.race([promise, aborted])) as T;
  } finally {
    over.abort();
  }
}

/** A start takes seconds, and some more on a busy machine or with models to compile. */
async function inTime({ name, startMs = 90_000 }: RenodeOptions, start: Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = setTimeout(startMs, undefined, { signal: over.signal }).then(() => {
    const fix = 'see whether it starts by hand, and gives its prompt: renode --console --disable-xwt --plain';
    throw new TargetError(`Renode was not ready within ${startMs / 1000} s`, name, fix);
  });
  try {
    await Promise.race([start, late]);
  } finally {
    over.abort();
  }
}

/** What the monitor is told, from an empty Renode to a machine whose bridge answers. */
async function setUp(options: RenodeOptions, { renode, image: { path, elf } }: Opened): Promise<void> {
  const { platform, include = [], uart, cpu = 'cpu', clockHz, time = 'virtual', trace } = options;
  const { monitor } = renode;
  await monitor.command(`logFile ${pathToken(renode.file(logName))} true`);
  for (const file of include) await monitor.command(`include ${pathToken(file)}`);
  await monitor.command(`include ${pathToken(bridge)}`);
  await monitor.command('mach create "dut"');
  await monitor.command(`machine LoadPlatformDescription ${pathToken(platform)}`);
  await monitor.command(`sysbus LoadELF ${pathToken(path)}`);
  if (trace) await startTrace(renode, cpu);
  // A property that the monitor sets is half a second of its own.
  await monitor.enter(`tickmark_link "${uart}" "${cpu}" "${clockHz / 1e6}" "${time}"`);
  if (elf.machine === machineArm) await monitor.ask(`vectors ${vectorsOf(elf)}`);
  if (trace) await monitor.ask('log');
  await expectLoaded(monitor, path, elf);
}

const bridge = fileURLToPath(new URL('../../renode/bridge.py', import.meta.url));
const machineArm = 40; // EM_ARM

function powerRequest({ path, elf }: Image): string {
  const vectors = elf.machine === machineArm ? vectorsOf(elf) : '';
  return `power ${Buffer.from(path).toString('base64')} ${vectors}`.trim();
}

function pathToken(path: string): string {
  return `@${path.replaceAll(' ', '\\ ')}`;
}

/** A Cortex-M boots from its vector table, which a board has at its lowest address; Renode would go by sections, which an image may lack. */
function vectorsOf({ segments }: Elf): number {
  return Math.min(...segments.map(({ physicalAddress }) => physicalAddress));
}

/** Renode skips what no memory takes, and says so only in its log. */
async function expectLoaded(monitor: RenodeMonitor, path: string, { segments }: Elf): Promise<void> {
  for (const { physicalAddress, bytes } of segments) {
    const place = `0x${physicalAddress.toString(16)}`;
    const fix = 'give an image linked for this platform, or mend its memories in the .repl file';
    const found = await monitor.ask(`read ${physicalAddress} ${bytes.length}`).catch((cause: unknown) => {
      throw new InputError(`loads to ${place}, where no memory is`, path, fix, { cause });
    });
    if (!Buffer.from(bytes).equals(Buffer.from(found, 'base64')))
      throw new InputError(`has ${bytes.length} bytes for ${place} that did not get there`, path, fix);
  }
}

async function startTrace(renode: RenodeProcess, cpu: string): Promise<void> {
  const file = pathToken(renode.file(traceName));
  await renode.monitor.command(`sysbus.${cpu} CreateExecutionTracing "trace" ${file} PC`);
}
