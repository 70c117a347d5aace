import { setImmediate, setTimeout } from 'node:timers/promises';
import { queueOf } from '../queue.ts';
import type { EmulationCounters, Link, Memory } from './port.ts';
import type { RenodeMonitor } from './renode-monitor.ts';
import { awake, nextFor, paceAfterAll, type Ran } from './renode-pace.ts';

/** How a machine's time passes: in slices that are the same in every run, or at the pace of the host's clock. */
export type RenodeTime = 'virtual' | 'host';

/** A machine in Renode whose bridge answers. */
export interface RenodeMachine {
  readonly monitor: Pick<RenodeMonitor, 'ask'>;
  /** What the core executes in a microsecond of virtual time. */
  readonly mips: number;
  readonly time: RenodeTime;
  /** Called when the core has stopped for good: no slice will make it go on. */
  onHalt(): void;
  /** Called when the bridge refuses to let it run. */
  onFault(error: Error): void;
}

/** The bytes, the memory and the counters of a machine, until it is ended. */
export interface RunningMachine extends Pick<Link, 'bytes' | 'write'> {
  readonly memory: Memory;
  readonly counters: () => Promise<EmulationCounters>;
  /** Boots anew by what `cut` asks the bridge for, at once when it is called. What was given and not yet handed over is lost. */
  readonly powerCycle: (cut: () => Promise<unknown>) => Promise<void>;
  /** Resolves when the firmware has come to rest for the first time, or has run for long without a word. */
  readonly booted: Promise<void>;
  /** What the core has sent that no answer has told of. */
  deliver(sent: Uint8Array): void;
  /** Ends the bytes, with an error by throwing it, and rejects everything else with the reason. The first end counts. */
  end(reason: unknown, bytesEnd?: Error): void;
}

/** Lets the machine run until it is ended; what it is given, it gets when it rests. */
export function runMachine(machine: RenodeMachine): RunningMachine {
  const { monitor } = machine;
  const bytes = queueOf<Uint8Array>();
  const given: Uint8Array[] = [];
  let counters: EmulationCounters = { instructions: 0, busyMs: 0 };
  let end: { readonly reason: unknown } | undefined;
  let wake: (() => void) | undefined;
  let isNew = true; // it boots, and nothing is known of its pace
  const isEnded = (): boolean => end !== undefined;
  const known = new Set<string>();
  const fail = (error: unknown): void => {
    if (!isEnded()) machine.onFault(error instanceof Error ? error : new Error(String(error)));
  };

  /** Says how many bytes were sent. */
  const take = (answer: string): number => {
    const { isHalted, sent, ...seen } = readSeen(answer);
    counters = seen;
    if (sent.length > 0) bytes.push(sent);
    if (isHalted) machine.onHalt();
    return sent.length;
  };
  const takeGiven = (): string => Buffer.concat(given.splice(0)).toString('hex');
  /** Until something is given or the machine is ended, at most for some milliseconds. */
  const rest = async (ms: number): Promise<void> => {
    const over = new AbortController();
    const woken = new Promise<void>(resolve => (wake = resolve));
    await Promise.race([woken, setTimeout(ms, undefined, { signal: over.signal }).catch(() => {})]);
    over.abort();
  };

  async function runInSlices(onReady: () => void): Promise<void> {
    let pace = awake(machine.mips);
    let restMs = silenceMs;
    while (!isEnded()) {
      if (isNew) [pace, restMs, isNew] = [awake(machine.mips), silenceMs, false];
      const hex = pace.isReady ? takeGiven() : '';
      if (hex !== '') [pace, restMs] = [awake(machine.mips), silenceMs];
      else if (pace.isAsleep) {
        await rest(restMs);
        if (given.length > 0 || isNew || isEnded()) continue;
        restMs = pace.next / 1000;
      }
      const asked = nextFor(pace, machine.mips);
      const ran = readRan(await monitor.ask(`run ${asked.slices.join(',')} ${asked.settling} ${hex}`));
      const sent = take(ran.seen);
      pace = paceAfterAll(pace, asked, ran, machine.mips);
      if (pace.isReady) onReady();
      if (sent > 0) await setImmediate(); // a core that never sleeps gets an answer that is ready at once
    }
  }

  async function runWithHost(onReady: () => void): Promise<void> {
    take(await monitor.ask('start'));
    onReady();
    while (!isEnded()) {
      take(await monitor.ask(`give ${takeGiven()}`));
      if (given.length === 0) await rest(pollMs);
    }
  }

  const booted = new Promise<void>((resolve, reject) => {
    const running = machine.time === 'host' ? runWithHost(resolve) : runInSlices(resolve);
    running.catch(fail).finally(() => reject(end?.reason));
  });
  booted.catch(() => {});

  const whileRunning = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (end) throw end.reason;
    return ask();
  };
  return {
    bytes,
    booted,
    write: data =>
      whileRunning(async () => {
        given.push(new Uint8Array(data));
        wake?.();
      }),
    memory: {
      read: (address, length) =>
        whileRunning(async () => Buffer.from(await monitor.ask(`read ${address} ${length}`), 'base64')),
      write: (address, data) =>
        whileRunning(async () => {
          const { buffer, byteOffset, length } = data;
          const range = `${address}, ${length}`;
          const written = monitor.ask(`write ${address} ${Buffer.from(buffer, byteOffset, length).toString('base64')}`);
          // The input of the next inference goes where the last one went: nobody waits for what comes before the request to run.
          if (known.has(range)) written.catch(fail);
          else await written;
          known.add(range);
        }),
    },
    counters: async () => counters,
    powerCycle: cut =>
      whileRunning(async () => {
        given.splice(0);
        const isBack = cut();
        isNew = true;
        wake?.();
        await isBack;
      }),
    deliver: sent => bytes.push(sent),
    end(reason, bytesEnd) {
      if (end) return;
      end = { reason };
      bytes.end(bytesEnd);
      wake?.();
    },
  };
}

/** For how long a sleeping machine may wait for the host before its time passes without it: a timer may be set that nobody knows of. */
const silenceMs = 500;
const pollMs = 2;

/** COUNT, then twice INSTRUCTIONS BYTES, then what was seen. */
function readRan(answer: string): Ran & { readonly seen: string } {
  const [, figures = '', seen = ''] = /^((?:\d+ ){5})(.*)$/.exec(answer) ?? [];
  const [count = 1, instructions = 0, sent = 0, settledInstructions = 0, settledSent = 0] = figures
    .split(' ')
    .map(Number);
  return {
    count,
    last: { instructions, sent },
    settled: { instructions: settledInstructions, sent: settledSent },
    seen,
  };
}

/** INSTRUCTIONS MICROSECONDS HALTED HEX */
function readSeen(answer: string): EmulationCounters & { readonly isHalted: boolean; readonly sent: Uint8Array } {
  const [instructions, microseconds, halted, hex = ''] = answer.split(' ');
  return {
    instructions: Number(instructions),
    busyMs: Number(microseconds) / 1000,
    isHalted: halted === '1',
    sent: Buffer.from(hex, 'hex'),
  };
}
