// The thread an emulated RP2040 lives in. Busy, it runs in slices and looks for messages between them; asleep, it waits for one.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import { type Machine, type MachineOptions, type Rest, rp2040Machine } from './rp2040-machine.ts';

export type WorkerOptions = Omit<MachineOptions, 'onByte' | 'kept'>;

export type Request =
  | { readonly kind: 'write'; readonly bytes: Uint8Array }
  | { readonly kind: 'memory.read'; readonly id: number; readonly address: number; readonly length: number }
  | { readonly kind: 'memory.write'; readonly id: number; readonly address: number; readonly bytes: Uint8Array }
  | { readonly kind: 'counters'; readonly id: number }
  | { readonly kind: 'boot'; readonly id: number; readonly keepsSram: boolean };

export type Report =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** `value` is undefined when the addresses are no memory of the DUT. */
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  /** The image cannot be started. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The core will never do anything sensible again. */
  | { readonly kind: 'dead'; readonly reason: string };

/** A slice takes about a millisecond, so a waiting message is seen soon; its ends are where polling firmware is given its bytes. */
const sliceInstructions = 1 << 16;
/** A core that has not slept for so long is taken to poll. Handing it bytes earlier would disturb a long inference. */
const pollingAfterInstructions = 2 ** 32;
/** How far a sleeping core's clock may run ahead of the wall's: timers shorter than the host can sleep cost nothing. */
const aheadMsMax = 4;

const outbox: number[] = [];
const inbox: Uint8Array[] = [];
let busyMs = 0;
let aheadMs = 0;
let earlierInstructions = 0; // of machines before this one
let sleptAt = Number.NEGATIVE_INFINITY;
let next: NodeJS.Immediate | NodeJS.Timeout | undefined;

start();

function start(): void {
  let machine = boot();
  if (!machine) return;
  parentPort?.on('message', (request: Request) => {
    if (!machine) return;
    if (request.kind !== 'boot') return serve(machine, request);
    machine = bootAgain(machine, request.keepsSram);
    answer(request.id, undefined);
  });
  next = setImmediate(turn, machine);
}

/** Another machine takes this one's place, and what it holds; bytes on their way to it are lost. */
function bootAgain(machine: Machine, keepsSram: boolean): Machine | undefined {
  const { flash, sram } = machine.contents();
  if (next && 'refresh' in next) clearTimeout(next);
  else clearImmediate(next);
  earlierInstructions += machine.instructions;
  inbox.length = 0;
  sleptAt = Number.NEGATIVE_INFINITY;
  const again = boot(keepsSram ? [flash, sram] : [flash]);
  if (again) next = setImmediate(turn, again);
  return again;
}

function boot(kept: MachineOptions['kept'] = []): Machine | undefined {
  try {
    return rp2040Machine({ ...(workerData as WorkerOptions), kept, onByte: byte => outbox.push(byte) });
  } catch (error) {
    post({ kind: 'refused', reason: messageOf(error) });
    return undefined;
  }
}

function serve(machine: Machine, request: Exclude<Request, { kind: 'boot' }>): void {
  switch (request.kind) {
    case 'write':
      inbox.push(request.bytes);
      wake(machine);
      return;
    case 'memory.read':
      return answer(request.id, machine.read(request.address, request.length));
    case 'memory.write':
      return answer(request.id, machine.write(request.address, request.bytes) || undefined);
    case 'counters':
      return answer(request.id, { instructions: earlierInstructions + machine.instructions, busyMs });
  }
}

function turn(machine: Machine): void {
  next = undefined;
  const startedMs = performance.now();
  const rest = runSlice(machine);
  busyMs += performance.now() - startedMs;
  if (outbox.length) post({ kind: 'bytes', bytes: Uint8Array.from(outbox.splice(0)) });

  if (rest === 'busy') next = setImmediate(turn, machine);
  if (rest === 'asleep') sleepUntilAlarm(machine);
  if (rest === 'dead') post({ kind: 'dead', reason: machine.death });
}

/**
 * Hands over bytes where the wall clock has no say: when the core sleeps, and, to one that never does, at multiples of the slice.
 */
function runSlice(machine: Machine): Rest {
  while (true) {
    const rest = machine.run(sliceInstructions - (machine.instructions % sliceInstructions));
    if (rest === 'asleep') {
      sleptAt = machine.instructions;
      if (!deliver(machine)) return rest;
    } else {
      if (machine.instructions - sleptAt >= pollingAfterInstructions) deliver(machine);
      return rest;
    }
  }
}

/** One write at a time: whether the next one has arrived yet depends on the host's speed, so it must not share a FIFO filling. */
function deliver(machine: Machine): boolean {
  const [first] = inbox;
  if (!first) return false;
  const taken = machine.receive(first);
  if (taken === first.length) inbox.shift();
  else inbox[0] = first.subarray(taken);
  return taken > 0;
}

/** A sleeping core's time stands still until its next alarm is due by the wall clock, as if it were a board that idles. */
function sleepUntilAlarm(machine: Machine): void {
  const { nanosToNextAlarm } = machine.clock;
  if (nanosToNextAlarm === undefined) return;
  const skip = (): void => {
    if (inbox.length === 0) machine.clock.skipToAlarm();
    turn(machine);
  };
  aheadMs += nanosToNextAlarm / 1e6;
  if (aheadMs < aheadMsMax) {
    next = setImmediate(skip);
  } else {
    next = setTimeout(skip, aheadMs);
    aheadMs = 0;
  }
}

function wake(machine: Machine): void {
  if (next && !('refresh' in next)) return; // a turn is coming anyway
  clearTimeout(next);
  next = setImmediate(turn, machine);
}

function answer(id: number, value: unknown): void {
  post({ kind: 'answer', id, value });
}

function post(report: Report): void {
  parentPort?.postMessage(report);
}
