import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type WorkerOptions as ThreadOptions, Worker } from 'node:worker_threads';
import { entryPoint } from '../entry.ts';
import { InputError, messageOf, TargetError } from '../errors.ts';
import { queueOf } from '../queue.ts';
import { type ElfSection, readElf } from './elf.ts';
import type { EmulationCounters, Link, Target } from './port.ts';
import type { Report, Request, WorkerOptions } from './rp2040.worker.ts';

export interface Rp2040Options {
  /** @default 'rp2040js-pico' */
  readonly name?: string;
  /** Flash of the board. @default 2 MiB, as the Pico has */
  readonly flashBytes?: number;
  /** Starts the thread; tests use it to get hold of the thread and end it. @default new Worker */
  readonly startThread?: (url: URL, options: ThreadOptions) => Worker;
}

const picoFlashBytes = 2 << 20;
const sramBase = 0x2000_0000;
const sramBytes = 264 << 10;
const executable = 4; // SHF_EXECINSTR
const linkedFor = 'give an image linked for the RP2040: boot2 at 0x10000000, its vector table at 0x10000100';

/**
 * An emulated RP2040 (rp2040js) in a thread of its own. Its cycles come from a table of instruction timings: exact in repetition,
 * a model of the silicon's. UART0 is the link; flash and SRAM are its memory. https://github.com/wokwi/rp2040js
 */
export function rp2040Target(options: Rp2040Options = {}): Target {
  const name = options.name ?? 'rp2040js-pico';
  return {
    name,
    basis: 'modelled-cycles',
    emulator: `rp2040js ${emulatorVersion()}`,
    async open(imagePath, signal) {
      signal.throwIfAborted();
      const image = await loadImage(imagePath);
      signal.throwIfAborted();
      const thread = startThread({ ...image, flashBytes: options.flashBytes ?? picoFlashBytes }, options.startThread);
      const link = openLink(name, thread, signal);
      await link.booted.catch(async (error: unknown) => {
        await link[Symbol.asyncDispose]();
        throw error;
      });
      return link;
    },
  };
}

async function loadImage(imagePath: string): Promise<Pick<WorkerOptions, 'segments' | 'sramCodeBytes'>> {
  const file = await readFile(imagePath).catch((cause: unknown) => {
    throw new InputError(`cannot be read: ${messageOf(cause)}`, imagePath, 'check the path of the image', { cause });
  });
  const { segments, sections } = readElf(file, imagePath);
  return {
    // Copies, since a message carries the whole buffer that a view is part of.
    segments: segments.map(({ physicalAddress, bytes }) => ({
      address: physicalAddress,
      bytes: new Uint8Array(bytes),
    })),
    sramCodeBytes: sramCodeBytes(sections),
  };
}

function sramCodeBytes(sections: readonly ElfSection[]): number {
  const ends = sections
    .filter(({ flags, address }) => flags & executable && address >= sramBase && address < sramBase + sramBytes)
    .map(({ address, sizeBytes }) => Math.min(address - sramBase + sizeBytes, sramBytes));
  return Math.ceil(Math.max(0, ...ends) / 4) * 4;
}

function startThread(
  workerData: WorkerOptions,
  start = (url: URL, options: ThreadOptions) => new Worker(url, options),
): Worker {
  const { url, execArgv } = entryPoint('rp2040.worker', import.meta.url);
  // rp2040js prints some of its warnings past its logger.
  const thread = start(url, { workerData, execArgv: [...execArgv], name: 'rp2040js', stdout: true });
  thread.stdout.resume();
  return thread;
}

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outgoing = DistributiveOmit<Request, 'id'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function openLink(name: string, thread: Worker, signal: AbortSignal): Link & { readonly booted: Promise<unknown> } {
  const bytes = queueOf<Uint8Array>();
  const calls = new Map<number, Call>();
  let lastId = 0;
  let end: unknown;

  const finish = (reason: unknown, bytesEnd?: Error): void => {
    if (end) return;
    end = reason;
    bytes.end(bytesEnd);
    for (const call of calls.values()) call.reject(reason);
    signal.removeEventListener('abort', abort);
    void thread.terminate(); // at once, also in the middle of a long computation
  };
  const lose = (reason: string, cause?: unknown): void => {
    const lost = new TargetError(reason, name, 'see the UART log for what the firmware said last', { cause });
    finish(lost, lost);
  };
  const abort = (): void => finish(signal.reason);
  const reply = (id: number): Promise<unknown> =>
    new Promise((resolve, reject) => calls.set(id, { resolve, reject })).finally(() => calls.delete(id));
  const call = (request: Outgoing): Promise<unknown> => {
    if (end) return Promise.reject(end);
    const answer = reply(++lastId);
    thread.postMessage({ ...request, id: lastId });
    return answer;
  };

  thread.on('message', (report: Report) => {
    if (report.kind === 'bytes') bytes.push(report.bytes);
    else if (report.kind === 'answer') calls.get(report.id)?.resolve(report.value);
    else if (report.kind === 'refused') finish(new InputError(report.reason, name, linkedFor));
    else lose(report.reason);
  });
  thread.on('error', cause => lose(`the emulator crashed: ${messageOf(cause)}`, cause));
  thread.on('exit', code => lose(`the emulator's thread ended with code ${code}`));
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();

  const inMemory = (answer: unknown, address: number, length: number): unknown => {
    if (answer !== undefined) return answer;
    const range = `0x${address.toString(16)}, ${length} bytes`;
    throw new TargetError(`no memory at ${range}`, name, 'use addresses of its flash or SRAM');
  };
  return {
    bytes,
    booted: call({ kind: 'counters' }), // answered once the image is loaded
    async write(data) {
      if (end) throw end;
      thread.postMessage({ kind: 'write', bytes: new Uint8Array(data) } satisfies Request);
    },
    memory: {
      async read(address, length) {
        return inMemory(await call({ kind: 'memory.read', address, length }), address, length) as Uint8Array;
      },
      async write(address, data) {
        const request = { kind: 'memory.write', address, bytes: new Uint8Array(data) } as const;
        inMemory(await call(request), address, data.length);
      },
    },
    async counters() {
      return (await call({ kind: 'counters' })) as EmulationCounters;
    },
    async reset() {
      await call({ kind: 'boot', keepsSram: true });
    },
    async powerCycle() {
      await call({ kind: 'boot', keepsSram: false });
    },
    async [Symbol.asyncDispose]() {
      finish(new TargetError('the link is closed', name, 'open it again'));
      await thread.terminate();
    },
  };
}

/** rp2040js exports no version; its package.json lies beside the folder its entry is in. */
function emulatorVersion(): string {
  const require = createRequire(import.meta.url);
  const [root] = require.resolve('rp2040js').split('dist');
  return (JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string }).version;
}
